#: about: causes and contexts are shown
#: exit: 1
#: stderr: KeyError: 'a'\n\nThe above exception was the direct cause of the following exception:
#: stderr: ValueError: second
#: stderr-not: runner
try:
    {}["a"]
except KeyError as e:
    raise ValueError("second") from e
