def above_average(values):
    if len(values) == 0:
        return []
    average = sum(values) / len(values)
    above = []
    for value in values:
        if value > average:
            above.append(value)
    return above


print(above_average([12, 15, 9, 20]))
