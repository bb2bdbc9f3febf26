#: about: a small environment with a home that can be written
#: stdout-is: /tmp/code True C.UTF-8 utf-8 True\n
import getpass, os, sys
open(os.path.expanduser("~/x"), "w").write("ä")
print(os.environ["HOME"], getpass.getuser() == "sandbox", os.environ["LANG"], sys.getdefaultencoding(), open("x").read() == "ä")
