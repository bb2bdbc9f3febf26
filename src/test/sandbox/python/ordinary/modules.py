#: about: sibling modules, packages and data files; the entry lies in a folder
#: entry: app/main.py
#: file: app/shapes/__init__.py = from .square import area\n
#: file: app/shapes/square.py = def area(a):\n    return a * a\n
#: file: app/words.txt = w\xc3\xb6rter\n
#: file: other.py = print('never')\n
#: stdout-is: 9 w\xc3\xb6rter /tmp/code/app /tmp/code\n
import os, pathlib, sys
from shapes import area
print(area(3), pathlib.Path(__file__).with_name("words.txt").read_text().strip(), sys.path[0], os.getcwd())
