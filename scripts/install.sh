#!/usr/bin/env bash
# install.sh PREFIX: builds devmentor and installs it with its shell completions.
# install.sh --remove PREFIX: removes exactly those files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

remove=false
if [ "${1:-}" = --remove ]; then
    remove=true
    shift
fi
prefix=${1:?"usage: install.sh [--remove] PREFIX"}

binary=$prefix/bin/devmentor
# Where each shell looks below a prefix's share/ by itself; zsh needs the folder in its fpath.
bash_file=$prefix/share/bash-completion/completions/devmentor
zsh_file=$prefix/share/zsh/site-functions/_devmentor
fish_file=$prefix/share/fish/vendor_completions.d/devmentor.fish

if $remove; then
    rm -f "$binary" "$bash_file" "$zsh_file" "$fish_file"
    echo "removed devmentor from $prefix"
    exit 0
fi

bash scripts/dashboard-build.sh
cargo build --release --locked --package daemon --bin devmentor
install -D -m 755 "$(bash scripts/binary.sh)" "$binary"
for shell in bash zsh fish; do
    file=${shell}_file
    mkdir -p "$(dirname "${!file}")"
    "$binary" completions "$shell" >"${!file}"
done

echo "installed $binary, and completions for bash, zsh and fish below $prefix/share"
case :$PATH: in
    *":$prefix/bin:"*) ;;
    *) echo "$prefix/bin is not in PATH; add this to your shell's profile:  export PATH=\"$prefix/bin:\$PATH\"" ;;
esac
