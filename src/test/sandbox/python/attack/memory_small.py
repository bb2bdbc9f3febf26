#: about: a limit below that of the container
#: memory-mb: 64
#: status: memory_limit
#: stdout: 20\n
x = [bytearray(1 << 20) for _ in range(20)]
print(len(x))
x = [bytearray(1 << 20) for _ in range(60)]
