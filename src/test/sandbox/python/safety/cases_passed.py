#: about: several cases after a check
#: safety: strict
#: case: a
#: case: a
#: stdout-is: a\n
print(input())
