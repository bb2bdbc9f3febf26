#: about: writing where nobody reads is an error, not a silent end
#: exit: 0
#: stdout-is: BrokenPipeError\n
import os
r, w = os.pipe()
os.close(r)
try:
    os.write(w, b"x")
except BrokenPipeError as e:
    print(type(e).__name__)
