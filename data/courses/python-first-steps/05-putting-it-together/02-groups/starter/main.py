def by_first_letter(names):
    drawers = {}
    for name in names:
        drawers[name[0]] = [name]
    return drawers


print(by_first_letter(["Ada", "Bob", "alan"]))
