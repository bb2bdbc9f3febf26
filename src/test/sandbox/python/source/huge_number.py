#: about: a number too long to be read
#: repeat: 10000 9
#: exit: 1
print(@@)
