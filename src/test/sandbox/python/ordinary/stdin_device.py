#: about: standard input can be opened by its name
#: stdin: 1 2 3
#: stdout-is: 6\n
print(sum(map(int, open("/dev/stdin").read().split())))
