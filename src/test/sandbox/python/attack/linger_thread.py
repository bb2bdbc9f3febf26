#: about: a thread that never ends meets the wall limit
#: wall-ms: 600
#: status: timeout
#: within-ms: 20000
#: stdout-is: main ends\n
import threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
print("main ends")
