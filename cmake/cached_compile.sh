#!/usr/bin/env bash
# Compiles through ccache, so that what one build folder has compiled every other clone and branch can reuse.
# CMake names the precompiled header by its whole path, which would make each folder's commands differ: the
# build folder is cut off here (Ninja runs in it). Which headers an object saw is read from its dependency
# file (depend mode), those of the precompiled header included; so the header itself need not be compared byte
# for byte: the .sum beside it stands for it (cmake/Compile.cmake writes it). The precompiled header itself is
# built anew in each folder, because it remembers absolute paths.
for argument in "$@"; do
  if [ "$argument" = -emit-pch ]; then exec "$@"; fi
done
CCACHE_BASEDIR="$(cd "$(dirname "$0")/.." && pwd)"
export CCACHE_BASEDIR CCACHE_NOHASHDIR=true CCACHE_DEPEND=true CCACHE_PCH_EXTSUM=true
export CCACHE_SLOPPINESS=pch_defines,time_macros
exec ccache "${@//"$PWD/"/}"
