#: about: zero bytes and terminal sequences are only bytes
#: stdout-is: a\0b\x1b[2J\x07\x0d\n
import sys
sys.stdout.write("a\0b\x1b[2J\a\r\n")
