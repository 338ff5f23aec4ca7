# SPDX-License-Identifier: Apache-2.0
# What examples/run and interop/run do: check the command line, build what has changed, and run it. Sourced by them, with
#   self      the name of the command
#   modules   the folders to be built and packaged, in this order, behind the library; the last one is run
#   programs  a line for each program: its name, its class, and its options, each with the kind of its value
#   about     a line for each program: what it is
set -eu

say() { printf '%s: %s\n' "$self" "$1" >&2; }

usage() {
    case ${program:---help} in --help) ;; *) say "no program '$program'" ;; esac
    printf 'usage: %s PROGRAM [options]\n\n%s\n\n' "$self" "$about" >&2
    cat >&2 <<END
"$self PROGRAM --help" lists the options of a program. The environment may say which JDK (JAVA_HOME) and which Maven
(MVN, for example "mvn -o" to work offline). Exit codes: 0 all was right, 1 something was wrong, 2 a bad command line,
3 the build failed, 4 the program could not run.
END
    exit 2
}

bad_option() {
    say "$1"
    printf '%s\n' "$options" | tr ' ' '\n' | sed 's/^/  --/; s/=/ /' >&2
    exit 2
}

# Looks at names and values as far as that goes without the program, so that nobody waits for a build to be told.
check_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --help) return ;;
            --*=*)
                name=${1%%=*}
                value=${1#*=}
                shift
                ;;
            *)
                name=$1
                [ $# -gt 1 ] && value=$2 || value=
                shift
                [ $# -eq 0 ] || shift
                ;;
        esac
        kind=
        for option in $options; do
            [ "--${option%%=*}" != "$name" ] || kind=${option#*=}
        done
        [ -n "$kind" ] || bad_option "unknown option '$name'"
        [ -n "$value" ] || bad_option "$name needs a value: $kind"
        case $kind in
            N) pattern='[0-9]+' ;;
            MIN..MAX) pattern='[0-9]+\.\.[0-9]+' ;;
            BYTES) pattern='[0-9]+[kKmM]?' ;;
            ADDRESS:PORT) pattern='.*:[0-9]+' ;;
            *'|'*) pattern="($kind)" ;;
            *) pattern='.*' ;;
        esac
        printf '%s\n' "$value" | grep -Eixq -- "$pattern" || bad_option "$name must be $kind, but is '$value'"
    done
}

# What the build reads; a file that was deleted has changed its folder.
inputs() {
    printf '%s\n' "$root/pom.xml" "$root/src/main"
    for module in $modules; do printf '%s\n' "$root/$module/pom.xml" "$root/$module/src/main"; done
}

is_built() {
    [ -f "$target/built" ] && [ -z "$(inputs | while read -r input; do find "$input" -newer "$target/built"; done)" ]
}

# Prints what a command had to say only when it fails.
quietly() {
    output=$("$@" 2>&1) || {
        printf '%s\n' "$output" >&2
        say "the build failed"
        exit 3
    }
}

# MVN is split into words on purpose: it may carry options.
build() {
    say "building, about half a minute; the first time Maven also downloads what it needs, which takes minutes"
    start=$(date +%s)
    mkdir -p "$target"
    : >"$target/building" # what changes from now on is for the next build
    quietly ${MVN:-mvn} -B -q -Dmaven.test.skip=true -Dspotless.check.skip=true -Dmaven.javadoc.skip=true \
        -Dmaven.source.skip=true -f "$tree/pom.xml" install
    for module in $modules; do
        quietly ${MVN:-mvn} -B -q -Dmaven.test.skip=true -f "$tree/$module/pom.xml" install
    done
    mv "$target/building" "$target/built"
    say "built in $(($(date +%s) - start)) s"
}

root=$(dirname -- "$here")
program=${1-}
[ $# -gt 0 ] || usage
shift
line=$(printf '%s\n' "$programs" | grep "^$program ") || usage
class=$(printf '%s\n' "$line" | cut -d ' ' -f 2)
options=$(printf '%s\n' "$line" | cut -d ' ' -f 3-)

# A tree that cannot be written is copied, and built there.
last=${modules##* }
tree=$root
target=$root/$last/target
if [ ! -w "$root/$last" ] && ! is_built; then
    tree=${TMPDIR:-/tmp}/varlen-mpsc-ring-$(id -u)-$(printf '%s' "$root" | cksum | cut -d ' ' -f 1)
    target=$tree/$last/target
fi
if ! is_built; then
    check_options "$@"
    if [ "$tree" != "$root" ]; then
        say "$root cannot be written, so this builds in $tree"
        mkdir -p -m 700 "$tree"
        [ -O "$tree" ] || { say "$tree is somebody else's"; exit 3; }
        rm -rf "${tree:?}"/*
        for part in pom.xml src $modules; do cp -R "$root/$part" "$tree/"; done
        chmod -R u+w "$tree"
        for module in $modules; do rm -rf "${tree:?}/$module/target"; done # old, but the copy would look new
    fi
    build
fi

# The options of the JVM are split into words on purpose.
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" ${jvm_options:-} -cp "$target/*:$target/lib/*" "$class" "$@"
