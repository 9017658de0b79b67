#!/bin/sh
# wine.sh ROOT REPOSITORY FOLDER PROGRAM [argument…]
# Runs a Windows program in FOLDER, a folder of REPOSITORY, under the Wine in the file system ROOT. Nobody has to be root for it.
set -eu
root=$1 repository=$2 folder=$3
shift 3
# A program under Wine cannot write to a pipe of Linux.
output=$(mktemp) errors=$(mktemp)
trap 'rm -f "$output" "$errors"' EXIT
status=0
env -i HOME="$repository/target/platforms/wine-home" \
  PATH=/usr/bin:/usr/lib/wine WINESERVER=/usr/lib/wine/wineserver64 \
  WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml= XDG_RUNTIME_DIR=/tmp NO_COLOR=1 \
  MODERN_NODE="${MODERN_NODE:-}" TEST_SHARE="${TEST_SHARE:-1}" VINEXT_CACHE_KEY="${VINEXT_CACHE_KEY:-}" \
  "$(command -v unshare)" --map-root-user --mount "$(command -v sh)" -c '
    PATH=$PATH:/bin:/usr/sbin
    root=$1 repository=$2 folder=$3
    shift 3
    for shared in /proc /dev "$repository"; do mount --rbind "$shared" "$root$shared"; done
    exec unshare --root="$root" --wd="$folder" /usr/lib/wine/wine64 "$@"
  ' sh "$root" "$repository" "$folder" "$@" </dev/null >"$output" 2>"$errors" || status=$?
cat "$output"
cat "$errors" >&2
exit "$status"
