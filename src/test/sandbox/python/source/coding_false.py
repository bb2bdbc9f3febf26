#: coding: no-such-coding
#: about: a coding cookie of an unknown name
#: exit: 1
#: stderr: SyntaxError
# x
