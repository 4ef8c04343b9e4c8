#!/bin/bash
# tests/support/layers.sh finds each kind of wrong #include and leaves right ones alone.
. tests/support/tap.sh
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
file() { mkdir -p "$dir/$(dirname "$1")" && printf '%s\n' "${@:2}" >"$dir/$1"; }
layers() { out=$(tests/support/layers.sh "$dir"); rc=$?; }

file host/base/a.h '#include <stdio.h>'
file host/cpu/b.c '#include "base/a.h"' '#include "memory/m.h"' '#include "cpu/b.h"' '#include "own.h"'
file host/app/c.c '#include "machine/m.h"' '#include "driver/d.h"' '#include "sim/s.h"'
file host/gpu/draw/d.c '#include "gpu/present/p.h"'
file driver/e.c '#include "gpu/device.h"' '#include "driver/link.h"'
layers
is "right includes pass" "$rc|$out" "0|"
wrong() { # text, file, include, message
    file "$2" '' "#include \"$3\""
    layers
    is "$1" "$rc" 1
    has "$1: named with its line" "$out" "^$2:2: .*$4"
    rm "$dir/$2"
}
wrong "base uses nothing" host/base/x.c memory/m.h 'base may not use "memory/m.h"'
wrong "neighbours do not use each other" host/cpu/x.c gpu/gpu.h 'cpu may not use "gpu/gpu.h"'
wrong "the kernel does not know the machine" host/kernel/k/x.h machine/machine.h 'machine does not stand before it'
wrong "the driver knows no kernel" driver/x.c kernel/kernel.h 'driver may use base and gpu only'
wrong "the C++ of sim is read too" sim/x.cpp memory/memory.h 'sim may use base and gpu only'
wrong "only app picks a driver" host/machine/x.c driver/d.h 'only app'
wrong "no way round by .." host/base/x.h ../memory/m.h 'climbs out'
file host/new/x.c ''
layers
has "a new folder must be given its place" "$out" 'host/new is no layer'
tap_end
