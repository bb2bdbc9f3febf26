#: about: ninety megabytes are there
#: stdout-is: 90\n
blocks = [bytearray(1 << 20) for _ in range(90)]
print(len(blocks))
