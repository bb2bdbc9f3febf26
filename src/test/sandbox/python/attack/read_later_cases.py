#: about: no case finds in its memory or in that of others what a later case is asked
#: case: first question
#: case: second question
#: case: third question
#: stdout: own, none
#: wall-ms: 20000
import base64, os, re
own = input()
asked = set()
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
                # as it stands in a request; the words themselves are in this file, too
                for one in re.findall(rb'"st[d]in": ?"([A-Za-z0-9+/=]{8,})"', memory.read(high - low)):
                    asked.add(base64.b64decode(one + b"==").decode("utf-8", "replace").strip())
            except (OSError, ValueError):
                pass
order = ["first question", "second question", "third question"]
later = [one for one in order[order.index(own) + 1 :] if one in asked]
print("own" if own in asked else "not even its own", ", ", later or "none", sep="")
