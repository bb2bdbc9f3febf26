#: about: ten thousand nested parentheses
#: repeat: 10000 (
#: exit: 1
#: stderr: too many nested parentheses
x = @@
