#: about: bytes that are no UTF-8
#: repeat: 1 \xff\xfe\x80
#: exit: 1
#: stderr: SyntaxError
x = '@@'
