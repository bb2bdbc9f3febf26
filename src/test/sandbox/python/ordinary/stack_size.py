#: about: deep recursion ends with Python's own error
#: exit: 1
#: stderr: RecursionError
def f(n):
    return f(n + 1)
f(0)
