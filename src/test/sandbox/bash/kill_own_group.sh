#: about: signals to the own group and to the parent
#: status: ok|signal
#: within-ms: 20000
kill -9 "$PPID"
kill -9 0
