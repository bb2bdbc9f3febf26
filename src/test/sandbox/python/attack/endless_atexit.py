#: about: an exit handler that registers itself for ever meets the wall limit
#: wall-ms: 700
#: status: timeout|ok|memory_limit
#: within-ms: 20000
import atexit
def again():
    atexit.register(again)
    while True:
        pass
atexit.register(again)
