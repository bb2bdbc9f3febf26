#: about: six blocks deep
#: safety: strict
#: violations: 9 nesting
if True:
    for i1 in range(1):
        if True:
            for i3 in range(1):
                if True:
                    for i5 in range(1):
                        print('deep')
