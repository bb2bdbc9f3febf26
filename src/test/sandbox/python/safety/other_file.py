#: about: other files are checked as well
#: safety: basic
#: file: helper.py = import os\nos.system('x')\n
#: file: notes.txt = os.system('x')
#: violations: 2 call os.system
import helper
