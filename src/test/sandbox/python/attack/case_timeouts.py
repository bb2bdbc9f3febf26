#: about: after a case that is late the next ones run
#: wall-ms: 500
#: case: sleep
#: case: go
#: case: spin
#: case: go
#: status: timeout, ok, timeout, ok
#: within-ms: 20000
import time
word = input()
if word == "sleep":
    time.sleep(60)
while word == "spin":
    pass
print("went")
