"""What a host can do wrong or suffer, and the runners must bear. Part of drive.py."""

import json
import struct
import time

import drive

LOOP = {"python": ("main.py", "print('x', flush=True)\nwhile True: pass"), "javascript": ("main.js", "console.log('x'); while (true);"),
        "bash": ("main.sh", "echo x; while :; do :; done"), "c": ("main.c", "#include <stdio.h>\nint main(void){puts(\"x\");fflush(stdout);for(;;);}")}  # fmt: skip


def gone_within(box, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not [c for c in drive.api("GET", "/containers/json") if c["Id"] == box.id]:
            return True
        time.sleep(0.05)
    return False


def send(box, request):
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    box.socket.sendall(struct.pack(">II", 1, len(body)) + body)


def idle_hang_up(language):
    box = drive.Box(language)
    box.socket.close()
    return gone_within(box, 5)


def hang_up_in_a_run(language):
    box = drive.Box(language)
    name, code = LOOP[language]
    send(box, drive.request({name: code}, name, stream=True, wall_ms=60000, cpu_ms=60000))
    while box.frame(20)[0] != "O":
        pass
    box.socket.close()
    return gone_within(box, 5)


def hang_up_while_it_writes(language):
    box = drive.Box(language)
    code = "import os\nwhile True: os.write(1, b'x' * 65536)"
    send(box, drive.request({"main.py": code}, wall_ms=60000, cpu_ms=60000, max_output=1 << 30, stream=True))
    time.sleep(1.5)  # nobody reads: everything between us and the program is full
    box.socket.close()
    return gone_within(box, 5)


def slow_reader(language):
    """The wall limit holds though nobody takes the output; afterwards all of it is there and the container is clean."""
    box = drive.Box(language)
    try:
        send(box, drive.request({"main.py": "import os\nwhile True: os.write(1, b'x' * 65536)"}, wall_ms=1000, max_output=1 << 30, stream=True))
        time.sleep(4)
        size = 0
        while (frame := box.frame(20))[0] == "O":
            size += len(frame[1]) - 2
        result = json.loads(frame[1])
        answer = {}
        assert box.frame(10)[0] == "D"
        box.settle(answer)
        return size > 1 << 16 and result["status"] == "timeout" and answer["clean"]["clean"]
    finally:
        box.close()


def refused(language, request, stays):
    box = drive.Box(language)
    try:
        box.socket.sendall(request)
        kind, payload = box.frame(10)
        if kind != "F" or box.frame(10)[0] != "D":
            return False
        if stays:
            answer = {}
            box.settle(answer)
            name, text = ("main.py", "print(1)")
            return answer["clean"]["clean"] and box.run(drive.request({name: text}))["cases"][0]["stdout"] == b"1\n"
        return language != "python" or (box.frame(10)[0] == "C" and gone_within(box, 5))
    finally:
        box.close()


def framed(data):
    return struct.pack(">II", 1, len(data)) + data


def with_field(key, value):
    return framed(json.dumps({**drive.request({"main.py": "print(1)"}), key: value}).encode())


def many_runs(language, count=1500):
    """Memory and descriptors of process 1 do not grow."""
    box = drive.Box(language, slot=902)
    try:
        pid = drive.api("GET", "/containers/%s/json" % box.id)["State"]["Pid"]

        def state():
            status = open("/proc/%d/status" % pid).read()
            import os

            return int(status.split("VmRSS:")[1].split()[0]), len(os.listdir("/proc/%d/fd" % pid))

        request = drive.request({"main.py": "print(input())"}, stdin=b"x" * 2000)
        several = drive.request({"main.py": "print(input())"}, cases=[(b"1", ())] * 3)
        for i in range(count):
            answer = box.run(several if i % 10 == 0 else request)
            assert answer["clean"]["clean"], answer
            if i == count // 3:
                before = state()
        after = state()
        print("         process 1: %d kB, %d descriptors; then %d kB, %d" % (*before, *after))
        return after[0] <= before[0] + 64 and after[1] == before[1]
    finally:
        box.close()


def main(quick):
    checks = []
    for language in LOOP:
        checks += [("%s: hang-up while idle" % language, idle_hang_up, language), ("%s: hang-up in a run" % language, hang_up_in_a_run, language)]
    checks += [
        ("python: hang-up while it writes and nobody reads", hang_up_while_it_writes, "python"),
        ("python: a reader that does not read", slow_reader, "python"),
        ("python: an unknown protocol", lambda l: refused(l, struct.pack(">II", 2, 2) + b"{}", False), "python"),
        ("python: too long", lambda l: refused(l, struct.pack(">II", 1, 1 << 30), False), "python"),
        ("javascript: an unknown protocol", lambda l: refused(l, struct.pack(">II", 2, 2) + b"{}", False), "javascript"),
        ("bash: an unknown protocol", lambda l: refused(l, struct.pack(">II", 2, 2) + b"{}", False), "bash"),
    ]
    for what, data in {
        "no JSON": framed(b"{"), "no object": framed(b"[]"), "empty": framed(b""), "deep": framed(b"[" * 100000), "no UTF-8": framed(b'{"a":"\xff"}'),
        "entry missing": with_field("entry", "x"), "files of a wrong type": with_field("files", []), "no base 64": with_field("files", {"main.py": {"b64": "!"}}),
        "no cases": with_field("cases", []), "cases of a wrong type": with_field("cases", [1]), "wall of a wrong type": with_field("wall_ms", "x"), "wall below": with_field("wall_ms", 0),
        "environment with NUL": with_field("env", {"A": "\0"}), "environment of a wrong name": with_field("env", {"A=B": "x"}), "a level that is none": with_field("safety", {"level": "x"}),
        "a lone surrogate": with_field("entry", "\ud800"), "a name upwards": with_field("files", {"main.py": {"b64": ""}, "../x": {"b64": ""}}),
    }.items():  # fmt: skip
        checks.append(("python: request with " + what, lambda l, data=data: refused(l, data, True), "python"))
    if not quick:
        checks.append(("python: 1500 runs", many_runs, "python"))
    failed = 0
    for name, check, language in checks:
        began = time.monotonic()
        try:
            good = check(language)
        except Exception as e:  # the next check still runs
            good = False
            print("         %r" % e)
        failed += not good
        print("%-6s %-52s %6.0f ms" % ("ok" if good else "FAILED", name, (time.monotonic() - began) * 1000), flush=True)
    return 1 if failed else 0
