#: about: the same before a check
#: repeat: 10000 -
#: wall-ms: 15000
#: safety: strict
#: violations: 1 syntax
x = @@1
