#: about: the same on standard error; each stream has a limit of its own
#: max-output: 1000
#: status: output_limit
#: cut: stderr
#: stdout-is: aaaaaaaaaa
#: within-ms: 8000
import os
os.write(1, b"a" * 10)
data = b"x" * (1 << 20)
for _ in range(100):
    os.write(2, data)
