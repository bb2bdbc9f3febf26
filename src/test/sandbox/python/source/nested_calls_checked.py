#: about: ten thousand nested calls before a check
#: repeat: 10000 f(
#: safety: basic
#: violations: 5 syntax
x = @@
