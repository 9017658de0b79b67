#!/bin/sh
# wine.sh ROOT REPOSITORY HOME FOLDER PROGRAM [argument…]
# Runs a Windows program in FOLDER, under the Wine in the file system ROOT. REPOSITORY is the part of this file system that the
# program sees, HOME is where Wine keeps its own files. It does not need root.
set -eu
root=$1 repository=$2 home=$3 folder=$4
shift 4
# A program under Wine cannot write to a pipe of Linux.
output=$(mktemp) errors=$(mktemp)
trap 'rm -f "$output" "$errors"' EXIT
env -i HOME="$home" \
  PATH=/usr/bin:/usr/lib/wine WINESERVER=/usr/lib/wine/wineserver64 \
  WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml= XDG_RUNTIME_DIR=/tmp NO_COLOR=1 \
  MODERN_NODE="${MODERN_NODE:-}" TEST_SHARE="${TEST_SHARE:-1}" VINEXT_CACHE_KEY="${VINEXT_CACHE_KEY:-}" \
  "$(command -v unshare)" --map-root-user --mount --pid --fork --kill-child "$(command -v sh)" -c '
    PATH=$PATH:/bin:/usr/sbin
    root=$1 repository=$2 folder=$3
    shift 3
    mount -t proc proc "$root/proc"
    for shared in /dev "$repository"; do mount --rbind "$shared" "$root$shared"; done
    # Not by exec: Wine hangs as the first process of a namespace.
    in_wine() { unshare --root="$root" --wd="$folder" "$@"; }
    # All processes are killed at the end. Wine must have saved its registry before, or the next program lacks random numbers.
    if [ ! -e "$HOME/.wine/system.reg" ]; then
      in_wine /usr/lib/wine/wine64 wineboot --init >/dev/null 2>&1
      in_wine "$WINESERVER" --wait
    fi
    in_wine /usr/lib/wine/wine64 "$@"
  ' sh "$root" "$repository" "$folder" "$@" </dev/null >"$output" 2>"$errors" &
# All of Wine ends with the first process of its namespace.
trap 'kill -KILL $!' TERM INT HUP
status=0
wait $! || status=$?
cat "$output"
cat "$errors" >&2
exit "$status"
