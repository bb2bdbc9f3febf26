#: about: no line end at the end
#: stdout-is: 1\n
print(1)