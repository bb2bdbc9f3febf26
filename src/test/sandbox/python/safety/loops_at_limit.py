#: about: ten loops
#: safety: strict
#: stdout-is: 10\n
n = 0
for i in range(1):
    n += 1
for i in range(1):
    n += 1
for i in range(1):
    n += 1
for i in range(1):
    n += 1
for i in range(1):
    n += 1
for i in range(1):
    n += 1
for i in range(1):
    n += 1
for i in range(1):
    n += 1
for i in range(1):
    n += 1
for i in range(1):
    n += 1
print(n)
