#!/bin/bash
# The renderer's part of `make mutants`: small seeded changes of the output merger and the
# rasteriser, of the reference and of the wide path; each is compiled and linked into the suites
# in place of the original and must make one of them fail. Writes O/mutants/draw.csv
# (number,file,line,change,caught by), the key mutants.draw, and lists the survivors; exit status
# 1 when fewer than 95 % are caught. Changes that cannot be seen (each with its reason in
# equivalent.csv, found by the text of the line) are no mutants.
# usage: mutants.sh BUILD_FOLDER [COUNT [SEED]]       environment: CC, MUTANT_FLAGS
set -u
export LC_ALL=C.UTF-8
O=$1 wanted=${2:-100} seed=${3:-1}
cd "$(dirname "$0")/../.." || exit 2
dir=$O/mutants/draw
rm -rf "$dir"
mkdir -p "$dir" || exit 2
exec </dev/null

sources=(host/gpu/draw/{rop,rop_format,format,raster}.c host/gpu/draw/edges.h
    host/gpu/draw/wide_{merge,color,depth,walk,shade,setup}.c)
"$O/bin/mutate" "$seed" $((wanted * 2)) "$dir" "${sources[@]}" || exit 2

compile() { # source object includes...
    local source=$1 object=$2 wide=()
    shift 2
    case $source in */wide_*) wide=(-mavx2) ;; esac
    # shellcheck disable=SC2086
    $CC "$@" $MUTANT_FLAGS "${wide[@]}" -Ihost -I. -I"$O/gen" -w -O1 -c -o "$object" "$source" 2>/dev/null
}

# Objects of mutant $1, of file $2, into its folder. false: it is no mutant.
build() {
    local at=$dir/$1 file=$2 name user path
    name=$(basename "$file")
    case $file in
    *.h)
        path=$at/include/${file#host/}
        mkdir -p "$(dirname "$path")"
        mv "$at/$name" "$path"
        for user in raster wide_setup wide_depth wide_shade; do
            compile "host/gpu/draw/$user.c" "$at/$user.o" -I"$at/include" || return 1
        done
        for user in test_raster test_corners; do
            compile "tests/draw/$user.c" "$at/$user.t" -I"$at/include"
        done
        ;;
    *) compile "$at/$name" "$at/${name%.c}.o" ;;
    esac
}

caught_by() { # mutant
    local at=$dir/$1 test main
    for test in test_corners test_blend test_scenes test_raster test_wide test_texture; do
        main=$O/obj/tests/draw/$test.o
        [ -f "$at/$test.t" ] && cp "$at/$test.t" "$at/$test.main.o" && main=$at/$test.main.o
        # shellcheck disable=SC2046
        $CC -o "$at/$test" "$main" $(find "$at" -name '*.o' ! -name '*.main.o') -Wl,--start-group "$O/libxenogate.a" \
            -Wl,--end-group -lcmocka $(pkg-config --libs libpng libcrypto) -lm -lpthread -lstdc++ 2>"$at/link" || {
            echo link
            return
        }
        O=$at XG_FUZZ_PROGRAMS=200 timeout -k 1 120 "$at/$test" >"$at/out" 2>&1 || {
            echo "$test"
            return
        }
    done
}

# What is not changed must pass, or a mutant proves nothing.
mkdir "$dir/0"
cp "$O/obj/host/gpu/draw/rop.o" "$dir/0/"
by=$(caught_by 0)
if [ -n "$by" ]; then
    echo "mutants: '$by' fails without a mutant" >&2
    cat "$dir/0/out" "$dir/0/link" >&2
    exit 2
fi

# Listed as a change that means the same.
equivalent() { # file line change
    local text
    text=$(sed -n "$2p" "$1" | sed 's/^ *//')
    grep -qxF -- "$1|$3|$text" <(cut -d'|' -f1-3 tests/draw/equivalent.csv)
}

made=0 caught=0
echo "number,file,line,change,caught by" >"$O/mutants/draw.csv"
while IFS=, read -r number file line change && [ "$made" -lt "$wanted" ]; do
    [ "$number" = number ] && continue
    if equivalent "$file" "$line" "$change"; then
        :
    elif build "$number" "$file"; then
        made=$((made + 1))
        by=$(caught_by "$number")
        if [ -n "$by" ]; then
            caught=$((caught + 1))
        else
            echo "survivor: $file:$line: $change"
        fi
        echo "$number,$file,$line,$change,${by:-nothing}" >>"$O/mutants/draw.csv"
    fi
    rm -rf "${dir:?}/$number"
done <"$dir/mutants.csv"

echo "mutants of the renderer: $caught of $made caught (seed $seed); $O/mutants/draw.csv"
"$O/bench/bench_figures" put "$O/bench.json" mutants.draw "$(awk -v c=$caught -v m=$made 'BEGIN { printf "%.4f", c / m }')" || exit 2
[ $((caught * 100)) -ge $((made * 95)) ]
