# ---- talking to the host ------------------------------------------------------------------------

HANG_UP = select.POLLRDHUP  # and POLLHUP, which needs no asking
host_out = 1  # a run's child keeps it under another number until its program starts


def send(view):
    """Writes all of it. Waits while the host is slow; ends when the host is gone."""
    view = memoryview(view)
    while view:
        try:
            view = view[os.write(host_out, view) :]
        except BlockingIOError:
            wait_for_host(None)


def wait_for_host(timeout):
    poll = select.poll()
    poll.register(host_out, select.POLLOUT)
    poll.register(0, HANG_UP)
    for fd, _ in poll.poll(timeout):
        if fd == 0:
            os._exit(0)


def frame(kind, value=None):
    payload = b"" if value is None else json.dumps(value).encode()
    send(HEADER.pack(kind, len(payload)) + payload)


# A child tells process 1 how far it is: kind, wall_ms, cpu_ms, max_output, stream, cases, start (monotonic ns), CPU used
# until then (us), whether something of the request is still to be read. r ready, c checking, v refused (said so itself), f failed (said so itself), b the same and out of step,
# s the program starts, m several cases follow. Of several cases also: n a process waits to become the next case (its pid),
# x the process of a case has ended (its wait status, peak memory in kB, CPU in us).
MESSAGE = struct.Struct(">cIIIBHQIB")


def post(ctl, kind, request=None, count=0):
    r = request or {"wall_ms": 0, "cpu_ms": 0, "max_output": 0, "stream": False, "unread": []}
    used, more = int(time.process_time() * 1e6), any(r["unread"])
    os.write(ctl, MESSAGE.pack(kind, r["wall_ms"], r["cpu_ms"], r["max_output"], bool(r["stream"]), count, time.monotonic_ns(), used, more))


def post_number(ctl, kind, number, peak_kb=0, cpu_us=0):
    os.write(ctl, MESSAGE.pack(kind, number, peak_kb, 0, False, 0, 0, cpu_us, False))


def hear(ctl):
    """The next message, or None when the other end is closed."""
    data = os.read(ctl, MESSAGE.size)
    return MESSAGE.unpack(data) if len(data) == MESSAGE.size else None


class Broken(Exception):
    """A request that cannot be run; in_step tells whether the next one can still be found."""

    def __init__(self, text, in_step=True):
        super().__init__(text)
        self.in_step = in_step


def read_exactly(count, fd=0):
    data = bytearray()
    while len(data) < count:
        part = os.read(fd, min(count - len(data), 1 << 20))
        if not part:
            os._exit(0)
        data += part
    return data


def read_request():
    version, length = struct.unpack(">II", read_exactly(8))
    if version != PROTOCOL:
        raise Broken("protocol version %d is not known" % version, False)
    if length > MAX_REQUEST:
        raise Broken("a request of %d bytes is too long" % length, False)
    data = read_exactly(length)
    try:
        return valid(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as e:
        in_step = b'"bytes"' not in data  # else more would follow
        raise Broken("the request is malformed: %s: %s" % (type(e).__name__, str(e)[:200]), in_step) from None


def must(condition, text):
    if not condition:
        raise ValueError(text)


def plain(text):
    must(isinstance(text, str) and "\0" not in text, "a string without NUL is needed")
    text.encode("utf-8")
    return text


def read_case(size):
    """A case that follows its request: u32 length of standard input, standard input, each argument with a zero byte after
    it. The process that becomes the case reads it: nobody who was forked before or is forked afterwards has it."""
    document = read_exactly(size)
    end = 4 + int.from_bytes(document[:4], "big")
    return document[4:end], document[end:].decode().split("\0")[:-1]


def case_of(c):
    """Standard input and arguments of a case, or None where they follow the request."""
    if "bytes" in c:
        must(isinstance(c["bytes"], int) and 4 <= c["bytes"] <= MAX_REQUEST, "the size of a case is out of bounds")
        return None
    return base64.b64decode(c.get("stdin", ""), validate=True), [plain(a) for a in c.get("args", [])]


def valid(r):
    """The request with decoded contents; the host has validated it, this is the second look."""
    files = {}
    for name, content in r["files"].items():
        parts = plain(name).split("/")
        must(all(p not in ("", ".", "..") and len(p.encode()) <= 255 for p in parts), "a file name is not relative and plain")
        must(len(name.encode()) <= 1024, "a file name is too long")
        files[name] = base64.b64decode(content["b64"], validate=True)
    must(r["entry"] in files, "the entry is not among the files")
    must(0 < len(r["cases"]) <= MAX_CASES, "there must be 1 to %d cases" % MAX_CASES)
    cases, unread = [case_of(c) for c in r["cases"]], [c.get("bytes", 0) for c in r["cases"]]
    must(len(cases) > 1 or not any(unread), "a single case stands in its request")
    env = r.get("env", {})
    must(all(plain(k) and "=" not in k and plain(v) is not None for k, v in env.items()), "an environment name is wrong")
    safety = r.get("safety") or {"level": "off", "allowed": []}
    must(safety["level"] in ("off", "basic", "strict"), "the safety level is unknown")
    must(all(isinstance(a, str) for a in safety["allowed"]), "the allowed names are no strings")
    out = {"entry": r["entry"], "files": files, "cases": cases, "unread": unread, "env": env, "stream": bool(r.get("stream", False)), "safety": safety}
    for key, low, high in (("wall_ms", 1, 86400000), ("cpu_ms", 1, 86400000), ("memory_mb", 1, 1 << 20), ("processes", 1, 1 << 20), ("max_output", 0, 1 << 30)):
        value = r[key]
        must(isinstance(value, int) and low <= value <= high, key + " is out of bounds")
        out[key] = value
    return out


# ---- the control group's counters, where they can be read ----------------------------------------


def keep_open(*paths):
    for p in paths:
        try:
            return os.open(p, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            pass
    return -1


def number_in(fd, label):
    """The number after the label at the start of a line (an empty label: the first number), or None."""
    if fd < 0:
        return None
    try:
        for line in os.pread(fd, 4096, 0).split(b"\n"):
            if line.startswith(label):
                return int(line[len(label) :])
    except (OSError, ValueError):
        pass
    return None


class Group:
    def __init__(self):
        at = "/sys/fs/cgroup/"
        self.events = keep_open(at + "memory.events", at + "memory/memory.oom_control")
        self.cpu2 = keep_open(at + "cpu.stat")
        self.cpu1 = -1 if self.cpu2 >= 0 else keep_open(at + "cpuacct/cpuacct.usage", at + "cpu,cpuacct/cpuacct.usage")
        limit = number_in(keep_open(at + "memory.max", at + "memory/memory.limit_in_bytes"), b"")
        self.limit = limit if limit is not None and limit < 1 << 50 else None
        self.pids = keep_open(at + "pids.current", at + "pids/pids.current")
        self.kills = self.oom_kills()

    def oom_kills(self):
        return number_in(self.events, b"oom_kill ") or 0

    def tasks(self):
        """How many processes and threads there are, counted by the kernel in one step; None when it does not tell."""
        return number_in(self.pids, b"")

    def cpu_us(self):
        """CPU that everything in the container has used, or None."""
        if self.cpu2 >= 0:
            return number_in(self.cpu2, b"usage_usec ")
        used = number_in(self.cpu1, b"")
        return None if used is None else used // 1000


# ---- relaying output --------------------------------------------------------------------------------


class Relay:
    """Frames one run's output. All of it passes through BUFFER, which is zeroed before the next fork."""

    def __init__(self, room):
        self.room = room
        self.used = self.high = 0
        self.program = self.kill_at = None

    def start(self, case, limit, program):
        self.case, self.left, self.cut = case, [limit, limit], [False, False]
        self.program, self.kill_at, self.memory_error = program, None, False

    def flush(self):
        if self.used:
            view = VIEW[: self.used]
            while view:
                try:
                    view = view[os.write(host_out, view) :]
                except BlockingIOError:
                    # a slow host slows the program; its time runs on
                    late = self.kill_at is not None and now() >= self.kill_at
                    if late:
                        self.program.kill()
                        self.kill_at = None
                    wait_for_host(None if self.kill_at is None else max(1, int((self.kill_at - now()) * 1000) + 1))
            self.high, self.used = max(self.high, self.used), 0

    def pull(self, fd, which):
        """One read of stdout (0) or stderr (1): the count, 0 when there is nothing now, -1 at the end, -2 over the limit."""
        if self.room - self.used < 512:
            self.flush()
        at = self.used + OUTPUT.size
        left = self.left[which]
        try:
            count = os.readv(fd, [VIEW[at : min(at + left + 1, self.room)]])
        except BlockingIOError:
            return 0
        if count == 0:
            return -1
        keep = min(count, left)
        self.high = max(self.high, at + count)
        if keep:
            OUTPUT.pack_into(BUFFER, self.used, b"OE"[which : which + 1], keep + 2, self.case)
            self.used = at + keep
            self.left[which] = left - keep
            if which:
                self.memory_error = VIEW[self.used - 12 : self.used] == b"MemoryError\n"
        if count > keep:
            self.cut[which] = True
            return -2
        return count

    def add(self, kind, value=None):
        payload = b"" if value is None else json.dumps(value).encode()
        data = HEADER.pack(kind, len(payload)) + payload
        if self.used + len(data) > self.room:
            self.flush()
        BUFFER[self.used : self.used + len(data)] = data
        self.used += len(data)

    def drop(self, fd):
        """Takes out of a pipe what nobody will be told."""
        if self.room - self.used < 512:
            self.flush()
        try:
            while count := os.readv(fd, [VIEW[self.used : self.room]]):
                self.high = max(self.high, self.used + count)
        except BlockingIOError:
            pass

    def zero(self):
        VIEW[: self.high] = ZERO[: self.high]
        self.high = 0

    def forget(self):
        """Drops what is not flushed."""
        self.high = max(self.high, self.used)
        self.used = 0
        self.zero()
