#: about: poisoned modules of the run before are not seen
#: stdout-is: 3 1.0 {"a": 1}\n
import json, math
print(len("abc"), math.sqrt(1), json.dumps({"a": 1}))
