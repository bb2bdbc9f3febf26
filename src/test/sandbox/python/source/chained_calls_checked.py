#: about: a chain of calls that the parser bears and the check does not
#: repeat: 990 ()
#: wall-ms: 15000
#: safety: basic
#: violations: 1 syntax
x = print@@
