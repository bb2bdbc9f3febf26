#: about: a busy loop meets the CPU limit before the wall limit
#: cpu-ms: 300
#: wall-ms: 15000
#: status: cpu_limit
while True:
    pass
