#: about: with streaming, output comes as it is written
#: stream: true
#: stdout-is: a\nb\nc
import time
print("a")
time.sleep(0.15)
print("b")
time.sleep(0.15)
print("c", end="", flush=True)
