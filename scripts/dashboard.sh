#!/usr/bin/env bash
# Tries the dashboard: its types, its unit tests, and the binary's own pages in Chromium: dashboard.sh [VITEST_ARGUMENT…]
# Packages come from the lock file; Chromium comes from the system (scripts/setup.sh). CHROMIUM names another one, DEVMENTOR another
# binary, and DASHBOARD_SHOTS a folder for pictures of every page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash scripts/dashboard-build.sh
if [ ! -d web-dashboard/node_modules ]; then
    echo "The dashboard's tests need Node.js 20.19 or newer with npm." >&2
    exit 1
fi
if [ -z "${DEVMENTOR:-}" ]; then
    cargo build --package daemon --bin devmentor
    DEVMENTOR=$(realpath "${CARGO_TARGET_DIR:-target}/debug/devmentor")
fi
if [ -z "${CHROMIUM:-}" ]; then
    CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
fi
export DEVMENTOR CHROMIUM
cd web-dashboard
# The generated types are those of the document that the backend's tests compare with the code.
types=$(mktemp)
trap 'rm -f "$types"' EXIT
npx --no-install openapi-typescript openapi.json --output "$types" --alphabetize --default-non-nullable false >/dev/null
if ! cmp -s "$types" src/shared/api/schema.d.ts; then
    echo "src/shared/api/schema.d.ts is not made from openapi.json: npm run api" >&2
    exit 1
fi
npm run --silent check
npm run --silent test
npm run --silent e2e -- "$@"
