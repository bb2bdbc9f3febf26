#: coding: rot13
#: about: a coding that is no text coding
#: exit: 1
# x
