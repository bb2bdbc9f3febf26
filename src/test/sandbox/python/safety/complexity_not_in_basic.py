#: about: basic does not count
#: safety: basic
#: stdout-is: deep\n
if True:
    for i1 in range(1):
        if True:
            for i3 in range(1):
                if True:
                    for i5 in range(1):
                        if True:
                            for i7 in range(1):
                                print('deep')
