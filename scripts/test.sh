#!/usr/bin/env bash
# Runs every test: examples in documentation first, then unit and integration tests, then the binary in real editors and its dashboard
# in a real browser.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# In CI a Cargo.lock that does not match the manifests is an error; at a desk cargo may update it.
locked=()
if [ -n "${CI:-}" ]; then locked=(--locked); fi

# First, so that the binary is built once, with its dashboard in it.
bash scripts/dashboard-build.sh

cargo test --workspace --doc --quiet "${locked[@]}"
# nextest runs tests of all crates side by side, each in a process of its own; cargo's own runner gives the same verdict, but
# reports crate by crate, so its figures are added up.
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --no-fail-fast "${locked[@]}"
else
    status=0
    output=$(mktemp)
    trap 'rm -f "$output"' EXIT
    cargo test --workspace --no-fail-fast --lib --bins --tests "${locked[@]}" 2>&1 | tee "$output" || status=$?
    awk '/^test result: / { passed += $4; failed += $6; skipped += $8 }
        END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }' "$output"
    [ "$status" -eq 0 ] || exit "$status"
fi

# Neovim, Emacs and the client profiles, against the binary and its daemon.
bash scripts/editors.sh

# The dashboard in Chromium, served by the binary.
bash scripts/dashboard.sh
