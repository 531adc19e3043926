#!/usr/bin/env bash
# Backs a folder up to another disk, and keeps the last few copies.

set -euo pipefail

source "lib/log.sh"
. ./lib/disks.sh
source "${ROOT}/settings.sh"

readonly VERSION="1.4"
declare -r KEEP=5
declare -a folders=()
declare -A sizes
export BACKUP_HOME=/var/backups LANG=C
typeset -i errors=0
target=${1:-/mnt/backup}
first=1 second=2
if [[ -n ${DEBUG:-} ]]; then
    verbose=1
else
    verbose=0
fi

# Prints a message with the time.
#
# $1: the message
log() {
    local message=$1 now
    now=$(date +%T)
    printf '%s %s\n' "$now" "$message" >&2
}

# Stops with a message.
function die {
    log "fatal: $1"
    exit "${2:-1}"
}

function check_space() {
    local -r needed=$1
    local free
    free=$(df --output=avail "$target" | tail -n 1)
    if (( free < needed )) && [[ $verbose -eq 1 ]]; then
        die "no space on $target"
    elif [[ $free == 0 || -z $free ]]; then
        return 1
    else
        log "free: $free"
    fi
}

# TODO: copy in parallel
copy_all() {
    local folder count=0
    for folder in "${folders[@]}"; do
        for (( i = 0; i < KEEP; i++ )); do
            rotate "$folder" "$i" || continue 2
        done
        case $folder in
            /home/* | /srv/*)
                rsync -a "$folder" "$target"
                ;;
            *.tmp) ;;
            *) log "skipped $folder" ;;
        esac
        count=$((count + 1))
        sizes[$folder]=$(size_of "$folder")
    done
    last_count=$count
    while read -r line rest; do
        [ "$line" = end ] && break
        log "$line $rest"
    done < <(list_copies)
    until check_space 1024; do sleep 1; done
}

size_of() (
    cd "$1" && du -s . | cut -f1
)

list_copies() {
    cat <<EOF
copies of $target: $(ls "$target")
end
EOF
}

cleanup() { rm -f "$target/.lock"; }
trap cleanup EXIT

test_size_of_empty_folder() {
    assert_equals 0 "$(size_of /empty)"
}

@test "size of an empty folder is zero" {
    run size_of /empty
    [ "$status" -eq 0 ]
}

main() {
    while getopts "vk:" option; do
        case $option in
            v) verbose=1 ;;
            k) KEEP_FLAG=$OPTARG ;;
        esac
    done
    check_space 1024
    copy_all
    echo "$last_count"
}

main "$@"

before_the_break() { echo 1; }

broken() {
    if [ "$1" ] then
}

after_the_break() {
    before_the_break
}

kept_after=1
