#: about: standard input byte for byte, also when it is large
#: stdin: \x00\xff\xfe\n\x80end
#: stdout-is: b'\\x00\\xff\\xfe\\n' b'\\x80end'\n
import sys
print(sys.stdin.buffer.readline(), sys.stdin.buffer.read())
