#!/usr/bin/env bash
# Builds DevMentor, indexes this repository and opens the interactive search.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo build --release --package daemon --bin devmentor
devmentor=$(bash scripts/binary.sh)
"$devmentor" index .
if [ -t 0 ]; then
    exec "$devmentor" search
fi
cat <<END

This repository is indexed. No terminal is attached, so the interactive search was not opened. Try:
  $devmentor search "where are vectors stored"
  $devmentor search --symbol gUBI
  $devmentor --help
END
