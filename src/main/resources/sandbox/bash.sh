# Process 1 of a container that runs one Bash program (or one of C, see c.sh). README.md beside this file has the protocol.
# It needs bash 5 and head, base64, env, mkdir, rm, dd, od, tr and sed. A program of the same user could reach into it; the container is
# thrown away after the run, so all it would forge is the verdict about itself.
# shellcheck shell=bash disable=SC2154
[ $$ = 1 ] || {
    echo "the runner must be process 1 of a PID namespace of its own" >&2
    exit 1
}
export LC_ALL=C
umask 022
# Handlers, so that the shell does not end; not "ignore", which programs would inherit.
for name in HUP INT QUIT TERM USR1 USR2 ALRM; do trap : "$name"; done
WORK=/tmp/code
ROOM=/tmp/.run
TICK=0.02
MAX_REQUEST=$((16 << 20))

if [ "${LANGUAGE:=bash}" = bash ]; then
    version() { printf '%s' "${BASH_VERSION%%[^0-9.]*}"; }
    warm_up() { base64 -d <<<"MQ==" | cat >/dev/null; }
    build() { :; }
    command_line() { command=(bash "$entry" "${args[@]}"); }
    ended_by_signal() { false; }
fi

# ---- talking to the host ----------------------------------------------------------------------------

# frame <kind> <payload> [case]
frame() {
    local length=$((${#2} + (${3:+1}0 ? 2 : 0))) head
    printf -v head '\\x%02x\\x%02x\\x%02x\\x%02x' $((length >> 24 & 255)) $((length >> 16 & 255)) $((length >> 8 & 255)) $((length & 255))
    [ -z "${3:-}" ] || printf -v head '%s\\x%02x\\x%02x' "$head" $(($3 >> 8)) $(($3 & 255))
    # shellcheck disable=SC2059 # the head is a format on purpose: zero bytes cannot stand in a variable
    printf "$1$head%s" "$2"
}

# heads <kind> <count> <\xHH…>: output of the present case that is given in digits.
heads() {
    local length=$(($2 + 2)) head
    printf -v head '\\x%02x\\x%02x\\x%02x\\x%02x\\x%02x\\x%02x' $((length >> 24 & 255)) $((length >> 16 & 255)) $((length >> 8 & 255)) $((length & 255)) \
        $((index >> 8)) $((index & 255))
    printf '%b' "$1$head$3"
}

# Sets value to the number in the next four bytes of the request.
number() {
    local byte ordinal i
    value=0
    for i in 1 2 3 4; do
        IFS= read -r -d '' -n 1 -u "$host" byte || [ -n "$byte" ] || exit 0
        printf -v ordinal %d "'$byte"
        value=$((value << 8 | ordinal & 255))
    done
}

# ---- the request: JSON into an array of values by path -----------------------------------------------

SEP=$'\x1f'
declare -A json=() left=() cut=() open=()

# Sets text to a JSON string without its escapes.
unescape() {
    local rest="$1" high=0 unit
    text=""
    while [[ $rest == *\\* ]]; do
        text+="${rest%%\\*}"
        rest="${rest#*\\}"
        case "${rest:0:1}" in
        n) text+=$'\n' ;;
        t) text+=$'\t' ;;
        r) text+=$'\r' ;;
        b) text+=$'\b' ;;
        f) text+=$'\f' ;;
        u)
            unit=$((16#${rest:1:4}))
            rest="${rest:4}"
            if ((unit >= 0xd800 && unit < 0xdc00)); then
                high=$unit
                rest="${rest:1}"
                continue
            fi
            ((high == 0)) || unit=$((0x10000 + ((high & 0x3ff) << 10) + (unit & 0x3ff)))
            high=0
            utf8 "$unit"
            ;;
        *) text+="${rest:0:1}" ;;
        esac
        rest="${rest:1}"
    done
    text+="$rest"
}

# Adds the character of the number to text.
utf8() {
    local n="$1" bytes
    if ((n == 0)); then
        malformed "a string with NUL"
    elif ((n < 0x80)); then
        printf -v bytes '\\x%02x' "$n"
    elif ((n < 0x800)); then
        printf -v bytes '\\x%02x\\x%02x' $((n >> 6 | 0xc0)) $((n & 63 | 128))
    elif ((n < 0x10000)); then
        printf -v bytes '\\x%02x\\x%02x\\x%02x' $((n >> 12 | 0xe0)) $((n >> 6 & 63 | 128)) $((n & 63 | 128))
    else
        printf -v bytes '\\x%02x\\x%02x\\x%02x\\x%02x' $((n >> 18 | 0xf0)) $((n >> 12 & 63 | 128)) $((n >> 6 & 63 | 128)) $((n & 63 | 128))
    fi
    printf -v text "%s$bytes" "$text"
}

malformed() {
    frame F "{\"error\":\"the request is malformed: $1\"}"
    frame D ""
    exec sleep 1000
}

# Splits at the quotes, so that only what stands between strings is looked at letter by letter.
parse() {
    local -a parts=() keys=() kinds=()
    local i part depth=-1 key="" want_key=no literal letter j
    mapfile -d '"' -t parts < <(head -c "$1" <&"$host")
    put() {
        local where="" n
        for ((n = 0; n <= depth; n++)); do where+="${keys[n]}$SEP"; done
        json["${where%"$SEP"}"]="$1"
    }
    for ((i = 0; i < ${#parts[@]}; i++)); do
        part="${parts[i]}"
        if ((i % 2 == 0)); then
            literal=""
            for ((j = 0; j <= ${#part}; j++)); do
                letter="${part:j:1}"
                case "$letter" in
                [0-9a-zE.+-])
                    literal+="$letter"
                    continue
                    ;;
                esac
                if [ -n "$literal" ]; then
                    put "$literal"
                    literal=""
                fi
                case "$letter" in
                '{') depth=$((depth + 1)) kinds[depth]=object keys[depth]="" want_key=yes ;;
                '[') depth=$((depth + 1)) kinds[depth]=array keys[depth]=0 want_key=no ;;
                '}' | ']')
                    depth=$((depth - 1))
                    want_key=no
                    ;;
                ,)
                    if [ "${kinds[depth]}" = array ]; then keys[depth]=$((keys[depth] + 1)); else want_key=yes; fi
                    ;;
                esac
            done
        else
            # an escaped quote is no end
            while [[ $part =~ (\\+)$ ]] && ((${#BASH_REMATCH[1]} % 2 == 1)) && ((i + 1 < ${#parts[@]})); do
                parts=("${parts[@]:0:i}" "$part\"${parts[i + 1]}" "${parts[@]:i+2}")
                part="${parts[i]}"
            done
            text="$part"
            [[ $part != *\\* ]] || unescape "$part"
            if [ "$want_key" = yes ]; then
                keys[depth]="$text"
                want_key=no
            else
                put "$text"
            fi
        fi
    done
    ((depth == -1)) || malformed "it ends too early"
}

# ---- the control group's counters, where they can be read ------------------------------------------------

# Sets value to the number after the label at the start of a line of the first file that there is, else to 0.
# Files of /proc and /sys are read to their end at once: what the shell had read ahead of a line could turn up in the
# next read of something else when the process behind the file is gone.
counter() {
    local label="$1" file line
    local -a lines
    value=0
    shift
    for file in "$@"; do
        [ -r "/sys/fs/cgroup/$file" ] || continue
        mapfile -t lines <"/sys/fs/cgroup/$file"
        for line in "${lines[@]}"; do
            if [[ $line == "$label"* ]]; then
                value="${line#"$label"}"
                return
            fi
        done
    done
}
oom_kills() { counter "oom_kill " memory.events memory/memory.oom_control; }
cpu_micros() {
    counter "usage_usec " cpu.stat
    if [ "$value" = 0 ]; then
        counter "" cpuacct/cpuacct.usage cpu,cpuacct/cpuacct.usage
        value=$((value / 1000))
    fi
}
now() { moment="${EPOCHREALTIME/[.,]/}"; }

# ---- one program -------------------------------------------------------------------------------------------

# Opens the program's pipes. Its ends are open both ways until it has them, this shell's are for reading alone, else it
# would never see the end. A line on the descriptor "done" tells the exit code.
stand_by() {
    mkdir -p "$ROOM" "$WORK"
    exec {done}<> <(:) {out_pipe}<> <(:) {err_pipe}<> <(:)
    exec {out_read}<"/proc/self/fd/$out_pipe" {err_read}<"/proc/self/fd/$err_pipe"
    open=([O]=$out_read [E]=$err_read)
    partial=""
}

# relay <kind> <seconds>: passes on what there is, and waits that long for more; forgets the descriptor at its end. The
# shell reads pipes byte by byte, so that much output goes another way.
relay() {
    local kind="$1" chunk how block=16384
    while [ -n "${open[$kind]}" ] && [ "${cut[$kind]}" = false ]; do
        if ((left[$kind] < json[max_output] - 4096)) && read -r -t 0 -u "${open[$kind]}" && can_fork; then
            bulk "$kind"
            continue
        fi
        chunk=""
        IFS= read -r -d '' -n "$block" -t "$2" -u "${open[$kind]}" chunk
        how=$?
        give "$kind" "$chunk"
        if ((how == 0 && ${#chunk} < block)); then
            zero "$kind" # a zero byte ends a read and cannot be held in a variable
        elif ((how == 1)); then
            open[$kind]=""
        elif ((how > 128)); then
            return
        fi
    done
}

# Among too many processes a fork of this shell would be tried again for half a minute.
can_fork() {
    counter "" pids.current pids/pids.current
    ((value < 40))
}

# One block by way of hexadecimal digits, with every byte it may have.
bulk() {
    local kind="$1" digits count
    digits="$(dd bs=65536 count=1 <&"${open[$kind]}" | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g')"
    count=$((${#digits} / 4))
    ((count > 0)) || open[$kind]=""
    if ((count > left[$kind])); then
        cut[$kind]=true
        count=${left[$kind]}
        digits="${digits:0:count*4}"
    fi
    ((count == 0)) || heads "$kind" "$count" "$digits"
    left[$kind]=$((left[$kind] - count))
    moved=yes
}

give() {
    local kind="$1" text="$2"
    if ((${#text} > left[$kind])); then
        text="${text:0:left[$kind]}"
        cut[$kind]=true
    fi
    [ -z "$text" ] || frame "$kind" "$text" "$index"
    left[$kind]=$((left[$kind] - ${#text}))
    [ -z "$text" ] || moved=yes
}

zero() {
    if ((left[$1] < 1)); then
        cut[$1]=true
        return
    fi
    heads "$1" 1 '\x00'
    left[$1]=$((left[$1] - 1))
}

# hear <seconds>: true when the program's end has been told; sets code. A read that is late leaves half a line, whose
# blank at the end must stay.
hear() {
    local line=""
    IFS= read -r -t "$1" -u "$done" line
    local how=$?
    partial+="$line"
    ((how == 0)) || return 1
    code="${partial#end }"
}

# Sets value to the sum (µs) of what the n-th line of the file "times" says.
times_line() {
    local n line
    local -a lines
    value=0
    mapfile -t lines <"$2"
    line="${lines[$1]}"
    for n in $line; do
        [[ $n =~ ^([0-9]+)m([0-9]+)[.,]([0-9]{3})s$ ]] && value=$((value + (BASH_REMATCH[1] * 60 + BASH_REMATCH[2]) * 1000000 + 10#${BASH_REMATCH[3]} * 1000))
    done
}
# CPU (µs) of everything in the container but this shell.
others_cpu() {
    local own
    times >"$ROOM/own"
    times_line 0 "$ROOM/own"
    own=$value
    cpu_micros
    ((value -= own, value >= 0)) || value=0
}

# run_one <wall ms> <cpu ms> <command…>: sets status, code, wall, cpu, peak; output goes out on the way.
run_one() {
    local wall_ms="$1" cpu_ms="$2" begin cpu_begin others_begin kills waiter missing=0 last=0 moved pause
    shift 2
    status=ok code=0 peak=0 cpu=0
    rm -f "$ROOM/times" "$ROOM/pid" "$ROOM/usage"
    oom_kills
    kills=$value
    others_cpu
    others_begin=$value
    cpu_micros
    cpu_begin=$value
    now
    begin=$moment
    (
        exec 2>/dev/null {out_read}<&- {err_read}<&- {host}<&-
        echo 1000 >/proc/self/oom_score_adj
        set -m # the program gets a process group of its own
        (
            cd "$WORK" || exit 126
            ulimit -c 0 -t $((cpu_ms / 1000 + 2))
            ulimit -n 256
            ((memory_mb >= group_mb)) || ulimit -d $((memory_mb * 1024))
            ((processes >= 64)) || ulimit -u $((processes + 8))
            exec <"$input" >&"$out_pipe" 2>&"$err_pipe" {out_pipe}>&- {err_pipe}>&- {done}>&-
            exec env -i "${environment[@]}" "$@"
        ) &
        exec {out_pipe}>&- {err_pipe}>&-
        echo $! >"$ROOM/pid"
        wait $!
        code=$?
        times >"$ROOM/times"
        echo "end $code" >&"$done"
    ) 1>&2 &
    waiter=$!
    exec {out_pipe}>&- {err_pipe}>&-
    while :; do
        # Sleeps on whichever of the three is likely to have something first, looks at the others.
        moved=no
        relay O "$TICK"
        if [ -n "${open[O]}" ]; then relay E 0.001; else relay E "$TICK"; fi
        pause=0.001
        [ -n "${open[O]}${open[E]}" ] || pause=$TICK
        if [ "$last" = 0 ] && hear "$pause"; then
            now
            wall=$((moment - begin))
            last=$((moment + 100000)) # for output that a left-over process may still hold back
        fi
        # the host is gone, or has more to say than it may
        if read -r -t 0 -u "$host"; then exit 0; fi
        now
        if [ "${cut[O]}${cut[E]}" != falsefalse ]; then
            status=output_limit
        elif ((last > 0)); then
            if [ -z "${open[O]}${open[E]}" ]; then break; fi
            [ "$moved" = no ] || last=$((moment + 100000))
            if ((moment >= last || moment > begin + wall + 3000000)); then break; fi
        elif ((moment >= begin + wall_ms * 1000)); then
            status=timeout
        else
            sample
            cpu_micros
            if ((value - cpu_begin >= cpu_ms * 1000)); then
                status=cpu_limit
            elif ! kill -0 "$waiter" && ((++missing > 2)); then
                # killed by the program; had it ended by itself, its line would be there by now
                code=137 wall=$((moment - begin)) last=$moment
            fi
        fi
        if [ "$status" != ok ]; then
            kill -9 -1
            break
        fi
    done
    ((last > 0)) || wall=$((moment - begin))
    measure "$kills" "$others_begin" "$cpu_ms"
    exec {done}>&- {out_read}<&- {err_read}<&-
}

# The largest size of the program itself, as far as it was seen.
sample() {
    local pid line
    local -a lines
    [ -s "$ROOM/pid" ] && read -r pid <"$ROOM/pid" || return 0
    mapfile -t lines <"/proc/$pid/status" || return 0
    for line in "${lines[@]}"; do
        if [[ $line == VmHWM:* ]]; then
            line="${line//[!0-9]/}"
            ((line <= peak)) || peak=$line
            return 0
        fi
    done
}

# measure <kills before> <CPU of others before> <cpu ms>: sets cpu (µs) from what the waiting shell counted for its
# children, or where it was stopped, too, the kernel for all; and the status from the exit code.
measure() {
    if [ -s "$ROOM/times" ]; then
        times_line 1 "$ROOM/times"
        cpu=$value
    fi
    if [ "$status" != ok ]; then
        others_cpu
        ((value - $2 <= cpu)) || cpu=$((value - $2))
        return
    fi
    oom_kills
    local by_signal=no
    ! ended_by_signal || by_signal=yes
    if ((code == 137 && value > $1)); then
        status=memory_limit
    elif ((code == 152 && cpu >= $3 * 1000)); then # else it came by that code or signal of itself
        status=cpu_limit
    elif [ "$by_signal" = yes ] && ((peak > memory_mb * 922)); then
        status=memory_limit # nine tenths of what it may have: malloc has failed it
    elif [ "$by_signal" = yes ]; then
        status=signal
    fi
}

result() {
    local exit="$code" signal=null
    case "$status" in
    ok | compile_error) ;;
    signal | memory_limit) exit=null signal=$((code - 128)) ;;
    *) exit=null ;;
    esac
    frame X "{\"case\":$index,\"status\":\"$status\",\"exit\":$exit,\"signal\":$signal,\"wall_us\":$wall,\"cpu_us\":$cpu,\"peak_kb\":$peak,\"stdout_cut\":${cut[O]},\"stderr_cut\":${cut[E]}}"
}

lay_out() {
    local name
    for name in "${files[@]}"; do
        [[ $name != */* ]] || mkdir -p "$WORK/${name%/*}"
        [ ! -e "$WORK/$name" ] && base64 -d <<<"${json[files$SEP$name${SEP}b64]}" >"$WORK/$name" || return 1
    done
}

# ---- main ------------------------------------------------------------------------------------------------------

exec {host}<&0 0</dev/null
frame H "{\"protocol\":1,\"language\":\"$LANGUAGE\",\"version\":\"$(version)\",\"pid\":$$,\"uid\":$UID}"
stand_by
warm_up
counter "" memory.max memory/memory.limit_in_bytes
[[ $value =~ ^[0-9]{1,15}$ ]] && group_mb=$((value >> 20)) || group_mb=0
frame R ""
exec 2>/dev/null # the shell's own words about killed jobs

number
[ "$value" = 1 ] || malformed "its protocol is unknown"
number
((value <= MAX_REQUEST)) || malformed "it is too long"
parse "$value"

entry="${json[entry]}" memory_mb="${json[memory_mb]}" processes="${json[processes]}"
files=()
environment=("HOME=$WORK" "PATH=$PATH" "LANG=C.UTF-8" "USER=sandbox" "LOGNAME=sandbox" "PWD=$WORK")
[ -z "${LD_LIBRARY_PATH:-}" ] || environment+=("LD_LIBRARY_PATH=$LD_LIBRARY_PATH")
for key in "${!json[@]}"; do
    case "$key" in
    files"$SEP"*)
        name="${key#files"$SEP"}"
        name="${name%"${SEP}b64"}"
        case "/$name/" in *//* | */./* | */../*) malformed "a file name is not relative and plain" ;; esac
        files+=("$name")
        ;;
    env"$SEP"*) environment+=("${key#env"$SEP"}=${json[$key]}") ;;
    esac
done
[ -n "${json[files$SEP$entry${SEP}b64]+x}" ] || malformed "the entry is not among the files"

for ((index = 0; ; index++)); do
    [ -n "${json[cases$SEP$index${SEP}stdin]+x}" ] || break
    if ((index > 0)); then
        kill -9 -1 2>/dev/null
        wait
        rm -rf "$WORK" "$ROOM"
        stand_by
    fi
    left=([O]="${json[max_output]}" [E]="${json[max_output]}") cut=([O]=false [E]=false)
    lay_out || malformed "the files cannot be laid out"
    args=() n=0
    while [ -n "${json[cases$SEP$index${SEP}args$SEP$n]+x}" ]; do
        args+=("${json[cases$SEP$index${SEP}args$SEP$n]}")
        n=$((n + 1))
    done
    input=/dev/null
    if ((index == 0)); then
        if ! build; then
            [ "$status" != ok ] || status=compile_error
            result
            break
        fi
        # the compiler has used up what stood by
        [ "$LANGUAGE" = bash ] || stand_by
    fi
    if [ -n "${json[cases$SEP$index${SEP}stdin]}" ]; then
        input="$ROOM/in"
        base64 -d <<<"${json[cases$SEP$index${SEP}stdin]}" >"$input"
    fi
    command_line
    run_one "${json[wall_ms]}" "${json[cpu_ms]}" "${command[@]}"
    result
done
frame D ""
kill -9 -1 2>/dev/null
exec 0<&"$host" cat >/dev/null
