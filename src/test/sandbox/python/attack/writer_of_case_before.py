#: about: what a daemon of a case writes when the case is over does not reach the next case
#: case: a
#: case: b
#: case: c
#: stdout-is: right\n
#: max-output: 6
#: status: ok|output_limit,ok,ok
#: cut: any
#: wall-ms: 20000
import os
word = input()
os.write(1, b"right\n")
if word == "a" and os.fork() == 0:
    os.setsid()
    os.set_blocking(1, False)
    while True:
        try:
            os.write(1, b"LEFTOVER-9f31c0de")
        except BlockingIOError:
            pass
