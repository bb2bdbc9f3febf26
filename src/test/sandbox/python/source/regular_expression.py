#: about: a regular expression that never ends
#: wall-ms: 700
#: status: timeout
#: within-ms: 20000
import re
re.match(r'(a+)+$', 'a' * 40 + 'b')
