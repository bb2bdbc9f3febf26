#!/usr/bin/env python3
"""Speaks the sandbox protocol to a real engine over its socket, without the server: for work on the runners.

  drive.py run FILE [--language L] [--stdin TEXT] [--cases N] [--safety LEVEL]     one program, its frames decoded
  drive.py suite [--language L] [--keep-going] [NAME…]                             the attack suite (see README.md)
  drive.py faults [--quick]                                                        hosts that hang up, dawdle or talk nonsense
  drive.py bench [N]                                                               rough hot path figures

Environment: CARAFE_SANDBOX_IMAGE (carafe-sandbox:latest), DOCKER_SOCKET (/var/run/docker.sock).
"""

import base64
import http.client
import json
import os
import pathlib
import select
import socket
import statistics
import struct
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
RUNNERS = HERE.parent.parent / "main/resources/sandbox"
IMAGE = os.environ.get("CARAFE_SANDBOX_IMAGE", "carafe-sandbox:latest")
SOCKET = os.environ.get("DOCKER_SOCKET", "/var/run/docker.sock")
LABEL = "carafe.drive=%d" % os.getpid()


class Engine(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("engine")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(SOCKET)


def api(method, path, body=None):
    engine = Engine()
    engine.request(method, "/v1.41" + path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
    answer = engine.getresponse()
    data = answer.read()
    engine.close()
    if answer.status >= 400 and not (method == "DELETE" and answer.status in (404, 409)):
        raise RuntimeError("%s %s: %d %s" % (method, path, answer.status, data.decode()[:300]))
    return json.loads(data) if data.startswith((b"{", b"[")) else None


# As in Languages.java: the command that reads a runner's bytes, the runner's parts, what the container has more of.
PYTHON_BOOT = """import os,sys
n=int(sys.argv[1]);b=b''
while len(b)<n:
 c=os.read(0,n-len(b))
 if not c:os._exit(0)
 b+=c
exec(compile(b,'runner','exec'))"""
NODE_BOOT = """const fs=require('fs');let n=+process.argv[1],b=Buffer.alloc(n),i=0,k;
while(i<n){k=fs.readSync(0,b,i,n-i);if(!k)process.exit(0);i+=k}
new Function('require',b.toString())(require)"""
BASH_BOOT = 'LC_ALL=C IFS= read -r -N "$0" runner || exit 0; eval "$runner"'
LANGUAGES = {
    "python": (["python3", "-I", "-X", "utf8", "-c", PYTHON_BOOT], sorted(str(p) for p in (RUNNERS / "python").glob("*.py")), {}),
    "javascript": (["node", "-e", NODE_BOOT], [RUNNERS / "node.js"], {"memory_mb": 192}),
    "bash": (["bash", "-c", BASH_BOOT], [RUNNERS / "bash.sh"], {}),
    "c": (["bash", "-c", BASH_BOOT], [RUNNERS / "c.sh", RUNNERS / "bash.sh"], {"memory_mb": 256, "tmp_mb": 64, "exec": True}),
}


def language(name):
    command, parts, more = LANGUAGES[name]
    runner = b"".join(pathlib.Path(p).read_bytes() for p in parts)
    return [*command, str(len(runner))], runner, more


class Gone(Exception):
    pass


class Box:
    """A container with a runner in it."""

    def __init__(self, name="python", slot=901, image=IMAGE, memory=None, host=None):
        command, runner, boot = language(name)
        self.name, self.buffer, self.frames_in, self.stderr = name, b"", b"", b""
        memory = (memory or boot.get("memory_mb", 128)) << 20
        tmp = "size=%dm,nr_inodes=4096,mode=1777" % boot.get("tmp_mb", 10) + (",exec" if boot.get("exec") else "")
        config = {
            "Image": image, "Cmd": command, "User": "%d:%d" % (60000 + slot, 60000 + slot), "Tty": False, "OpenStdin": True, "StdinOnce": True,
            "AttachStdin": True, "AttachStdout": True, "AttachStderr": True, "Labels": dict([LABEL.split("=")]), "WorkingDir": "/",
            "HostConfig": {
                "Memory": memory, "MemorySwap": memory, "CpuPeriod": 100000, "CpuQuota": 50000, "PidsLimit": 64, "NetworkMode": "none",
                "IpcMode": "none", "ReadonlyRootfs": True, "Tmpfs": {"/tmp": tmp}, "CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges"],
                "LogConfig": {"Type": "none"}, "AutoRemove": True, "Init": False, "Ulimits": [{"Name": "core", "Soft": 1, "Hard": 1}],
                **(host or {}),
            },
        }  # fmt: skip
        self.id = api("POST", "/containers/create", config)["Id"]
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(SOCKET)
        self.socket.sendall(b"POST /v1.41/containers/%s/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\nHost: engine\r\n"
                            b"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n" % self.id.encode())  # fmt: skip
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.socket.recv(1)
        assert b" 101 " in head or b" 200 " in head, head
        api("POST", "/containers/%s/start" % self.id)
        self.socket.sendall(runner)
        kind, hello = self.frame(20)
        assert kind == "H", (kind, hello, self.stderr)
        self.hello = json.loads(hello)
        assert self.frame(20)[0] == "R"

    def fill(self, deadline):
        if not select.select([self.socket], [], [], max(0, deadline - time.monotonic()))[0]:
            raise TimeoutError
        data = self.socket.recv(1 << 16)
        if not data:
            raise Gone(self.stderr.decode("utf-8", "replace"))
        self.buffer += data
        while len(self.buffer) >= 8:  # the engine's own framing of the two streams
            stream, length = self.buffer[0], struct.unpack(">I", self.buffer[4:8])[0]
            if len(self.buffer) < 8 + length:
                break
            if stream == 1:
                self.frames_in += self.buffer[8 : 8 + length]
            else:
                self.stderr += self.buffer[8 : 8 + length]
            self.buffer = self.buffer[8 + length :]

    def frame(self, seconds):
        """The next frame: its type as a letter and its payload."""
        deadline = time.monotonic() + seconds
        while True:
            if len(self.frames_in) >= 5:
                kind, length = self.frames_in[:1].decode("latin-1"), struct.unpack(">I", self.frames_in[1:5])[0]
                if kind not in "HRVOEXFDC" or length > 1 << 24:
                    raise Gone("not a frame: %r" % self.frames_in[:60])
                if len(self.frames_in) >= 5 + length:
                    payload, self.frames_in = self.frames_in[5 : 5 + length], self.frames_in[5 + length :]
                    return kind, payload
            self.fill(deadline)

    def run(self, request, settle=True):
        """The answer: cases with their output, violations, an error; with settle also what the cleaning said."""
        documents = b""
        if self.name == "python" and len(request["cases"]) > 1:  # each is read when its turn comes
            cases = [self.document(base64.b64decode(c["stdin"]), c["args"]) for c in request["cases"]]
            request = {**request, "cases": [{"bytes": len(c)} for c in cases]}
            documents = b"".join(cases)
        body = json.dumps(request).encode()
        limit = request["wall_ms"] / 1e3 * len(request["cases"]) + 4
        began = time.perf_counter()
        self.socket.sendall(struct.pack(">II", 1, len(body)) + body + documents)
        answer = {"cases": [], "violations": None, "error": None, "out": {}, "err": {}, "clean": None, "arrivals": []}
        while True:
            kind, payload = self.frame(limit)
            if kind in "OE":
                case = struct.unpack(">H", payload[:2])[0]
                answer["out" if kind == "O" else "err"].setdefault(case, bytearray()).extend(payload[2:])
                answer["arrivals"].append(time.perf_counter() - began)
            elif kind == "X":
                answer["cases"].append(self.json(payload))
            elif kind == "V":
                answer["violations"] = json.loads(payload)["violations"]
            elif kind == "F":
                answer["error"] = json.loads(payload)["error"]
            elif kind == "D":
                break
            else:
                raise Gone("an unexpected frame %s" % kind)
        answer["seconds"] = time.perf_counter() - began
        for i, case in enumerate(answer["cases"]):
            case["stdout"], case["stderr"] = bytes(answer["out"].get(i, b"")), bytes(answer["err"].get(i, b""))
        if settle:
            self.settle(answer)
        return answer

    @staticmethod
    def document(stdin, args):
        return struct.pack(">I", len(stdin)) + stdin + b"".join(a.encode() + b"\0" for a in args)

    @staticmethod
    def json(payload):
        try:
            return json.loads(payload)
        except ValueError:
            raise Gone("no JSON: %r" % payload) from None

    def settle(self, answer):
        if self.name != "python":
            return
        kind, payload = self.frame(10)
        assert kind == "C", (kind, payload)
        answer["clean"] = json.loads(payload)
        if answer["clean"]["clean"]:
            assert self.frame(10)[0] == "R"

    def close(self):
        self.socket.close()
        try:
            api("DELETE", "/containers/%s?force=1" % self.id)
        except RuntimeError:
            pass


def request(files, entry="main.py", stdin=b"", args=(), cases=None, **more):
    b64 = lambda data: base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()  # noqa: E731
    base = {
        "entry": entry, "files": {n: {"b64": b64(c)} for n, c in files.items()}, "env": {}, "wall_ms": 5000, "cpu_ms": 5000, "memory_mb": 128,
        "processes": 64, "max_output": 1 << 20, "stream": False, "safety": {"level": "off", "allowed": []},
        "cases": [{"stdin": b64(s), "args": list(a)} for s, a in (cases or [(stdin, args)])],
    }  # fmt: skip
    return {**base, **more}


def main(args):
    if args[:1] == ["bench"]:
        return bench(int(args[1]) if len(args) > 1 else 200)
    if args[:1] == ["suite"]:
        import suite

        return suite.main(args[1:])
    if args[:1] == ["faults"]:
        import faults

        return faults.main("--quick" in args)
    if args[:1] == ["run"]:
        path, rest = pathlib.Path(args[1]), dict(zip(args[2::2], args[3::2]))
        cases = [(rest.get("--stdin", "").encode(), ())] * int(rest.get("--cases", 1))
        box = Box(rest.get("--language", "python"))
        try:
            print(box.hello)
            answer = box.run(request({path.name: path.read_bytes()}, path.name, cases=cases, safety={"level": rest.get("--safety", "off"), "allowed": []}))
            for key in ("error", "violations", "clean", "seconds"):
                print(key, answer[key])
            for case in answer["cases"]:
                print({k: v for k, v in case.items() if k not in ("stdout", "stderr")})
                sys.stdout.write(case["stdout"].decode("utf-8", "replace"))
                sys.stdout.write(case["stderr"].decode("utf-8", "replace"))
        finally:
            box.close()
        return 0
    print(__doc__)
    return 2


def bench(count):
    def figures(name, values):
        values = sorted(v * 1e3 for v in values)
        print("%-34s p50 %6.2f ms   p95 %6.2f ms   n=%d" % (name, statistics.median(values), values[int(len(values) * 0.95)], len(values)))

    hello = request({"main.py": "print(1+1)"})
    ten = request({"main.py": "print(sum(map(int, input().split())))"}, cases=[("%d %d" % (i, i), ()) for i in range(10)])
    box = Box("python")
    try:
        for name, r, n in (("python reuse, print(1+1)", hello, count), ("python reuse, 10 cases", ten, max(10, count // 4))):
            runs, cleans = [], []
            for _ in range(n):
                time.sleep(0.03)
                answer = box.run(r)
                assert all(c["status"] == "ok" for c in answer["cases"]), answer
                runs.append(answer["seconds"])
                cleans.append(answer["clean"]["us"] / 1e6)
            figures(name, runs)
            figures("  cleaning", cleans)
        began = time.perf_counter()
        for _ in range(count):
            box.run(hello)
        print("back to back, one container          %.0f runs/s" % (count / (time.perf_counter() - began)))
    finally:
        box.close()
    programs = {"python": ("main.py", "print(1+1)"), "javascript": ("main.js", "console.log(1+1)"), "bash": ("main.sh", "echo $((1+1))"),
                "c": ("main.c", '#include <stdio.h>\nint main(void){printf("%d\\n",1+1);return 0;}\n')}  # fmt: skip
    for name, (file, text) in programs.items():
        if not all(pathlib.Path(p).exists() for p in LANGUAGES[name][1]):
            continue
        runs, boots = [], []
        for _ in range(max(8, count // 20)):
            began = time.perf_counter()
            box = Box(name)
            boots.append(time.perf_counter() - began)
            time.sleep(0.3)
            try:
                answer = box.run(request({file: text}, file), settle=False)
                assert answer["cases"][0]["stdout"] == b"2\n", answer
                runs.append(answer["seconds"])
            finally:
                box.close()
        figures("%s fresh, hot path" % name, runs)
        figures("  boot", boots)
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.exit(main(sys.argv[1:]))
