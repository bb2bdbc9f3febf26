#: about: the same when the run was killed
#: wall-ms: 500
#: status: timeout
#: within-ms: 20000
#: stdout: LEFTOVER-9f31c0de
print("LEFTOVER-9f31c0de" * 1000)
while True:
    pass
