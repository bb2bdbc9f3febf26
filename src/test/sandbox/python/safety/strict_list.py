#: about: strict bans open and the modules of the system, too
#: safety: strict
#: violations: 5 call open; 6 call os.remove; 7 call sys._getframe; 8 call socket.socket; 9 attribute __subclasses__; 10 call shutil.rmtree; 11 call ctypes.CDLL
import os, sys, socket, shutil, ctypes
open("f")
os.remove("f")
sys._getframe()
socket.socket()
().__class__.__subclasses__()
shutil.rmtree("x")
ctypes.CDLL(None)
