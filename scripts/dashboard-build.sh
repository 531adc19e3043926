#!/usr/bin/env bash
# Builds the dashboard into web-dashboard/dist, from where cargo puts it into the binary. Does nothing when nothing has changed, and
# only says so where Node.js is missing or too old: the binary then serves a page that tells how to get it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../web-dashboard"

# 20.19 is the first that Vite runs on.
if ! command -v npm >/dev/null 2>&1 || ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
    echo "dashboard: left out, for Node.js 20.19 or newer with npm is not installed" >&2
    exit 0
fi

packages=$(cat package.json package-lock.json | sha256sum | cut -c1-16)
if [ "$(cat node_modules/.packages 2>/dev/null)" != "$packages" ]; then
    npm ci --ignore-scripts --no-audit --no-fund --silent
    echo "$packages" >node_modules/.packages
fi
sources=$({ echo "$packages"; find src public index.html ./*.ts tsconfig.json -type f -print0 | sort -z | xargs -0 cat; } | sha256sum | cut -c1-16)
if [ ! -e dist/index.html ] || [ "$(cat node_modules/.sources 2>/dev/null)" != "$sources" ]; then
    npm run --silent build >&2
    echo "$sources" >node_modules/.sources
fi
