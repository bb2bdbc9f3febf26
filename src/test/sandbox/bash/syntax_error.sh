#: about: a syntax error
#: exit: 2
#: stderr: syntax error
if true; then
