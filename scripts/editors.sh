#!/usr/bin/env bash
# Runs the binary in real editors, and checks every message against the protocol: editors.sh [PYTEST_ARGUMENT…]
# Neovim, pyright and the checkers are installed from lock files into a cache folder; Emacs comes from the system (scripts/setup.sh).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tests=daemon/tests/editors
locks=$(cat "$tests/requirements.txt" "$tests/protocol/package-lock.json" "$tests/protocol/messages.ts" | sha256sum | cut -c1-16)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/devmentor-dev"
place="$cache/editors-$locks"

if [ ! -e "$place/ready" ]; then
    echo "editors: installing Neovim, pyright and the protocol's types"
    mkdir -p "$cache"
    rm -rf "$cache"/editors-*
    python3 -m venv "$place/venv"
    "$place/venv/bin/pip" --quiet --disable-pip-version-check install --requirement "$tests/requirements.txt"
    mkdir "$place/protocol"
    cp "$tests"/protocol/{package.json,package-lock.json,tsconfig.json,messages.ts} "$place/protocol/"
    (
        cd "$place/protocol"
        npm ci --ignore-scripts --no-audit --no-fund --silent
        npx --no-install ts-json-schema-generator --tsconfig tsconfig.json --path messages.ts --type Messages \
            --additional-properties --out schema.json
    )
    touch "$place/ready"
fi
cp "$tests/protocol/validate.mjs" "$place/protocol/"

cargo build --package daemon --bin devmentor
recordings=$(mktemp -d)
trap 'rm -rf "$recordings"' EXIT
DEVMENTOR=$(realpath "${CARGO_TARGET_DIR:-target}/debug/devmentor") DEVMENTOR_RECORDINGS=$recordings \
    PYRIGHT="$place/protocol/node_modules/.bin/pyright-langserver" PYTHONDONTWRITEBYTECODE=1 \
    "$place/venv/bin/python" -m pytest -q -p no:cacheprovider -c daemon/tests/editors/pytest.ini --rootdir daemon/tests/editors "$tests" "$@"
(cd "$place/protocol" && node validate.mjs schema.json "$recordings"/*.jsonl)
