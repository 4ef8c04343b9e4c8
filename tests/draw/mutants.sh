#!/bin/bash
# The renderer's part of `make mutants`: small seeded changes of the output merger and the
# rasteriser, of the reference and of the wide path; each is compiled and linked into the suites
# in place of the original and must make one of them fail. Writes O/mutants/draw.csv
# (number,file,line,change,caught by), the key mutants.draw, and lists the survivors; exit status
# 1 when fewer than 95 % are caught. Changes that cannot be seen are no mutants: those of which
# the compiler makes the original's code, and those in equivalent.csv, each with its reason and
# found by the text of the line. A run that was cut off goes on where it was, as long as the
# renderer's sources and the compiler are the same; what a suite caught is tried again when that
# suite changed, what survived when any did.
# usage: mutants.sh BUILD_FOLDER [COUNT [SEED [NUMBER...]]]       environment: CC, MUTANT_FLAGS, JOBS
#        NUMBER...: only these, said one by one, with what the suite that caught one printed
set -u
export LC_ALL=C.UTF-8
O=$1 wanted=${2:-100} seed=${3:-1}
cd "$(dirname "$0")/../.." || exit 2
dir=$O/mutants/draw
exec </dev/null

sources=(host/gpu/draw/{rop,rop_format,format,raster}.c host/gpu/draw/edges.h
    host/gpu/draw/wide_{merge,color,depth,walk,shade,setup}.c)
users=(raster wide_setup wide_depth wide_shade) # of edges.h
suites=(blend corners raster merger scenes wide texture malformed draw_fuzz) # the cheap and likely ones first

# What a suite is made of; of all of them without an argument.
suite_state() {
    {
        case $1 in
        scenes | '') cat tests/draw/test_"${1:-}"*.c tests/draw/*.h tests/draw/golden.csv docs/scenes.md docs/scenes/*.png ;;
        *) cat tests/draw/test_"$1".c tests/draw/{scene,random_program}.h ;;
        esac
    } | sha256sum | cut -c 1-16
}

compile() { # source object includes...
    local source=$1 object=$2 wide=()
    shift 2
    case $source in */wide_*) wide=(-mavx2) ;; esac
    # shellcheck disable=SC2086
    $CC "$@" $MUTANT_FLAGS "${wide[@]}" -Ihost -I. -I"$O/gen" -w -O2 -c -o "$object" "$source" 2>/dev/null
}

# Objects of mutant $1, of file $2, into its folder. 1: it does not compile; 2: they are the original's.
build() {
    local at=$dir/$1 file=$2 name user path same=2
    name=$(basename "$file")
    case $file in
    *.h)
        path=$at/include/${file#host/}
        mkdir -p "$(dirname "$path")"
        cp "$at/$name" "$path"
        for user in "${users[@]}"; do
            compile "host/gpu/draw/$user.c" "$at/$user.o" -I"$at/include" || return 1
            cmp -s "$at/$user.o" "$dir/0/$user.o" || same=0
        done
        for user in test_raster test_corners; do
            compile "tests/draw/$user.c" "$at/$user.t" -I"$at/include"
        done
        ;;
    *)
        compile "$at/$name" "$at/${name%.c}.o" -Ihost/gpu/draw || return 1
        cmp -s "$at/${name%.c}.o" "$dir/0/${name%.c}.o" || same=0
        ;;
    esac
    return "$same"
}

# Links suite $2 with the objects of mutant $1 and runs it. true: it passes.
passes() {
    local at=$dir/$1 test=test_$2 main=$O/obj/tests/draw/test_$2.o
    [ -f "$at/$test.t" ] && cp "$at/$test.t" "$at/$test.main" && main=$at/$test.main
    # shellcheck disable=SC2046
    $CC -o "$at/$test" "$dir/fail.o" -x none "$main" "$at"/*.o -Wl,--start-group "$O/libxenogate.a" \
        -Wl,--end-group -lcmocka $(pkg-config --libs libpng libcrypto) -lm -lpthread -lstdc++ 2>"$at/out" || return 2
    (
        ulimit -c 0 -t "$limit"
        O=$at XG_FUZZ_PROGRAMS=20 timeout -k 1 $((10 * limit)) "$at/$test"
        exit $?
    ) >"$at/out" 2>&1
}

try() { # number file: what caught it, and the state of that, into results/number
    local by=nothing of=- suite rc
    build "$1" "$2"
    case $? in
    1) by=none ;; # it does not compile
    2) by=same ;; # the original's code
    *)
        for suite in "${suites[@]}"; do
            passes "$1" "$suite" && continue
            rc=$?
            case $rc in
            2) [ -x "$dir/$1/test_$suite" ] && by=test_$suite || by=none ;;
            124 | 137 | 152) by="test_$suite (too long)" ;;
            *) by=test_$suite ;;
            esac
            of=$(suite_state "$suite")
            break
        done
        [ "$by" = nothing ] && of=$(suite_state '')
        ;;
    esac
    echo "$by,$of" >"$dir/new-$1" && mv "$dir/new-$1" "$dir/results/$1"
}
if [ "${TRY:-}" ]; then # one of several at a time
    limit=$TRY
    try "$4" "$5"
    [ "${KEEP:-}" ] || find "$dir/$4" ! -type d ! -name "${5##*/}" -delete
    exit 0
fi

# ---- what the results hang on ----
state=$(cat host/gpu/draw/*.[ch] tests/cpu/mutants/mutate.c <("$CC" --version) <(echo "$seed $MUTANT_FLAGS") | sha256sum)
if [ "$(cat "$dir/state" 2>/dev/null)" != "$state" ]; then
    rm -rf "$dir"
    mkdir -p "$dir/results" "$dir/0" || exit 2
    # A suite ends at its first failure; cmocka calls this through the table of symbols.
    printf '%s\n' '#include <unistd.h>' 'void _fail(const char *file, int line);' \
        'void _fail(const char *file, int line) { (void)file; (void)line; _exit(1); }' >"$dir/fail.c"
    $CC -O1 -c -o "$dir/fail.o" "$dir/fail.c" || exit 2
    for file in "${sources[@]}"; do
        name=$(basename "$file" .c)
        case $file in *.c) compile "$file" "$dir/0/$name.o" -Ihost/gpu/draw || exit 2 ;; esac
    done
    echo "$state" >"$dir/state"
fi
"$O/bin/mutate" "$seed" $((wanted * 2)) "$dir" "${sources[@]}" || exit 2 # a longer list begins alike
# What is not changed must pass, or a mutant proves nothing; it also says how long that takes.
limit=600 TIMEFORMAT=%U
mkdir -p "$dir/passed"
library=$(sha256sum <"$O/libxenogate.a" | cut -c 1-16)
for suite in "${suites[@]}"; do
    passed=$dir/passed/$suite-$(suite_state "$suite")-$library
    [ -f "$passed" ] && continue
    { time passes 0 "$suite" || touch "$dir/failed"; } 2>"$dir/time"
    if [ -f "$dir/failed" ]; then
        rm "$dir/failed"
        echo "mutants: '$suite' fails without a mutant" >&2
        cat "$dir/0/out" >&2
        exit 2
    fi
    mv "$dir/time" "$passed"
done
limit=$(cat "$dir"/passed/* | sort -n | tail -n 1 | awk '{ print int(4 * $1) + 5 }')

# ---- only some ----
if [ $# -gt 3 ]; then
    shift 3
    for number; do
        IFS=, read -r _ file line change < <(sed -n "$((number + 1))p" "$dir/mutants.csv")
        TRY=$limit KEEP=1 "$0" "$O" "$wanted" "$seed" "$number" "$file"
        echo "$number $file:$line: $change: $(cut -d , -f 1 "$dir/results/$number")"
        tail -n 3 "$dir/$number/out" 2>/dev/null
    done
    exit 0
fi

# Listed as a change that means the same.
equivalent() { # file line change
    local text
    text=$(sed -n "$2p" "$1" | sed 's/^ *//')
    WANT="$1|$3|$text|" awk 'index($0, ENVIRON["WANT"]) == 1 { found = 1 } END { exit !found }' tests/draw/equivalent.csv
}

# ---- all: as many of the list as it takes to have as many as are wanted ----
SECONDS=0
declare -A now=([-]=1) listed=() # states of suites that are there
for suite in "${suites[@]}" ''; do
    now[$(suite_state "$suite")]=1
done
for result in "$dir"/results/*; do
    [ ! -f "$result" ] || [ "${now[$(cut -d , -f 2 "$result")]:-}" ] || rm "$result"
done
kept=$(find "$dir/results" -type f | wc -l) next=1
while :; do
    made=0 caught=0 same=0 told=0
    : >"$dir/todo"
    echo "number,file,line,change,caught by" >"$O/mutants/draw.csv"
    while IFS=, read -r number file line change && [ $((made + $(wc -l <"$dir/todo"))) -lt "$wanted" ]; do
        [ "$number" = number ] && continue
        if [ "$number" -ge "$next" ]; then
            next=$((number + 1))
            equivalent "$file" "$line" "$change" && listed[$number]=1
        fi
        if [ "${listed[$number]:-}" ]; then
            told=$((told + 1))
            continue
        fi
        if [ ! -f "$dir/results/$number" ]; then
            echo "$number $file" >>"$dir/todo"
            continue
        fi
        by=$(cut -d , -f 1 "$dir/results/$number")
        case $by in
        none) continue ;;
        same) same=$((same + 1)) && continue ;;
        nothing) ;;
        *) caught=$((caught + 1)) ;;
        esac
        made=$((made + 1))
        echo "$number,$file,$line,$change,$by" >>"$O/mutants/draw.csv"
    done <"$dir/mutants.csv"
    [ -s "$dir/todo" ] || break
    TRY=$limit xargs -P "${JOBS:-1}" -L 1 "$0" "$O" "$wanted" "$seed" <"$dir/todo" || exit 2
done

sed -n 's/^\([0-9]*\),\(.*\),\([0-9]*\),\(.*\),nothing$/survivor \1: \2:\3: \4/p' "$O/mutants/draw.csv"
echo "mutants of the renderer: $caught of $made caught (seed $seed; $same more are the same code, $told are listed as the same; \
$SECONDS s, $kept results from before); $O/mutants/draw.csv"
[ "$made" -gt 0 ] || exit 2
"$O/bench/bench_figures" put "$O/bench.json" mutants.draw "$(awk -v c="$caught" -v m="$made" 'BEGIN { printf "%.4f", c / m }')" || exit 2
[ $((caught * 100)) -ge $((made * 95)) ]
