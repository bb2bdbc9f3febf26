#: about: a file named like a standard module wins only where Python says so, and breaks nothing after it
#: file: colors.py = RED = 1\n
#: file: turtle.py = print('own turtle')\n
#: stdout-is: own turtle\n1\n
import turtle, colors
print(colors.RED)
