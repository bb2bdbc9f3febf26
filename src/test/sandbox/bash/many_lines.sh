#: about: much output
#: wall-ms: 20000
#: cpu-ms: 20000
#: stdout: 50000\n
#: stdout-size: 300000
seq 50000
