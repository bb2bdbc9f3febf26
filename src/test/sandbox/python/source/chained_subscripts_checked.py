#: about: a chain of subscripts that the check must not fall over
#: safety: strict
#: status: ok
#: repeat: 1900 ["b"]
#: exit: 1
#: stderr: NameError
a@@
