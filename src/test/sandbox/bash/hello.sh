#: about: the first program
#: stdout-is: Hello, world!\n
#: exit: 0
echo "Hello, world!"
