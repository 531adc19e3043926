#!/usr/bin/env bash
# Builds DevMentor, indexes this repository and opens it in Neovim with DevMentor attached.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash scripts/dashboard-build.sh
cargo build --release --package daemon --bin devmentor
devmentor=$(bash scripts/binary.sh)
"$devmentor" index .
nvim=$(bash scripts/neovim.sh)
export DEVMENTOR=$devmentor
if [ -t 0 ] && [ -t 1 ]; then
    exec "$nvim" --clean -c "luafile scripts/editor.lua" index/src/index.rs
fi
DEVMENTOR_SHOW=1 "$nvim" --headless --clean -n -c "luafile scripts/editor.lua"
cat <<END

This repository is indexed. No terminal is attached, so Neovim was not left open. Try:
  $devmentor search "where are vectors stored"
  $devmentor search --symbol gUBI
  $devmentor --help
docs/editors.md has the settings of each editor.
END
