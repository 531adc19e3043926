#!/usr/bin/env bash
# Checks what a team runs: docker-compose.yml against the Compose specification, and the proxy's configuration with nginx
# where it is installed. Needs no Docker; the checker's packages come from npm, once, into the user's cache.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lock=$(sha256sum deploy/check/package-lock.json | cut -c1-16)
place="${XDG_CACHE_HOME:-$HOME/.cache}/devmentor-ci/compose-$lock"
if [ ! -e "$place/ready" ]; then
    mkdir -p "$place"
    cp deploy/check/{package.json,package-lock.json} "$place/"
    (cd "$place" && npm ci --ignore-scripts --no-audit --no-fund --silent)
    touch "$place/ready"
fi
cp deploy/check/check.mjs "$place/"
node "$place/check.mjs" docker-compose.yml

# A mistake must be found, or the check is worth nothing.
broken=$(mktemp -d)
trap 'rm -rf "$broken"' EXIT
sed 's/condition: service_healthy/condition: well/' docker-compose.yml >"$broken/docker-compose.yml"
if node "$place/check.mjs" "$broken/docker-compose.yml" >/dev/null 2>&1; then
    echo "compose: a broken file passes the check" >&2
    exit 1
fi

if command -v nginx >/dev/null 2>&1; then
    # The nodes' names are known only among the containers.
    sed 's/server node-[12]:/server 127.0.0.1:/' deploy/nginx.conf >"$broken/nginx.conf"
    nginx -t -q -p "$broken" -c "$broken/nginx.conf"
    echo "deploy/nginx.conf: nginx takes it"
fi
