#: about: as many bytes as there may be
#: stdout: True No space left
size = 0
try:
    with open("/tmp/LEFTOVER-9f31c0de", "wb", 0) as f:
        while True:
            size += f.write(b"LEFTOVER-9f31c0de" * 4096)
except OSError as e:
    print(8 << 20 < size < 11 << 20, e.strerror)
