#!/bin/bash
# Builds the host library, the program's objects and the unit tests with another compiler, with
# -Werror as always, and runs nothing.
# usage: build-with.sh BUILD_FOLDER COMPILER
set -u
O=$1 compiler=$2
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
check "$compiler builds the host and the unit tests without a warning" \
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory -j"$(nproc)" \
    CC="$compiler" O="$O/$compiler" SIM_O="$O" "$O/$compiler/libxenogate.a" unit-tests
tap_end
