#: about: classes of the main module can be pickled, inspected and annotated
#: stdout-is: P(x=1, y=2) True\nclass P:\n{'x': <class 'int'>, 'y': <class 'int'>} 5\n
import dataclasses, inspect, pickle, typing
@dataclasses.dataclass
class P:
    x: int
    y: int = 2
p = pickle.loads(pickle.dumps(P(1)))
print(p, p == P(1))
print(inspect.getsource(P).splitlines()[1])
print(typing.get_type_hints(P), inspect.getsourcelines(P)[1] + 1)
