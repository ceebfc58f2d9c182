#!/usr/bin/env bash
# The first command of the README: installs what is missing, says how long that took, then runs the main job.
# Arguments go to the demo, e.g. ./scripts/quickstart.sh --users 5000
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

started=$SECONDS
./scripts/install.sh
echo "installed in $((SECONDS - started)) s" >&2

exec npx --no-install ottok demo "$@"
