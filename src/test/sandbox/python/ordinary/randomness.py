#: about: random numbers differ from run to run
#: then: then/randomness
import random
print(random.random())
