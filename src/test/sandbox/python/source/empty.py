#: about: nothing but a header
#: stdout-is:
#: exit: 0
