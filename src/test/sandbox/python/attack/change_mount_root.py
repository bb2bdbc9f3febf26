#: about: attributes of the folder for temporary files itself
#: stdout-is: []\n
import os
done = []
for name, action in {"chmod": lambda: os.chmod("/tmp", 0), "chown": lambda: os.chown("/tmp", os.getuid(), -1), "xattr": lambda: os.setxattr("/tmp", "user.LEFTOVER", b"LEFTOVER-9f31c0de"),
                     "rename": lambda: os.rename("/tmp", "/x"), "remove": lambda: os.rmdir("/tmp"), "trusted": lambda: os.setxattr("/tmp", "trusted.a", b"x")}.items():
    try:
        action()
        done.append(name)
    except OSError:
        pass
print(done)
