#!/usr/bin/env bash
# The second command of the README: installs what is missing and runs everything that must hold: types, lint, structure,
# the test suite on the embedded stores, then the tests that touch stores again on a PostgreSQL 15 and an S3 server.
# Ends with a line "N passed, N failed"; a failed check that is no test counts as one failure.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
failed_steps=()

# step NAME COMMAND...: runs it; a failure is noted and the next steps still run, so that one run tells everything.
step() {
  local name=$1 started=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then
    echo "== $name: done in $((SECONDS - started)) s"
  else
    echo "== $name: FAILED after $((SECONDS - started)) s"
    failed_steps+=("$name")
  fi
}

suite() {
  OTTOK_TEST_STRICT=1 OTTOK_TEST_STORES=$1 OTTOK_TEST_REPORT="$reports/$1.json" npx --no-install vitest run
}

printf '== install\n'
packages=(libxgboost0 postgresql-15)
command -v go >/dev/null || packages+=(golang-go)
if ! ./scripts/install.sh "${packages[@]}" || ! go_folder=$(./scripts/go-for-tests.sh); then
  echo '0 passed, 1 failed'
  exit 1
fi
PATH=$go_folder:$PATH

step 'types' npm run --silent typecheck
step 'lint' npm run --silent lint
step 'structure' npm run --silent structure
step 'tests on the embedded stores' suite embedded
step 'tests on PostgreSQL 15 and S3' suite servers

printf '\n'
node scripts/sum-test-reports.mjs "$reports" "${failed_steps[@]}"
