#: about: a destructor that never returns meets the wall limit
#: wall-ms: 700
#: status: timeout
#: within-ms: 20000
class A:
    def __del__(self):
        while True:
            pass
a = A()
