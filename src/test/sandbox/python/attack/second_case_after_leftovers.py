#: about: what one case leaves behind is gone before the next
#: case: a
#: case: b
#: stdout-is: clean\n
import os, subprocess, sys
clean = sorted(os.listdir("/tmp")) == ["code"] and len(os.listdir(".")) == 1 and len([n for n in os.listdir("/proc") if n.isdigit()]) <= 4
print("clean" if clean else "dirty %r %r" % (os.listdir("/tmp"), os.listdir("/proc")))
open("/tmp/LEFTOVER-9f31c0de", "w").write("LEFTOVER-9f31c0de")
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        while True:
            pass
