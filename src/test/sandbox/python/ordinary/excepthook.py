#: about: the program's own hook for uncaught errors, and one that fails itself
#: exit: 1
#: stderr: Error in sys.excepthook:
#: stderr: hook broke
#: stderr: Original exception was:
#: stderr: first
import sys
def hook(*args):
    raise RuntimeError("hook broke")
sys.excepthook = hook
raise ValueError("first")
