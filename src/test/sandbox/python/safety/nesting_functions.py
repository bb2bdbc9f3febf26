#: about: functions and classes are no blocks
#: safety: strict
#: stdout-is: 1\n
class A:
    class B:
        def f(self):
            def g():
                for i in range(1):
                    if i == 0:
                        while True:
                            with open_(i) as j:
                                try:
                                    return 1
                                finally:
                                    pass
            return g()
class open_:
    def __init__(self, i): pass
    def __enter__(self): return self
    def __exit__(self, *a): pass
print(A.B().f())
