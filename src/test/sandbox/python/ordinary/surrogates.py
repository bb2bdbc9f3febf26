#: about: a lone surrogate cannot be printed, as in CPython, and half a character can
#: exit: 1
#: stdout: \xe2\x82
#: stderr: UnicodeEncodeError
import sys
sys.stdout.buffer.write(b"\xe2\x82\n")
print("\ud800")
