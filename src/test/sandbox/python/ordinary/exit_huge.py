#: about: sys.exit with a number beyond all bounds is 255, as in CPython
#: exit: 255
import sys
sys.exit(10**30)
