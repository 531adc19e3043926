#!/usr/bin/env bash
# Runs every test of the workspace: examples in documentation first, then unit and integration tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# In CI a Cargo.lock that does not match the manifests is an error; at a desk cargo may update it.
locked=()
if [ -n "${CI:-}" ]; then locked=(--locked); fi

cargo test --workspace --doc --quiet "${locked[@]}"
# nextest runs tests of all crates side by side, each in a process of its own; cargo's own runner gives the same verdict.
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --workspace --no-fail-fast "${locked[@]}"
else
    cargo test --workspace --no-fail-fast --lib --bins --tests "${locked[@]}"
fi
