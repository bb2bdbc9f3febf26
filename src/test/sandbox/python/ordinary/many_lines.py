#: about: very many short lines are no reason to be late
#: wall-ms: 15000
#: exit: 0
#: stdout-size: 700000
#: stdout: 99999\n
for i in range(100000):
    print(i)
