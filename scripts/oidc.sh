#!/usr/bin/env bash
# Installs npm's oidc-provider, a peer of the backend's tests, from its lock file into a cache folder, and prints that folder.
# Silent and done in a blink when it is there. The tests call it; nothing else needs it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tests=backend/tests/oidc
lock=$(cat "$tests/package.json" "$tests/package-lock.json" | sha256sum | cut -c1-16)
cache="${XDG_CACHE_HOME:-$HOME/.cache}/devmentor-dev"
place="$cache/oidc-$lock"

if [ ! -d "$place" ]; then
    mkdir -p "$cache"
    # Several tests may be the first: each installs for itself, and whoever is done first gives it to all.
    made=$(mktemp -d "$cache/making.XXXXXX")
    trap 'rm -rf "$made"' EXIT
    cp "$tests/package.json" "$tests/package-lock.json" "$made/"
    (cd "$made" && npm ci --ignore-scripts --no-audit --no-fund --silent) >&2
    mv -T "$made" "$place" 2>/dev/null || [ -d "$place" ]
fi
cp "$tests/peer.mjs" "$place/peer.$$.mjs"
mv "$place/peer.$$.mjs" "$place/peer.mjs"
echo "$place"
