#: about: a crash is told by its signal
#: status: signal
#: signal: 11
#: exit: none
import ctypes
ctypes.string_at(0)
