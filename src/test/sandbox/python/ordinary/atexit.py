#: about: exit handlers run last in, first out, and after an error too
#: exit: 1
#: stdout-is: body\nsecond\nfirst\n
#: stderr: ValueError: x
import atexit
atexit.register(print, "first")
atexit.register(print, "second")
print("body")
raise ValueError("x")
