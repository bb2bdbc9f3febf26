#: about: names that only look like forbidden ones
#: safety: strict
#: stdout: 3
#: exit: 0
# eval( exec( compile( open( __import__( os.system subprocess.run
import re
text = "eval(1) os.system('x') subprocess.run([])"
class Model:
    def eval(self): return 1
    def compile(self): return 1
    def open(self): return 1
def profile(x): return x
def retrieval(x): return x
model = Model()
pattern = re.compile("a+")
print(profile(1) + retrieval(1) + model.eval(), model.compile(), model.open(), bool(pattern.match("a")), text)
