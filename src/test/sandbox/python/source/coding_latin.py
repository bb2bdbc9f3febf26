#: coding: latin-1
#: about: a coding cookie is heeded
#: repeat: 1 \xe4
#: stdout-is: 1 ä\n
print(len('@@'), '@@')
