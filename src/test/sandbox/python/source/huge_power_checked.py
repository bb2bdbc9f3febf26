#: about: the same before a check
#: safety: strict
#: wall-ms: 1000
#: status: timeout|memory_limit|ok
#: within-ms: 20000
x = 9**9**9**9
