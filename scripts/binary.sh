#!/usr/bin/env bash
# Prints the path of the release binary. Cargo is asked, because the target folder may be set in the environment or in any
# cargo configuration above this folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=$(cargo metadata --format-version 1 --no-deps --offline | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
printf '%s/release/devmentor\n' "$target"
