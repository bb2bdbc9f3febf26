#: about: output that ends in the middle of a character, and bytes that are none
#: exit: 0
#: stdout-is: \xff\xfe\xe2\x82
import os
os.write(1, b"\xff\xfe\xe2\x82")
