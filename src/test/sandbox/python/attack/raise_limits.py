#: about: limits can be lowered, never raised, and filters not taken off
#: stdout-is: []\n
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)

import resource
raised = []
for name in dir(resource):
    if name.startswith("RLIMIT_"):
        kind = getattr(resource, name)
        soft, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            try:
                resource.setrlimit(kind, (hard + 1, hard + 1))
                raised.append(name)
            except (ValueError, OSError):
                pass
if libc.prctl(38, 0, 0, 0, 0) == 0 or libc.prctl(22, 0, 0, 0, 0) == 0:
    raised.append("prctl")
print(raised)
