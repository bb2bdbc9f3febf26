#: about: a folder where a file is
#: file: a = x
#: file: a/b = x
#: failed: laid out
print(1)
