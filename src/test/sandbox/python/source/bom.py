#: about: a byte order mark
#: stdout-is: ok\n
print('ok')
