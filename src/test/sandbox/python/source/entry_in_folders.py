#: about: a deep entry with spaces and letters
#: entry: a b/ü/main file.py
#: stdout-is: /tmp/code/a b/ü/main file.py\n
print(__file__)
