#: about: no case finds in its memory, its parent's or on any descriptor what a later case is asked
#: case: first-QUESTION-a7
#: case: second-QUESTION-b8
#: case: third-QUESTION-c9
#: wall-ms: 20000
import os, re
own = input()
found = set()
for pid in ["self"] + [n for n in os.listdir("/proc") if n.isdigit()]:
    try:
        maps = open("/proc/%s/maps" % pid).read()
        memory = open("/proc/%s/mem" % pid, "rb", 0)
    except OSError:
        continue
    for line in maps.splitlines():
        place, rights = line.split()[:2]
        low, high = (int(one, 16) for one in place.split("-"))
        if rights[0] == "r" and "[v" not in line and high - low < 64 << 20:
            try:
                memory.seek(low)
                found.update(re.findall(rb"(?:first|second|third)-Q[U]ESTION-..", memory.read(high - low)))
            except OSError:
                pass
order = ["first", "second", "third"]
later = order[order.index(own.split("-")[0]) + 1 :]
print("found own" if own.encode() in found else "own is not there", [one for one in sorted(found) if one.decode().split("-")[0] in later])
