#: about: a replaced standard output is flushed, and so is the first one
#: exit: 0
#: stdout-is: firstsecond
import io, os, sys
sys.stdout.write("first")
sys.stdout.flush()
sys.stdout = io.TextIOWrapper(open(os.dup(1), "wb", 100000))
sys.stdout.write("second")
