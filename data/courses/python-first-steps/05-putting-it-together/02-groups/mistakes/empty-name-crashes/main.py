def by_first_letter(names):
    drawers = {}
    for name in names:
        drawers.setdefault(name[0].upper(), []).append(name)
    return drawers
