#: about: noise in the page of the farewell is no farewell, and not there for the next program
#: exit: 4
import os
import sys

frame = sys._getframe()
found = []
while frame:
    found += [each for each in frame.f_locals.values() if type(each).__name__ == "Farewell"]
    frame = frame.f_back
page = found[0].page
assert page[:] == bytes(len(page)), "something of another program is in the page"
page[:] = b"x" * len(page)
os.close(1)
os.close(2)
os._exit(4)
