# Shared by the scripts of this folder; source it, do not run it.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '\n==> %s\n' "$*"; }

fail() {
  printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

usage_error() {
  printf '%s: %s (see --help)\n' "$(basename "$0")" "$*" >&2
  exit 64
}

# Prints the comment block at the head of the calling script.
print_help() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }

need() { # need COMMAND GROUP
  command -v "$1" >/dev/null 2>&1 || fail "$1 is not installed; run scripts/setup $2"
}

# One compiler a core, but not more than the memory allows: a gRPC source takes about a gigabyte.
jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1000000) }' /proc/meminfo)
  [ "$memory" -ge 1 ] || memory=1
  [ "$cores" -le "$memory" ] && echo "$cores" || echo "$memory"
}

# build PRESET [TARGET...]: configures and builds, with ccache where it is there.
build() {
  local preset=$1 log
  shift
  log=build/$preset/configure.log
  mkdir -p "build/$preset"
  if command -v ccache >/dev/null 2>&1; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  fi
  say "configure build/$preset"
  # Sample data that is no part of the project is found through one setting, here a variable.
  cmake --preset "$preset" ${CUTSET_SHARED_DATA:+-DCUTSET_SHARED_DATA="$CUTSET_SHARED_DATA"} >"$log" 2>&1 || {
    cat "$log"
    fail "configuring preset $preset failed; if a package is missing, run scripts/setup build test"
  }
  say "build build/$preset ${*:+($*) }with $(jobs) jobs"
  NINJA_STATUS='[%f/%t %es] ' ninja -C "build/$preset" -j "$(jobs)" "$@"
}

# program PRESET NAME: path of a program that was built.
program() {
  local path
  path=$(find "build/$1" -name "$2" -type f -perm -u+x -not -path '*/CMakeFiles/*' | sort | head -n 1)
  [ -n "$path" ] || fail "$2 was not built in build/$1"
  echo "$root/$path"
}
