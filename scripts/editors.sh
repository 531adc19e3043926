#!/usr/bin/env bash
# Runs the language server in real editors: Neovim, and Emacs where it is installed. The editors' own parts are installed into a folder of their own.
#
#   bash scripts/editors.sh                       builds the server and tests it alone
#   bash scripts/editors.sh devmentor lsp         tests another command
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
place="${DEVMENTOR_EDITORS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/devmentor-editors}"
if [ ! -x "$place/venv/bin/nvim" ]; then
    python3 -m venv "$place/venv"
    "$place/venv/bin/pip" install --quiet --requirement lsp/tests/editors/requirements.txt
fi
server=("$@")
if [ ${#server[@]} -eq 0 ]; then
    cargo build --package lsp --example stdio
    index="$(mktemp -d)"
    trap 'rm -rf "$index"' EXIT
    server=("${CARGO_TARGET_DIR:-$PWD/target}/debug/examples/stdio" "$index")
fi
PATH="$place/venv/bin:$PATH" "$place/venv/bin/python" lsp/tests/editors/neovim.py "${server[@]}"
if command -v emacs > /dev/null; then
    emacs -Q --batch -l lsp/tests/editors/eglot.el "${server[@]}"
else
    echo "Emacs is not installed (Debian: emacs-nox elpa-eglot); it is left out"
fi
