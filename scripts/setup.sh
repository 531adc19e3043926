#!/usr/bin/env bash
# Finds what building and testing need and this machine lacks. As root on Debian or Ubuntu it installs that with apt;
# elsewhere it prints the one command to run, and fails. Silent, and done in a blink, where nothing is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=()
reasons=()
lack() { # lack PACKAGE REASON
    packages+=("$1")
    reasons+=("  $1: $2")
}

has() { command -v "$1" >/dev/null 2>&1; }

if ! has cc || ! has c++; then lack build-essential "a C and C++ compiler, for the tree-sitter grammars"; fi
if ! has make; then lack make "the Makefile"; fi
if ! has git; then lack git "tests that make repositories, switch branches and add worktrees"; fi
if ! has python3; then
    lack python3 "tests that run peers of ours written in Python, a Qdrant server among them"
    lack python3-venv "the same tests, which install their packages into a folder of their own"
elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    lack python3-venv "tests that install Python packages into a folder of their own"
fi

# The tests in real editors; Neovim and pyright come from lock files (scripts/editors.sh).
if ! has node || ! has npm; then
    lack nodejs "pyright, an OpenID Connect provider for the backend's tests, and the check of messages against the protocol's types"
    lack npm "the same"
fi
if ! has emacs; then lack emacs-nox "tests with eglot, a client nobody here wrote"; fi
# From Emacs 29 on eglot is part of it.
if ! has emacs || ! emacs --batch --eval "(require 'eglot)" 2>/dev/null; then lack elpa-eglot "the same"; fi
if ! has chromium && ! has chromium-browser && ! has google-chrome; then
    lack chromium "tests of the dashboard in a real browser; its packages come from a lock file (scripts/dashboard.sh)"
fi
# The servers' own packages start them at boot; the tests start private ones, on sockets and free ports.
if ! has initdb && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    lack postgresql "tests of the team backend, which start a private PostgreSQL"
fi
if ! has redis-server; then lack redis-server "tests of the team backend on several nodes, which start a private Redis"; fi

if [ ${#packages[@]} -gt 0 ]; then
    { echo "Missing on this machine:"; printf '%s\n' "${reasons[@]}"; } >&2
    if has apt-get && [ "$(id -u)" -eq 0 ]; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get -q=2 update
        apt-get -q=2 install --no-install-recommends "${packages[@]}"
    elif has apt-get; then
        echo "Run this, then try again:  sudo apt-get install ${packages[*]}" >&2
        exit 1
    else
        echo "Install them with your system's package manager (the names are Debian's), then try again." >&2
        exit 1
    fi
fi

# Rust is not in the list above: what distributions ship is older than what the code needs.
wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
if ! has cargo; then
    echo "Rust $wanted or newer is missing. Install it from https://rustup.rs, then try again." >&2
    exit 1
fi
if ! found=$(cargo --version 2>&1); then
    printf '%s\n' "$found" >&2
    echo "cargo does not run here (above is what it said). With rustup:  rustup toolchain install" >&2
    exit 1
fi
found=$(awk '{ print $2 }' <<<"$found")
if [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" != "$wanted" ]; then
    echo "Rust $found is too old: $wanted or newer is needed. With rustup:  rustup update" >&2
    exit 1
fi
