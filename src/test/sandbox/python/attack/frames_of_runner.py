#: about: reaching into the runner's frames changes this process alone
#: stdout: reached
#: then: then/frames_of_runner
import gc, sys
frame = sys._getframe()
while frame.f_back:
    frame = frame.f_back
    for name in ("kill_all", "wipe", "check", "valid", "MESSAGE", "VIEW"):
        frame.f_globals[name] = "LEFTOVER-9f31c0de"
print("reached", len(gc.get_objects()) > 0)
import json, builtins
json.loads = json.dumps = lambda *a, **k: "LEFTOVER-9f31c0de"
builtins.len = lambda x: 42
sys.modules["math"] = None
