#: about: several cases, each in a process and a folder of its own
#: case: 1 2
#: case: 5 5
#: case: x y
#: case: 0 0
#: status: ok
#: exit: 0, 0, 1, 0
#: stdout: files 1
import os
print("files", len(os.listdir(".")), os.path.exists("/tmp/trace"))
open("/tmp/trace", "w").close()
open("more", "w").close()
assert not os.environ.get("SEEN")
os.environ["SEEN"] = "1"
a, b = map(int, input().split())
print(a + b)
