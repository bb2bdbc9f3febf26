def second_best(times):
    different = []
    for time in sorted(times):
        if time not in different:
            different.append(time)
    if len(different) < 2:
        return None
    return different[1]


print(second_best([61, 58, 64]))
