#: about: a zero byte
#: repeat: 1 \0
#: exit: 1
#: stderr: null byte
#: stderr-not: runner
x = 1 @@
