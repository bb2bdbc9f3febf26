#: about: one huge block
#: status: memory_limit
#: exit: 1
#: stderr: MemoryError
x = bytearray(10 << 30)
