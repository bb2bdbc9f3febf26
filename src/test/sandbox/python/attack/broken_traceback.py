#: about: an error that cannot be printed
#: exit: 1
#: status: ok
class Bad(Exception):
    def __str__(self):
        raise Bad
    __repr__ = __str__
    @property
    def __traceback__(self):
        raise Bad
    def with_traceback(self, t):
        raise Bad
raise Bad
