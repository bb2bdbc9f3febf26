#: about: what the module held is destroyed at the end and may print
#: exit: 0
#: stdout: body\n
#: stdout: gone a\n
#: stdout: gone b\n
class A:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        print("gone", self.name)
a = A("a")
b = A("b")
b.itself = b
print("body")
