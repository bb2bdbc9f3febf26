def second_best(times):
    different = sorted(set(times), reverse=True)
    return different[1] if len(different) > 1 else None
