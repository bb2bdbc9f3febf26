#: about: a tree of folders without rights, as large as it can be
#: stdout: full
import os
made = []
try:
    for i in range(60):
        for j in range(60):
            d = "/tmp/%d/%d/x/y" % (i, j)
            os.makedirs(d)
            made.append(d)
except OSError:
    pass
for d in made:
    for _ in range(4):
        try:
            os.chmod(d, 0)
        except OSError:
            pass
        d = os.path.dirname(d)
print("full")
