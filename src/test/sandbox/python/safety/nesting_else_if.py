#: about: an if within else is deep
#: safety: strict
#: violations: 20 nesting
x = 9
if x == 0:
    pass
else:
    if x == 1:
        pass
    else:
        if x == 2:
            pass
        else:
            if x == 3:
                pass
            else:
                if x == 4:
                    pass
                else:
                    if x == 5:
                        pass
                    else:
                        pass
