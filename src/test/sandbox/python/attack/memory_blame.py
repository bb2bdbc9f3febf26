#: about: lowering one's own share of blame brings the runner no harm by ordinary memory
#: status: memory_limit|timeout|signal
#: wall-ms: 15000
#: within-ms: 30000
#: gone: maybe
import mmap
try:
    open("/proc/self/oom_score_adj", "w").write("0")
except OSError:
    pass
x = []
while True:
    m = mmap.mmap(-1, 1 << 20, mmap.MAP_SHARED)
    m.write(b"LEFTOVER-9f31c0de" * 61680)
    x.append(m)
