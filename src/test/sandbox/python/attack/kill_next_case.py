#: about: the process that waits for the next case is killed, stopped or replaced by a daemon; the next case is right
#: case: kill
#: case: daemon
#: case: stop
#: case: last
#: wall-ms: 20000
#: stdout: clean
import os, signal, time
word = input()
others = [int(n) for n in os.listdir("/proc") if n.isdigit() and int(n) not in (1, os.getpid(), os.getppid())]
clean = sorted(os.listdir("/tmp")) == ["code"] and len(os.listdir(".")) == 1 and len(others) <= 1
print("clean" if clean else "dirty %r %r" % (os.listdir("/tmp"), others))
if word == "daemon" and os.fork() == 0:
    os.setsid()
    while True:
        try:
            os.makedirs("/tmp/code/LEFTOVER-9f31c0de", exist_ok=True)
            os.symlink("/etc", "/tmp/LEFTOVER-9f31c0de")
        except OSError:
            pass
for pid in others:
    if word != "last":
        os.kill(pid, signal.SIGSTOP if word == "stop" else signal.SIGKILL)
time.sleep(0.05)
