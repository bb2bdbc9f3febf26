#: about: what can be read of the host is small
#: stdout-is: []\n
import os
seen = []
for path in ("/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/sys/firmware", "/proc/kallsyms", "/proc/1/environ", "/var/run/docker.sock", "/run/docker.sock", "/.dockerenv"):
    try:
        data = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(100000)
        if data and path != "/proc/kallsyms" or path == "/proc/kallsyms" and not all(l.startswith(b"0000000000000000") for l in data.split(b"\n")[:-1]):
            seen.append(path)
    except OSError:
        pass
if len([n for n in os.listdir("/proc") if n.isdigit()]) > 2:
    seen.append("processes")
print(seen)
