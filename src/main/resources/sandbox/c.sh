# What C has more than Bash, whose runner follows: a compiler between the files and the program.
# shellcheck shell=bash disable=SC2034,SC2154
LANGUAGE=c
PROGRAM=/tmp/program
COMPILE_MS=20000
COMPILER=""
for COMPILER in cc gcc clang tcc; do command -v "$COMPILER" >/dev/null && break; done
version() {
    local text
    text="$("$COMPILER" --version 2>/dev/null || "$COMPILER" -v 2>&1)"
    [[ $text =~ ([0-9]+\.[0-9]+(\.[0-9]+)?) ]] && printf '%s' "${BASH_REMATCH[1]}"
}
# Compiles what will start the program and tell how it ended, which a shell knows only in part. It also brings the
# compiler and the headers into memory before somebody waits.
LAUNCHER=/tmp/.launcher
warm_up() {
    cat >"$LAUNCHER.c" <<'END'
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct rusage used;
    int status = 0;
    pid_t child;
    FILE *report;
    if (argc < 3 || (child = fork()) < 0) return 125;
    if (child == 0) {
        execv(argv[2], argv + 2);
        _exit(126);
    }
    wait4(child, &status, 0, &used);
    report = fopen(argv[1], "w");
    if (report) {
        fprintf(report, "%d %ld %ld\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec + used.ru_stime.tv_usec,
                used.ru_maxrss);
        fclose(report);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
END
    "$COMPILER" -O2 -Wall -o "$LAUNCHER" "$LAUNCHER.c" -lm 2>/dev/null || LAUNCHER=""
    rm -f /tmp/.launcher.c
}
# Compiles the entry and all other .c files; the compiler's words go to the first case's standard error.
build() {
    local name sources=("$entry")
    for name in "${files[@]}"; do
        [[ $name != *.c || $name = "$entry" ]] || sources+=("$name")
    done
    sources=("${sources[@]/#-/./-}")
    run_one "$COMPILE_MS" "$COMPILE_MS" "$COMPILER" -O2 -Wall -o "$PROGRAM" "${sources[@]}" -lm
    [ "$status" = ok ] && [ "$code" = 0 ]
}
command_line() {
    command=("$PROGRAM" "${args[@]}")
    [ -z "$LAUNCHER" ] || command=("$LAUNCHER" "$ROOM/usage" "${command[@]}")
}
# What the launcher has reported; without it death by a signal is guessed from an exit code above 128.
ended_by_signal() {
    local signal micros kb
    if [ -s "$ROOM/usage" ] && read -r signal micros kb <"$ROOM/usage"; then
        cpu=$((micros)) peak=$((kb))
        [ "$signal" != 0 ]
    else
        [ "$code" -gt 128 ] && [ "$code" -le 192 ]
    fi
}
