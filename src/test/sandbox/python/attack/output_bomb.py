#: about: a hundred megabytes on standard output end at the limit
#: status: output_limit
#: cut: stdout
#: stdout-size: 1048576
#: within-ms: 8000
import os
data = b"x" * (1 << 20)
for _ in range(100):
    os.write(1, data)
