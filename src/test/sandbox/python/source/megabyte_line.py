#: about: a megabyte on one line
#: repeat: 260000 1 +
#: wall-ms: 30000
#: cpu-ms: 30000
#: status: ok|memory_limit|signal
x = @@ 1
