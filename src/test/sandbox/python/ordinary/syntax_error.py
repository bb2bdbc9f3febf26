#: about: a syntax error is the program's own affair when nothing is checked
#: exit: 1
#: stderr:   File "/tmp/code/syntax_error.py", line 7\n    if True print(1)
#: stderr: SyntaxError
#: stderr-not: Traceback
x = 1
if True print(1)
