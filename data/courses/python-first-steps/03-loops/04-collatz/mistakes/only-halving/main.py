def steps(number):
    count = 0
    while number > 1:
        number = number // 2
        count += 1
    return count
