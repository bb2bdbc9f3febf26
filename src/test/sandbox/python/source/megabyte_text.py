#: about: a megabyte of text in one line
#: repeat: 1000000 a
#: stdout-is: 1000000\n
print(len('@@'))
