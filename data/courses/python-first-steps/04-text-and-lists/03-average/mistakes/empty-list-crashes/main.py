def above_average(values):
    average = sum(values) / len(values)
    return [value for value in values if value > average]
