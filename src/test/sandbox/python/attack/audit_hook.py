#: about: an audit hook that refuses everything cannot keep the process alive
#: status: ok|signal
import sys
def hook(*args):
    raise RuntimeError("no")
sys.addaudithook(hook)
print("x")
