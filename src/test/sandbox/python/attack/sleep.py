#: about: sleeping meets the wall limit
#: wall-ms: 600
#: status: timeout
#: within-ms: 20000
import time
time.sleep(60)
