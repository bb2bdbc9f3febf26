def above_average(values):
    average = sum(values) / len(values)
    return average


print(above_average([12, 15, 9, 20]))
