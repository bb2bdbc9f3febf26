#: about: a program that replaces os._exit and sys.exit and all the rest still ends, with the code that it has
#: exit: 5
import atexit, builtins, gc, os, sys, threading, traceback
def nothing(*args, **kwargs):
    return None
os._exit = os.kill = os.getpid = sys.exit = gc.collect = atexit._run_exitfuncs = threading._shutdown = nothing
traceback.print_exception = sys.excepthook = nothing
raise SystemExit(5)
