#: about: sys.exit with an object whose text fails
#: exit: 1
import sys
class Bad:
    def __str__(self):
        sys.exit(9)
sys.exit(Bad())
