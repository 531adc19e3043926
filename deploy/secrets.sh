#!/usr/bin/env bash
# Makes the secrets of docker-compose.yml in deploy/secrets, once: whoever has some keeps them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
mkdir -p secrets
chmod 711 secrets
word() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
keep() { # keep NAME VALUE
    if [ ! -e "secrets/$1" ]; then
        printf '%s' "$2" >"secrets/$1"
        # The containers' own users read them, and they have other numbers than yours.
        chmod 644 "secrets/$1"
    fi
}
keep postgres_password "$(word)"
keep redis_password "$(word)"
keep database_url "postgres://devmentor:$(cat secrets/postgres_password)@postgres/devmentor"
keep redis_url "redis://:$(cat secrets/redis_password)@redis"
echo "deploy/secrets: $(find secrets -type f | wc -l) secrets"
