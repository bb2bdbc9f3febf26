#: about: the stack runs over in native code
#: status: signal|ok
#: wall-ms: 15000
import sys
sys.setrecursionlimit(10**9)
class A:
    def __getattr__(self, name):
        return getattr(self, name + "x")
A().y
