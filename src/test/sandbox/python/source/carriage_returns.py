#: about: line ends of other systems
#: repeat: 1 \x0d
#: stdout-is: 1\n2\n
print(1)@@
if True:@@
    print(2)@@
