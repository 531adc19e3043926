#!/usr/bin/env bash
# Draws docs/search.svg, the picture in the README: what a terminal shows for real commands on this repository.
# Needs Python 3 with venv; `rich` (PyPI) turns the terminal's colours into SVG.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" --quiet --disable-pip-version-check install rich==14.1.0
cargo build --quiet --release
devmentor="${CARGO_TARGET_DIR:-target}/release/devmentor"
"$devmentor" index . >/dev/null
shown() { # shown COMMAND…: the command as a person types it, and what it prints
    printf '\033[1;32m$\033[0m devmentor'
    local argument
    for argument in "$@"; do case $argument in *' '*) printf " '%s'" "$argument" ;; *) printf ' %s' "$argument" ;; esac; done
    printf '\n'
    CLICOLOR_FORCE=1 "$devmentor" "$@"
    printf '\n'
}
{
    shown search 'which files are left out of the index' --limit 2
    shown search --symbol upPa --limit 3
    shown graph classify::folder
} >"$scratch/terminal.ansi"
"$scratch/venv/bin/python" - "$scratch/terminal.ansi" docs/search.svg <<'PYTHON'
import re
import sys
from rich.console import Console
from rich.text import Text

with open(sys.argv[1], encoding="utf8") as file:
    text = Text.from_ansi(file.read().rstrip())
console = Console(record=True, width=120, file=open("/dev/null", "w"))
console.print(text, soft_wrap=False)
svg = console.export_svg(title="devmentor")
# The picture needs nothing from the network: without rich's web font the reader's own fixed-width font is used.
svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
with open(sys.argv[2], "w", encoding="utf8") as file:
    file.write(svg)
PYTHON
