#!/usr/bin/env bash
# Installs what Ottok needs on a machine with Node and npm: npm packages, and Debian packages given as arguments
# (default: the XGBoost library). Safe to run again: what is there already is left alone.
#
#   ./scripts/install.sh [DEBIAN_PACKAGE...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  printf 'install: %s\n' "$@" >&2
  exit 1
}

# macOS and other systems have other names for these; only Debian's (and its children's) are installed from here.
debian_package_is_there() {
  case "$1" in
    libxgboost0)
      [ -n "${XGBOOST_LIB:-}" ] && return 0
      [ "$(uname -s)" = Darwin ] && brew --prefix xgboost >/dev/null 2>&1 && return 0
      [ -x /sbin/ldconfig ] && /sbin/ldconfig -p | grep -q 'libxgboost\.so\.0'
      ;;
    *) dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed ;;
  esac
}

install_debian_packages() {
  local missing=() package
  for package in "$@"; do
    debian_package_is_there "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0

  local line="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  if ! command -v apt-get >/dev/null; then
    fail "missing: ${missing[*]}; this system has no apt-get to install them with" \
      'XGBoost: brew install xgboost (macOS), or set XGBOOST_LIB to the path of libxgboost'
  fi
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    # A password can only be asked for at a terminal.
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as_root=(sudo)
    else
      fail "missing: ${missing[*]}; run this as root, then start again:" "  $line"
    fi
  fi
  echo "install: ${missing[*]} (Debian packages)" >&2
  "${as_root[@]}" apt-get update -qq >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

check_node() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    fail 'Node 20.19 or newer with npm is needed: https://nodejs.org'
  fi
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    fail "Node 20.19 or newer is needed; $(command -v node) is $(node --version)"
}

# npm writes node_modules/.package-lock.json last, so a newer one means a complete installation of this lock file.
install_npm_packages() {
  if [ node_modules/.package-lock.json -nt package-lock.json ]; then
    npm run --silent build >&2
  else
    # npm builds as well (the `prepare` script). No CUDA where only processors are used.
    ONNXRUNTIME_NODE_INSTALL=skip npm ci --no-audit --no-fund --loglevel=error >&2
  fi
}

check_node
if [ $# -eq 0 ]; then set -- libxgboost0; fi
install_debian_packages "$@"
install_npm_packages
