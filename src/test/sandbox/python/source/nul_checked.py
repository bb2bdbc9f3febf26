#: about: a zero byte before a check
#: repeat: 1 \0
#: safety: basic
#: violations: 5 syntax
x = 1 @@
