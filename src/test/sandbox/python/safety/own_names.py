#: about: what the program defines itself is its own
#: safety: basic
#: stdout-is: 1 2 3\n
def eval(x): return 1
compile = lambda x: 2
class exec:
    def __new__(cls, x): return 3
print(eval("x"), compile("x"), exec("x"))
