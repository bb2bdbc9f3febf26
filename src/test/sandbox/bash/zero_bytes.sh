#: about: bytes that no shell holds
#: stdout-is: a\0b\0\0\xff\xfe
printf 'a\0b\0\0\xff\xfe'
