#: about: a program that empties the builtins and the modules still ends
#: status: ok|signal
#: exit: any
import builtins, sys
sys.modules.clear()
builtins.__dict__.clear()
