def second_best(times):
    if len(times) < 2:
        return None
    return sorted(times)[1]
