#!/usr/bin/env bash
# Checks format, lints, dependency rules and shell scripts; the quickest check first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

locked=()
if [ -n "${CI:-}" ]; then locked=(--locked); fi

for component in fmt clippy; do
    cargo "$component" --version >/dev/null 2>&1 || {
        echo "'cargo $component' is missing. With rustup:  rustup component add rustfmt clippy" >&2
        exit 1
    }
done

cargo fmt --all --check

if command -v shellcheck >/dev/null 2>&1; then
    # The samples of the grammars are broken on purpose.
    git ls-files -z '*.sh' .ci/run ':!grammars/languages' | xargs -0 shellcheck
else
    echo "shellcheck is not installed: shell scripts are not checked (Debian and Ubuntu: apt-get install shellcheck)"
fi

# Advisories change while the code does not, and need the network: `make audit` and a job of its own check them.
if cargo deny --version >/dev/null 2>&1; then
    cargo deny --workspace --log-level error check --hide-inclusion-graph licenses bans sources
else
    echo "cargo-deny is not installed: licences and sources are not checked (cargo install --locked cargo-deny)"
fi

cargo clippy --workspace --all-targets "${locked[@]}" -- -D warnings

bash scripts/compose.sh
