#: about: the files of process 1 below /proc are not ours to open
#: stdout-is: []\n
import os
opened = []
for name in ("mem", "maps", "environ", "fd/0", "fd/1", "fd/2", "fd/3", "cwd", "root", "exe", "stack", "syscall", "auxv", "pagemap", "smaps", "io",
             "personality", "map_files", "fdinfo/1", "ns/pid", "task/1/mem", "task/1/fd/1"):
    for mode in (os.O_RDONLY, os.O_WRONLY):
        try:
            os.close(os.open("/proc/1/" + name, mode))
            opened.append((name, mode))
        except OSError:
            pass
    try:
        os.readlink("/proc/1/" + name)
        opened.append(name)
    except OSError:
        pass
for name in ("oom_score_adj", "coredump_filter", "clear_refs", "timerslack_ns", "comm", "autogroup", "sched", "uid_map", "loginuid", "attr/current", "make-it-fail"):
    try:
        fd = os.open("/proc/1/" + name, os.O_WRONLY)
        os.write(fd, b"0")
        opened.append(name)
    except OSError:
        pass
try:
    opened += os.listdir("/proc/1/fd")
except OSError:
    pass
print(opened)
