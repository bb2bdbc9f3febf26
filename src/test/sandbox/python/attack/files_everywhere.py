#: about: files in every place that can be written
#: stdout: /tmp
#: retired: no
import os
places = []
for root, folders, _ in os.walk("/"):
    if root in ("/proc", "/sys"):
        folders[:] = []
        continue
    try:
        with open(os.path.join(root, "LEFTOVER-9f31c0de"), "w") as f:
            f.write("LEFTOVER-9f31c0de")
        places.append(root)
    except OSError:
        pass
print(places)
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
             "/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/cgroup.procs", "/etc/passwd", "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/proc/acpi/wakeup"):
    try:
        fd = os.open(path, os.O_WRONLY)
        os.write(fd, b"1")
        print("wrote", path)
    except OSError:
        pass
