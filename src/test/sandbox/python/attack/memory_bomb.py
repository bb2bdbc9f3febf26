#: about: growing without end meets the limit as an error of Python
#: status: memory_limit
#: stderr: MemoryError
#: wall-ms: 15000
x = []
while True:
    x.append(bytearray(1 << 20))
