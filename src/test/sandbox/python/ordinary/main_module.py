#: about: names and modules are as in a script
#: args: x
#: stdout-is: __main__ /tmp/code/main_module.py ['main_module.py', 'x'] /tmp/code None True\n
#: exit: 0
import os, sys
import __main__
print(__name__, __file__, sys.argv, os.getcwd(), __spec__, __main__.sys is sys and sys.path[0] == "/tmp/code")
