#: about: ten thousand nested operators
#: repeat: 10000 -
#: wall-ms: 15000
#: status: ok|signal|memory_limit
#: exit: 1|none
x = @@1
