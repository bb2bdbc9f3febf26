#: about: found through getattr, import_module, builtins and posix
#: safety: basic
#: violations: 5 call os.system; 6 call __import__; 6 call os.system; 7 call os.system; 8 call eval; 9 call os.system; 10 import os
import os, importlib, builtins, posix
getattr(os, "system")("x")
__import__("os").system("x")
importlib.import_module("os").system("x")
builtins.eval("1")
posix.system("x")
from os import *
