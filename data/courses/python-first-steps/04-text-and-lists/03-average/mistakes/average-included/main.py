def above_average(values):
    if not values:
        return []
    average = sum(values) / len(values)
    return [value for value in values if value >= average]
