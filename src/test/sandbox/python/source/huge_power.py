#: about: a constant that must not be computed ahead
#: wall-ms: 1000
#: cpu-ms: 5000
#: status: timeout|memory_limit|ok
#: within-ms: 20000
x = 9**9**9**9
