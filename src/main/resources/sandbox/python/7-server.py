# ---- several cases: a child that forks once for each ----------------------------------------------------------


class Case:
    """A process that waits to become the next case, and the pipes that lead to it."""

    def __init__(self, request):
        wait, self.go = os.pipe()
        self.ctl, speak = os.pipe()
        self.out, out_end = os.pipe()
        self.err, err_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()  # a signal to the program's own group does not reach the parent
            os.close(self.go)
            os.dup2(out_end, 1)
            os.dup2(err_end, 2)
            limit_cpu(request)
            try:
                number, size = struct.unpack(">HI", read_exactly(6, wait))
                if size:
                    request["cases"][number] = case_of(json.loads(read_exactly(size, wait)))
                os.chdir(WORK)
                become(speak, request, number)
            except (OSError, ValueError, KeyError, TypeError):
                post(speak, b"f")
            os._exit(1)
        self.end = os.pidfd_open(self.pid)  # a pid can be taken again by a program that forks often enough
        for fd in (wait, speak, out_end, err_end):
            os.close(fd)

    def lives(self):
        poll = select.poll()
        poll.register(self.end, select.POLLIN)
        return not poll.poll(0)

    def start(self, number, document):
        """Its mark, or None when it is dead or stopped."""
        try:
            os.kill(self.pid, signal.SIGCONT)
            write_all(self.go, struct.pack(">HI", number, len(document)), False)
            write_all(self.go, document, False)
        except (BrokenPipeError, ProcessLookupError):
            return None
        poll = select.poll()
        poll.register(self.ctl, select.POLLIN)
        return hear(self.ctl) if poll.poll(5000) else None

    def close(self):
        for fd in (self.go, self.ctl, self.out, self.err, self.end):
            os.close(fd)


def run_cases(ctl, request, group, place):
    """The parent of the cases. Whatever it writes goes out in pieces of whole frames which the kernel does not tear, so
    that a program that kills it leaves a stream that process 1 can go on with. While one case runs the next process is
    made; it can be killed by that case, but not looked into, and is made anew then. What a case gets is read when its turn
    comes: no case can find what later ones are asked."""
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    relay = Relay(PIPE_BUF, lambda count: post(ctl, b"x", count=count))
    count = len(request["cases"])
    post(ctl, b"m", request, count)
    request["code"] = compiled_once(request)
    gc.freeze()
    following = Case(request)
    for number in range(count):
        if number:
            make_folder()
        lay_out(request["files"])
        document = read_case(request) if request["cases"][number] is None else bytearray()
        case, start = following, following.start(number, document)
        if start is None:
            kill_all()
            reap_all()
            wipe(place.fd)
            case.close()
            make_folder()
            lay_out(request["files"])
            case = Case(request)
            start = case.start(number, document)
        document[:] = bytes(len(document))
        if start is None or start[0] != b"s":
            raise Broken("case %d cannot be started" % number)
        following = Case(request) if number + 1 < count else None
        relay.start(number, request["max_output"], case.pid, None)
        result = supervise(case.pid, case.out, case.err, start, relay, group)
        relay.add(b"X", {"case": number, **result})
        if request["stream"]:
            relay.flush()
        if result["status"] != "ok":
            group.kills = group.oom_kills()
        case.close()
        if following:
            # process 1, this one and the next: whoever else there is was left behind, also in the place of the next
            if group.tasks() != 3 or not following.lives():
                kill_all()
                reap_all()
                following.close()
                following = Case(request)
            if place.tidy(request["files"]):
                raise Broken("the files of case %d cannot be removed" % number)
    kill_all()
    relay.flush()
    post(ctl, b"e")


# ---- the spare child ---------------------------------------------------------------------------------------------


def pass_over(request):
    """Reads what nobody will run, so that the next request is found."""
    while request["unread"]:
        read_case(request)


def child(ctl, out, err, room, group, place, checks, farewell):
    """Gets everything ready, waits for a request and serves it. Never returns."""
    global host_out
    os.setsid()
    os.umask(0o022)
    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    host_out = os.dup(1)
    os.dup2(out, 1)
    os.dup2(err, 2)
    request = None
    try:
        make_folder()
        take_blame()
        warm_up(checks)
        base = data_size()
        gc.freeze()
        post(ctl, b"r")
        request = read_request()
        try:
            if request["safety"]["level"] != "off":
                post(ctl, b"c", request, len(request["cases"]))
                found = check(request, request["entry"])
                if found:
                    pass_over(request)
                    frame(b"V", {"violations": found})
                    post(ctl, b"v")
                    os._exit(0)
            if len(request["cases"]) == 1:
                settle(request, room, base, 1)
                limit_cpu(request)
                lay_out(request["files"])
                become(ctl, request, 0, farewell)
        except OSError as e:
            raise Broken("the files cannot be laid out: " + os.strerror(e.errno or 0)) from None
        settle(request, room, base, 3)
        try:
            run_cases(ctl, request, group, place)
        except OSError as e:
            raise Broken("the cases cannot be run: " + os.strerror(e.errno or 0)) from None
    except Broken as e:
        if request:
            pass_over(request)
        frame(b"F", {"error": str(e)})
        post(ctl, b"f" if e.in_step else b"b")
    os._exit(0)


# ---- process 1 -------------------------------------------------------------------------------------------------------


class Spare:
    """A child that waits for a request, and the pipes that lead to it."""

    def __init__(self, room, group, place, checks, farewell, exit_=os._exit):
        self.ctl, speak = os.pipe()
        self.out, out_end = os.pipe()
        self.err, err_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                child(speak, out_end, err_end, room, group, place, checks, farewell)
            except BaseException as e:
                os.write(err_end, ("the runner's child failed: %s: %s\n" % (type(e).__name__, e)).encode("utf-8", "replace")[:400])
            finally:
                exit_(1)
        for fd in (speak, out_end, err_end):
            os.close(fd)
        self.poll = select.poll()
        self.poll.register(self.ctl, select.POLLIN)
        self.poll.register(0, HANG_UP)

    def wait(self, end=None):
        """Its next message; None when it is dead, False when the time is over. A host that is gone ends everything."""
        events = self.poll.poll(None if end is None else max(0, int((end - now()) * 1000) + 1))
        if any(fd == 0 for fd, _ in events):
            os._exit(0)
        return hear(self.ctl) if events else False

    def close(self):
        for fd in (self.ctl, self.out, self.err):
            os.close(fd)


def serve(spare, relay, group, farewell):
    """One request from the message that it has come to D. Whether the stream is in step, and whether it was checked."""
    message = spare.wait()
    checking = None
    if message and message[0] == b"c":
        checking, end = message, message[6] / 1e9 + message[1] / 1e3
        message = spare.wait(end)
    kind = message[0] if message else None
    if kind == b"s":
        relay.start(0, message[3], spare.pid, None)
        result = supervise(spare.pid, spare.out, spare.err, message, relay, group, farewell)
        relay.add(b"X", {"case": 0, **result})
    elif kind == b"m":
        kind = serve_cases(spare, message, relay)
    elif checking and message is False:
        for case in range(checking[5]):
            relay.add(b"X", stopped(case, "timeout", checking))
        kind = unread(checking)
    elif checking and message is None:
        # the parser itself fell over a source that it cannot bear
        relay.add(b"V", {"violations": [{"line": 1, "column": 1, "rule": "syntax", "message": "too deeply nested for the parser"}]})
        kind = unread(checking)
    elif message is None:
        relay.add(b"F", {"error": "the runner's child ended before the program started" + last_words(spare)})
        kind = b"b"  # it should not happen, and its last words are now in this process's memory
    relay.add(b"D")
    relay.flush()
    if farewell.used:
        os.kill(spare.pid, signal.SIGKILL)
        os.waitpid(spare.pid, 0)
    return kind != b"b", checking is not None


def unread(message):
    """b when a child that sent this and nothing after it left something of the request behind."""
    return b"b" if message[8] else None


def serve_cases(spare, message, relay):
    """The child of several cases speaks for itself; what it leaves unanswered is answered here. Its last word, b where it
    did not come to the request's end."""
    _, wall_ms, _, _, _, cases, start_ns, _, _ = message
    end = start_ns / 1e9 + wall_ms * cases / 1e3 + 1
    answered = 0
    while True:
        heard = spare.wait(end)
        if not heard or heard[0] != b"x":
            break
        answered += heard[5]
    kill_all()
    if heard and heard[0] in b"fb":
        return heard[0]
    for case in range(answered, cases):
        relay.add(b"X", stopped(case, "timeout" if heard is False else "signal", message))
    return heard[0] if heard else unread(message)


def stopped(case, status, message):
    return {"case": case, "status": status, "exit": None, "signal": 9 if status == "signal" else None,
            "wall_us": max(0, int(time.monotonic_ns() - message[6]) // 1000), "cpu_us": 0, "peak_kb": 0, "stdout_cut": False, "stderr_cut": False}  # fmt: skip


def last_words(spare):
    os.set_blocking(spare.err, False)
    try:
        return ": " + os.read(spare.err, 400).decode("utf-8", "replace").strip()
    except BlockingIOError:
        return ""


def prepare(filter_):
    """What holds for process 1 and every program alike, done once rather than after each fork."""
    limit(resource.RLIMIT_NOFILE, NO_FILES)
    limit(resource.RLIMIT_CORE, 1)  # not 0: only 1 also keeps a core handler of the host from being started
    limit(resource.RLIMIT_MEMLOCK, 0)
    limit(resource.RLIMIT_MSGQUEUE, 0)
    install(filter_)
    standard_streams()
    threading.stack_size(THREAD_STACK)
    sys.dont_write_bytecode = True
    os.environ.clear()
    os.environ.update({**from_image, "HOME": WORK, "LANG": "C.UTF-8", "USER": "sandbox", "LOGNAME": "sandbox",
                       "PWD": WORK, "PYTHONDONTWRITEBYTECODE": "1"})  # fmt: skip


def rehearse(relay, group, farewell):
    """Does once on throw-away data what this process does for a run: the pages that it shares with the new child are
    copied now, while the child gets ready, and not while somebody waits."""
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    os.write(out_end, b"1")
    farewell.say(0)
    os.close(out_end)
    os.close(err_end)
    relay.start(0, 1, os.getpid(), None)
    result = supervise(os.getpid(), out, err, (b"s", 60000, 60000, 1, False, 1, time.monotonic_ns(), 0, 0), relay, group, farewell)
    relay.add(b"X", {"case": 0, **result})
    relay.forget()
    farewell.clear()
    os.close(out)
    os.close(err)


def main():
    # No handler anywhere in process 1: from inside, the kernel drops signals whose action is the default.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)
    os.chdir("/")
    for name in PRELOAD.split():
        try:
            importlib.import_module(name)
        except ImportError:
            pass
    os.close(os.pidfd_open(os.getpid()))  # fails here and now where the kernel has none
    adapt_multiprocessing()
    os.set_blocking(1, False)
    filter_, group = make_filter(), Group()
    prepare(filter_)
    cleaner = Cleaner(group)
    place = next(p for p in cleaner.places if p.path == TMP)
    frame(b"H", {"protocol": PROTOCOL, "language": "python", "version": "%d.%d.%d" % sys.version_info[:3], "pid": os.getpid(),
                 "uid": os.getuid(), "filter": filter_ is not None})  # fmt: skip
    gc.collect()
    gc.disable()
    gc.freeze()
    # An error in Python is better than a kill: so much data may be added to what process 1 and its copies occupy.
    with open("/proc/self/statm", "rb") as f:
        pages = f.read().split()
    own = (int(pages[1]) - int(pages[2])) * resource.getpagesize()
    room = group.limit - own * 3 // 2 - (6 << 20) if group.limit else None
    relay = Relay(len(BUFFER))
    cleaned, checks, farewell = None, False, Farewell()
    while True:
        spare = Spare(room, group, place, checks, farewell)
        rehearse(relay, group, farewell)
        if not (spare.wait() or (None,))[0] == b"r":
            sys.stderr.write("no child could be made ready" + last_words(spare) + "\n")
            os._exit(3)
        if cleaned is not None:
            relay.add(b"C", cleaned)
        relay.add(b"R")
        relay.flush()
        in_step, checks = serve(spare, relay, group, farewell)
        relay.zero()
        farewell.clear()
        spare.close()
        cleaned = cleaner.clean()
        if not (cleaned["clean"] and in_step):
            frame(b"C", {**cleaned, "clean": False, "reason": cleaned["reason"] or "the requests are out of step"})
            os._exit(3)


try:
    main()
except BaseException:
    import traceback

    traceback.print_exc()
    os._exit(4)
