#: about: five blocks deep
#: safety: strict
#: stdout-is: deep\n
if True:
    for i1 in range(1):
        if True:
            for i3 in range(1):
                if True:
                    print('deep')
