#: about: eleven loops
#: safety: strict
#: violations: 25 loops
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
for i in range(1):
    n += 1
print(n)
