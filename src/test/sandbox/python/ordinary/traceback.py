#: about: a traceback names file, line and source and none of the runner's frames
#: exit: 1
#: stderr: Traceback (most recent call last):\n  File "/tmp/code/traceback.py", line 9, in <module>\n    f(0)\n
#: stderr: line 8, in f\n    return 1 / n\n
#: stderr: ZeroDivisionError: division by zero\n
#: stderr-not: runner
def f(n):
    return 1 / n
f(0)
