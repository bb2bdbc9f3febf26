#: about: trace and profile functions that fail
#: status: ok
#: stderr: RuntimeError
import sys, threading
def trace(frame, event, arg):
    if "LEFTOVER" not in frame.f_code.co_name:
        raise RuntimeError("no")
sys.settrace(trace)
threading.settrace(trace)
def f():
    pass
f()
