#!/usr/bin/env bash
# Fetches the code that the benchmarks index, from the public package registries, with their own clients.
# Versions are pinned, so that two machines measure the same files; `--list` shows them.
# Run without arguments it prints its usage.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${DEVMENTOR_BENCH_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/devmentor-bench}/corpora

# name | version: part of the stamp, so a changed pin fetches anew | what it is
corpora=(
    "django|5.2.8|Django's source distribution from PyPI: Python, with templates and translations"
    "typescript|5.9.3+1|npm packages: the TypeScript compiler as published, and five that ship their TypeScript or JavaScript sources"
    "rust-crates|1|crates from crates.io, pinned in rust-crates.toml and rust-crates.lock beside this script: Rust, over a million lines"
    "go|1.19.8-2|Debian's golang-1.19-src: Go's standard library and tools"
    "java|17.0.21.1+2-1~deb12u1|Debian's openjdk-17-source: the Java class library"
    "c|2.36-9+deb12u14|Debian's glibc-source: C and assembly"
    "linux|6.1.192-2|Debian's linux-source-6.1: over 30 million lines, mostly C; 1.4 GB unpacked"
)

# NPM package, version, SHA-256 of its archive, folder of its sources ('.': all of it). A package that ships its sources
# ships compiled copies of them too, which would count every function several times.
npm_packages=(
    "typescript 5.9.3 10e108c9cf7d5f2879053dff18515fb405abf2ccef63eaaf017d9c571687a1d3 ."
    "effect 3.18.4 3a713d2f3dbd6d2153b691cdd3134b6655ee5f588e7326ee80081b167ff96e35 src"
    "rxjs 7.8.2 2312f8ffd9726ffd7bd53ea12c5f13663d09a3dc3326f448c70b88f5ef6fac82 src"
    "zod 4.1.12 2ef9d7a7d822b059c9bd21f87caa4fdc48220d437353678984df942fb67b43fa src"
    "@xterm/xterm 5.5.0 bd954fa721872170188cc5d7e83e88db3c83c9a18a4e8d24c2783d26491f59d2 src"
    "three 0.180.0 ad66d724565ee29a2467277fa84daa5ed0211d6b8d446e9ef29f6bae0cd14144 src"
)
django_sha256=23254866a5bb9a2cfa6004e8b809ec6246eba4b58a7589bc2772f1bcc8456c7f

usage() {
    cat <<USAGE
Usage: bash bench/corpora.sh NAME…     fetch these corpora; one that is there already costs nothing
       bash bench/corpora.sh all       fetch every corpus (about 3 GB on disk)
       bash bench/corpora.sh --list    show every corpus, its version, and its size where it was fetched

Corpora:
$(printf '%s\n' "${corpora[@]}" | awk -F'|' '{ printf "  %-12s %s\n", $1, $3 }')

They are put below $root
(DEVMENTOR_BENCH_DIR names another folder).
USAGE
}

say() { printf 'corpora: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

need() { # need COMMAND PACKAGE: stop where a tool is missing, and say what brings it
    command -v "$1" >/dev/null 2>&1 || die "'$1' is missing; on Debian or Ubuntu: apt-get install $2"
}

version_of() { printf '%s\n' "${corpora[@]}" | awk -F'|' -v name="$1" '$1 == name { print $2 }'; }

check_sha256() { # check_sha256 FILE SUM
    local sum
    sum=$(sha256sum "$1" | cut -d' ' -f1)
    [ "$sum" = "$2" ] || die "$(basename "$1") has SHA-256 $sum, but $2 was pinned; nothing was unpacked"
}

# Each fetch_NAME puts the files into $1, an empty folder, and may use the current folder, which is empty and temporary.

fetch_django() {
    local python=python3
    need python3 "python3 python3-venv"
    if ! python3 -m pip --version >/dev/null 2>&1; then # Debian's Python has pip only inside a virtual environment
        python3 -m venv venv || die "'python3 -m venv' failed; on Debian or Ubuntu: apt-get install python3-venv"
        python=venv/bin/python
    fi
    "$python" -m pip download --quiet --no-deps --no-binary django "django==$(version_of django)"
    check_sha256 django-*.tar.gz "$django_sha256"
    tar -xzf django-*.tar.gz -C "$1" --strip-components=1
}

fetch_typescript() {
    local line name version sum folder archive
    need npm "nodejs npm"
    for line in "${npm_packages[@]}"; do
        read -r name version sum folder <<<"$line"
        archive=$(npm pack --silent "$name@$version")
        check_sha256 "$archive" "$sum"
        mkdir -p unpacked "$1/$name"
        tar -xzf "$archive" -C unpacked --strip-components=1
        cp -R "unpacked/$folder/." "$1/$name/"
        rm -rf unpacked
    done
}

fetch_rust-crates() {
    need cargo "cargo, or see https://rustup.rs"
    mkdir src
    touch src/lib.rs
    cp "$here/rust-crates.toml" Cargo.toml
    cp "$here/rust-crates.lock" Cargo.lock
    cargo vendor --quiet --locked --versioned-dirs vendored >/dev/null
    # Generated bindings of Windows and Linux are a large part of what is fetched, and no part of what people read.
    rm -rf vendored/windows* vendored/winapi* vendored/linux-raw-sys*
    mv vendored/* "$1/"
}

# debian_package PACKAGE VERSION: download one package and unpack it into ./deb. Debian's mirrors keep few old versions, so
# the pinned one may be gone: then the current one is taken, and said. apt checks the archive's signature and checksum.
debian_package() {
    need apt-get apt
    need dpkg-deb dpkg
    local apt=(apt-get -q=2 -o APT::Sandbox::User=root)
    if ! "${apt[@]}" download "$1=$2" 2>apt.err; then
        if ! "${apt[@]}" download "$1" 2>>apt.err; then
            cat apt.err >&2
            die "apt cannot download $1. It is a package of Debian 12 (bookworm); there, 'apt-get update' as root brings the list of packages"
        fi
        say "$1 $2 is no longer served; measured instead: $(dpkg-deb -f ./*.deb Version)"
    fi
    dpkg-deb -x ./*.deb deb
}

fetch_linux() {
    need xz xz-utils
    debian_package linux-source-6.1 "$(version_of linux)"
    tar -xJf deb/usr/src/linux-source-6.1.tar.xz -C "$1" --strip-components=1
}

fetch_c() {
    need xz xz-utils
    debian_package glibc-source "$(version_of c)"
    tar -xJf deb/usr/src/glibc/glibc-*.tar.xz -C "$1" --strip-components=1
}

fetch_go() {
    debian_package golang-1.19-src "$(version_of go)"
    mv deb/usr/share/go-1.19/* "$1/"
}

fetch_java() {
    local archive
    need python3 python3
    debian_package openjdk-17-source "$(version_of java)"
    archive=$(find deb -name src.zip -type f | head -n 1)
    [ -n "$archive" ] || die "openjdk-17-source has no src.zip"
    python3 -m zipfile -e "$archive" "$1"
}

# The stamp stands beside the folder, not in it: nothing that is measured comes from us. Its first line is the version, its
# second the number of files, bytes and lines.
stamp_of() { printf '%s/.%s.stamp' "$root" "$1"; }

is_current() { # is_current NAME
    local stamp
    stamp=$(stamp_of "$1")
    [ -d "$root/$1" ] && [ -f "$stamp" ] && [ "$(head -n 1 "$stamp")" = "$(version_of "$1")" ]
}

describe() { # describe NAME: the figures of a fetched corpus
    local files bytes lines
    read -r files bytes lines < <(sed -n 2p "$(stamp_of "$1")")
    printf '%-12s %8d files %7d MB %9d lines  %s\n' "$1" "$files" $((bytes / 1000000)) "$lines" "$root/$1"
}

count() { # count FOLDER: files, bytes and lines of all regular files
    find "$1" -type f -printf '%s\n' | awk '{ bytes += $1 } END { printf "%d %.0f ", NR, bytes }'
    find "$1" -type f -exec cat {} + | wc -l
}

fetch() { # fetch NAME
    local name=$1
    if is_current "$name"; then
        describe "$name"
        return
    fi
    say "fetching $name $(version_of "$name") …"
    # Below the same root as the result, so that the last step is one rename: a corpus is whole or absent.
    work=$(mktemp -d "$root/.fetch-$name.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/out" "$work/tmp"
    (cd "$work/tmp" && "fetch_$name" "$work/out")
    rm -rf "${root:?}/$name" "$(stamp_of "$name")"
    mv "$work/out" "$root/$name"
    { version_of "$name"; count "$root/$name"; } >"$work/stamp"
    mv "$work/stamp" "$(stamp_of "$name")"
    rm -rf "$work"
    trap - EXIT
    describe "$name"
}

list() {
    local line name version what
    for line in "${corpora[@]}"; do
        IFS='|' read -r name version what <<<"$line"
        printf '%-12s %-24s %s\n' "$name" "$version" "$what"
        if is_current "$name"; then describe "$name" | sed 's/^[^ ]*/  fetched:/'; fi
    done
}

[ $# -gt 0 ] || { usage; exit 0; }
names=()
for argument in "$@"; do
    case $argument in
        -h | --help) usage; exit 0 ;;
        --list) list; exit 0 ;;
        all) mapfile -t names < <(printf '%s\n' "${corpora[@]}" | cut -d'|' -f1) ;;
        *)
            [ -n "$(version_of "$argument")" ] || die "no corpus '$argument'; one of: $(printf '%s\n' "${corpora[@]}" | cut -d'|' -f1 | paste -sd' ')"
            names+=("$argument")
            ;;
    esac
done
mkdir -p "$root"
for name in "${names[@]}"; do fetch "$name"; done
