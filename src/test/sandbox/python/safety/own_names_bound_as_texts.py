#: about: names of handlers, patterns and star patterns are the program's own
#: safety: basic
#: stdout-is: division by zero 3 [2] {'b': 2}\n
try:
    1 / 0
except ZeroDivisionError as eval:
    text = str(eval)
match 3:
    case compile:
        pass
match [1, 2]:
    case [1, *exec]:
        pass
match {"a": 1, "b": 2}:
    case {"a": 1, **__import__}:
        pass
print(text, compile, exec, __import__)
