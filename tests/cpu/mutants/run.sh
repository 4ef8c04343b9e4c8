#!/bin/bash
# The processor's part of `make mutants`: small seeded changes of the instruction table and of
# the interpreter; each is compiled, linked into the fast suites in place of the original and
# must make one of them fail. What does not compile, or is refused by the table's generator,
# is no mutant. Writes O/mutants/cpu.csv (number,file,line,change,caught by), the key
# mutants.cpu, and lists the survivors; exit status 1 when fewer than 95 % are caught.
# usage: run.sh BUILD_FOLDER [COUNT [SEED]]       environment: CC, MUTANT_FLAGS
set -u
export LC_ALL=C.UTF-8
O=$1 wanted=${2:-100} seed=${3:-1}
cd "$(dirname "$0")/../../.." || exit 2
dir=$O/mutants/cpu
lib=$O/libxenogate.a
rm -rf "$dir"
mkdir -p "$dir" || exit 2
exec </dev/null

sources=(host/cpu/instructions.csv
    host/cpu/interp/{branch,decode_op,float,integer,loadstore,system}.c
    host/cpu/interp/vmx_{d3d,float,integer,memory,permute}.c host/cpu/interp/vector.h
    host/cpu/fp/arith.c host/cpu/fp/format.c host/cpu/fp/estimate.c host/cpu/fp/fast.h)
"$O/bin/mutate" "$seed" $((wanted * 2)) "$dir" "${sources[@]}" || exit 2
ln -s "$PWD/$O"/tests/cpu-harness-ppc* "$dir/" 2>/dev/null || ln -s "$O"/tests/cpu-harness-ppc* "$dir/"

compile() { # source object includes...
    local source=$1 object=$2
    shift 2
    # shellcheck disable=SC2086
    $CC "$@" $MUTANT_FLAGS -Ihost -I. -I"$O/gen" -w -O1 -c -o "$object" "$source" 2>/dev/null
}

# Objects of mutant $1, of file $2, into its folder. false: it is no mutant.
build() {
    local at=$dir/$1 file=$2 name
    name=$(basename "$file")
    case $file in
    *.csv)
        "$O/bin/gen_cpu" "$at/$name" "$at/cpu_table.h" "$at/cpu_table.c" >/dev/null 2>&1 || return 1
        cmp -s "$at/cpu_table.h" "$O/gen/cpu_table.h" || return 1
        compile "$at/cpu_table.c" "$at/cpu_table.o"
        ;;
    *.h)
        local path=$at/include/${file#host/} user
        mkdir -p "$(dirname "$path")"
        mv "$at/$name" "$path"
        for user in $(grep -l "\"${file#host/}\"" host/cpu/*/*.c); do
            compile "$user" "$at/$(basename "$user" .c).o" -I"$at/include" || return 1
        done
        ;;
    *)
        compile "$at/$name" "$at/${name%.c}.o" -I"$(dirname "$file")"
        ;;
    esac
}

# test arguments... : the fast suites, quickest oracles first
suites=("test_cpu_qemu --states 150" "test_cpu_vmx128" "test_cpu_core" "test_cpu_estimate" "test_cpu_table" "test_cpu_fp"
    "test_cpu_qemu --bits 32 --states 150" "test_cpu_words" "test_jit 1500"
    "test_cpu_qemu --states 2000")
caught_by() { # mutant
    local at=$dir/$1 suite test
    for suite in "${suites[@]}"; do
        test=${suite%% *}
        if [ ! -x "$dir/$1/$test" ]; then
            $CC -o "$at/$test" "$O/obj/tests/cpu/$test.o" "$at"/*.o "$lib" -lcmocka -lm -lpthread -lstdc++ 2>/dev/null || {
                echo "link"
                return
            }
        fi
        cp "$at/$test" "$dir/$test" # beside the harness
        # shellcheck disable=SC2086
        timeout -k 1 120 "$dir/$test" ${suite#"$test"} >"$at/out" 2>&1 || {
            echo "$suite"
            return
        }
    done
}

# What is not changed must pass, or a mutant proves nothing.
mkdir "$dir/0"
cp "$O/obj/host/base/error.o" "$dir/0/"
by=$(caught_by 0)
if [ -n "$by" ]; then
    echo "mutants: '$by' fails without a mutant" >&2
    cat "$dir/0/out" >&2
    exit 2
fi

made=0 caught=0
echo "number,file,line,change,caught by" >"$O/mutants/cpu.csv"
while IFS=, read -r number file line change && [ "$made" -lt "$wanted" ]; do
    [ "$number" = number ] && continue
    if build "$number" "$file"; then
        made=$((made + 1))
        by=$(caught_by "$number")
        if [ -n "$by" ]; then
            caught=$((caught + 1))
        else
            echo "survivor: $file:$line: $change"
        fi
        echo "$number,$file,$line,$change,${by:-nothing}" >>"$O/mutants/cpu.csv"
    fi
    rm -rf "${dir:?}/$number"
done <"$dir/mutants.csv"

echo "mutants of the processor: $caught of $made caught (seed $seed); $O/mutants/cpu.csv"
"$O/bench/bench_figures" put "$O/bench.json" mutants.cpu "$(awk -v c=$caught -v m=$made 'BEGIN { printf "%.4f", c / m }')" || exit 2
[ $((caught * 100)) -ge $((made * 95)) ]
