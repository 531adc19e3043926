#!/usr/bin/env bash
# Installs what `bench-team fanout` measures beside the backend: nginx with nchan and NATS from Debian, socket.io from npm by
# its lock file. No test needs them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=()
if [ ! -e /usr/lib/nginx/modules/ngx_nchan_module.so ]; then packages+=(nginx-light libnginx-mod-nchan); fi
if ! command -v nats-server >/dev/null 2>&1; then packages+=(nats-server); fi
if [ ${#packages[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "Run this, then try again:  sudo apt-get install --no-install-recommends ${packages[*]}" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q=2 update
    apt-get -q=2 install --no-install-recommends "${packages[@]}"
fi

place="${XDG_CACHE_HOME:-$HOME/.cache}/devmentor-bench/peers"
mkdir -p "$place"
cp bench/team/peers/{package.json,package-lock.json,socketio.mjs} "$place/"
cd "$place"
npm ci --ignore-scripts --no-audit --no-fund --silent
