#!/usr/bin/env bash
# Prints the folder of a Go that can build the S3 server of the tests (1.21 or newer fetches by itself what it needs).
# Debian 12's Go 1.19 is too old for that, but downloads a newer one as the module that Go publishes its toolchain as.
set -euo pipefail

TOOLCHAIN=golang.org/toolchain@v0.0.1-go1.26.8

go_minor=$(go env GOVERSION | sed -E 's/^go1\.([0-9]+).*/\1/')
if [ "$go_minor" -ge 21 ]; then
  dirname "$(command -v go)"
  exit 0
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/ottok-tests
mkdir -p "$cache"
# In a folder without go.mod, so that no module of ours is asked for; the old Go unpacks without execution rights.
folder=$(cd "$cache" && GOMODCACHE=$cache/go GOFLAGS=-modcacherw \
  go mod download -json "$TOOLCHAIN.$(go env GOOS)-$(go env GOARCH)" | sed -nE 's/^\s*"Dir": "(.*)",?$/\1/p')
[ -n "$folder" ]
chmod -R u+x "$folder/bin" "$folder/pkg/tool"
echo "$folder/bin"
