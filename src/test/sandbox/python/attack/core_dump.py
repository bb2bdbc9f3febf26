#: about: no core is written, and no handler of the host's is started
#: status: signal
#: signal: 6|11
import os, resource
try:
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
except (ValueError, OSError):
    pass
os.abort()
