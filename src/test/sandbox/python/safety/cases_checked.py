#: about: the check comes once, before all cases
#: safety: basic
#: case: a
#: case: b
#: violations: 6 call eval
eval(input())
