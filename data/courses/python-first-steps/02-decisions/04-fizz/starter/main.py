def fizz(number):
    if number % 3 == 0:
        return "Fizz"
    return number


for n in range(1, 16):
    print(fizz(n))
