#!/usr/bin/env bash
# Measures everything: fetches the corpora, builds, and prints each figure beside its peer. Takes a while; name corpora to measure only those.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(django typescript rust-crates linux)
corpora="${DEVMENTOR_BENCH_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/devmentor-bench}/corpora"
kept="${DEVMENTOR_BENCH_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/devmentor-bench}/index"
bash bench/corpora.sh "${names[@]}"
cargo build --release -p bench -p daemon
bench="${CARGO_TARGET_DIR:-target}/release/bench"
grep -m1 'model name' /proc/cpuinfo || true
for name in "${names[@]}"; do
    printf '\n== %s\n' "$name"
    "$bench" build "$corpora/$name" --keep "$kept/$name"
    "$bench" query "$corpora/$name" --keep "$kept/$name"
done
printf '\n== saving\n'
"$bench" save "$corpora/${names[0]}"
printf '\n== language server\n'
"$bench" lsp "$corpora/${names[0]}"
printf '\n== tasks\n'
"$bench" tasks
printf '\n== vectors\n'
for count in 10000 100000 500000; do "$bench" scan --count "$count"; done
printf '\n== daemon\n'
"$bench" daemon "$corpora/${names[0]}"
