#: about: a chain of attributes as long as a book, before a check
#: repeat: 20000 .a
#: wall-ms: 15000
#: safety: basic
#: violations: 1 syntax
x = y@@
