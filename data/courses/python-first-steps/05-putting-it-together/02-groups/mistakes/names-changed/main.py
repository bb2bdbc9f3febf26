def by_first_letter(names):
    drawers = {}
    for name in names:
        if name:
            drawers.setdefault(name[0].upper(), []).append(name.capitalize())
    return drawers
