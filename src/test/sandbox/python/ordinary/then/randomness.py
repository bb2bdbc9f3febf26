#: about: random numbers are not those of the run before
#: stdout-is: fine\n
import random, uuid
a = random.random()
random.seed(1)
print("fine" if a != random.random() and random.random() != 0.5 else "same")
