#: about: a syntax error is a finding with its line
#: safety: basic
#: violations: 5 syntax
x = 1
def f(:
    pass
