#: about: mixed indentation
#: exit: 1
#: stderr: TabError
if True:
    if True:
	print(1)
