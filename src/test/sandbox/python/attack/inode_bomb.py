#: about: as many files as there may be
#: stdout: No space left
try:
    for i in range(100000):
        open("/tmp/%d" % i, "w").close()
except OSError as e:
    print(i > 3000, e.strerror)
