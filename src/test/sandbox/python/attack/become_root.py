#: about: no way to another user, no capability, no new privilege
#: stdout-is: []\n
import os, glob
done = []
for name, action in {"setuid": lambda: os.setuid(0), "setgid": lambda: os.setgid(0), "groups": lambda: os.setgroups([0]), "chroot": lambda: os.chroot("/tmp"), "nice": lambda: os.nice(-5),
                     "mknod": lambda: os.mknod("/tmp/sda", 0o60666, os.makedev(8, 0)), "host": lambda: os.sethostname("x") if hasattr(os, "sethostname") else os.setuid(0)}.items():
    try:
        action()
        done.append(name)
    except (OSError, AttributeError):
        pass
for path in ("/bin", "/usr/bin", "/usr/sbin", "/sbin"):
    for p in glob.glob(path + "/*"):
        try:
            if os.stat(p).st_mode & 0o6000:
                done.append(p)
        except OSError:
            pass
print(done)
