def second_best(times):
    return sorted(times)[1]


print(second_best([61, 58, 64]))
