#: about: an absolute name
#: file: /tmp/x = x
#: failed: file name
print(1)
