#: about: exactly as much as may be written
#: max-output: 1000
#: exit: 0
#: stdout-size: 1000
print("x" * 999)
