# ---- several cases: a child that forks once for each ----------------------------------------------------------


STARTS = MESSAGE.pack(b"s", 0, 0, 0, False, 0, 0, 0, False)


def fork_case(ctl, start, request):
    """The pid of a new process that waits to become the next case and then says so."""
    pid = os.fork()
    if pid:
        post_number(ctl, b"n", pid)
        return pid
    os.setsid()  # a signal to the program's own group does not reach the parent
    number = int.from_bytes(os.read(start, 2), "big")
    sizes = request["unread"]
    try:
        if sizes[number]:
            request["cases"][number] = read_case(sizes[number])
        for fd in (1, 2):
            fcntl.fcntl(fd, fcntl.F_SETFL, 0)  # the case before could change how these are written to
        make_folder()
        lay_out(request["files"])
        become(lambda: os.write(ctl, STARTS), request, number)
    except (OSError, ValueError):
        request["unread"] = sizes[number + 1 :]
        pass_over(request)
        post(ctl, b"f")
    os._exit(1)


def run_cases(ctl, orders, start, request):
    """The parent of the cases: forks and buries as process 1 tells it, and does nothing else, since each page that it
    touches between two forks is copied. While one case runs the next process is there already; it can be killed by that
    case, but not looked into, and is made anew then."""
    post(ctl, b"m", request, len(request["cases"]))
    request["code"] = compiled_once(request)
    gc.freeze()
    current, following = None, fork_case(ctl, start, request)
    while True:
        order = os.read(orders, 1)
        if order == b"k":
            kill_all()
            os.waitpid(following, 0)
            following = fork_case(ctl, start, request)
            continue
        if order not in (b"n", b"l"):
            break
        current = following
        if order == b"n":
            following = fork_case(ctl, start, request)
        _, status, usage = os.wait4(current, 0)
        post_number(ctl, b"x", status, usage.ru_maxrss, min(cpu_of(usage), 0xFFFFFFFF))
    os._exit(0)


# ---- the spare child ---------------------------------------------------------------------------------------------


def pass_over(request):
    """Reads what nobody will run, so that the next request is found."""
    for size in request["unread"]:
        read_exactly(size)


def child(ctl, orders, start, out, err, room, checks, farewell):
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
                become(lambda: post(ctl, b"s", request), request, 0, farewell)
        except OSError as e:
            raise Broken("the files cannot be laid out: " + os.strerror(e.errno or 0)) from None
        os.rmdir(WORK)  # each case makes its own
        settle(request, room, base, 3)
        limit_cpu(request, len(request["cases"]) // 100)
        run_cases(ctl, orders, start, request)
    except Broken as e:
        if request:
            pass_over(request)
        frame(b"F", {"error": str(e)})
        post(ctl, b"f" if e.in_step else b"b")
    os._exit(0)


# ---- process 1 -------------------------------------------------------------------------------------------------------


class Spare:
    """A child that waits for a request, and the pipes that lead to it."""

    def __init__(self, room, checks, farewell, exit_=os._exit):
        self.ctl, speak = os.pipe()
        orders, self.orders = os.pipe()
        start, self.start = os.pipe()
        self.out, out_end = os.pipe()
        self.err, err_end = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                for fd in (self.orders, self.start):  # or it would not see that process 1 closes them
                    os.close(fd)
                child(speak, orders, start, out_end, err_end, room, checks, farewell)
            except BaseException as e:
                os.write(err_end, ("the runner's child failed: %s: %s\n" % (type(e).__name__, e)).encode("utf-8", "replace")[:400])
            finally:
                exit_(1)
        self.end = self.guard = os.pidfd_open(self.pid)
        for fd in (speak, orders, start, out_end, err_end):
            os.close(fd)
        self.poll = select.poll()
        self.poll.register(self.ctl, select.POLLIN)
        self.poll.register(self.end, select.POLLIN)
        self.poll.register(0, HANG_UP)

    def wait(self, end=None):
        """Its next message; None when it is dead, False when the time is over. A host that is gone ends everything."""
        events = self.poll.poll(None if end is None else max(0, int((end - now()) * 1000) + 1))
        found = [fd for fd, _ in events]
        if 0 in found:
            os._exit(0)
        return hear(self.ctl) if self.ctl in found else None if found else False

    def kill(self):
        kill_all()

    def buried(self):
        return Ended.of(os.wait4(self.pid, 0))

    def close(self):
        for fd in (self.ctl, self.orders, self.start, self.out, self.err, self.end):
            os.close(fd)


def serve(spare, relay, group, place, farewell):
    """One request from the message that it has come to D. Whether the stream is in step, and whether it was checked."""
    message = spare.wait()
    checking = None
    if message and message[0] == b"c":
        checking, end = message, message[6] / 1e9 + message[1] / 1e3
        message = spare.wait(end)
    kind = message[0] if message else None
    if kind == b"s":
        relay.start(0, message[3], spare)
        result = supervise(spare, spare.out, spare.err, message, relay, group, farewell)
        relay.add(b"X", {"case": 0, **result})
    elif kind == b"m":
        kind = Cases(spare, message, relay, group, place).serve()
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


class CaseProcess:
    """A process that waits to become a case, and then is it. The parent of the cases buries it."""

    def __init__(self, spare, pid):
        self.spare, self.pid, self.guard, self.following = spare, pid, spare.end, None
        self.end = os.pidfd_open(pid)  # the parent leaves it unburied until it is told otherwise: the pid is its own

    def lives(self):
        poll = select.poll()
        poll.register(self.end, select.POLLIN)
        return not poll.poll(0)

    def become(self, number):
        """Whether the program starts."""
        signal.pidfd_send_signal(self.end, signal.SIGCONT)
        write_all(self.spare.start, number.to_bytes(2, "big"), False)
        message = self.spare.wait(now() + 10)
        if not message:
            raise Lost
        return message[0] == b"s"

    def kill(self):
        try:
            signal.pidfd_send_signal(self.end, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def buried(self):
        """Hears from the parent, which the program may have stopped or killed, how it ended."""
        os.kill(self.spare.pid, signal.SIGCONT)
        while True:
            message = self.spare.wait(now() + 5)
            if not message:
                raise Lost
            if message[0] == b"n":
                self.following = CaseProcess(self.spare, message[1])
            elif message[0] == b"x":
                return Ended(os.waitstatus_to_exitcode(message[1]), message[2], message[7])

    def close(self):
        os.close(self.end)


class Cases:
    """Several cases, one after the other, each in a process of its own that starts as all others did. What a case gets it
    reads when its turn comes: none can find what later ones are asked."""

    def __init__(self, spare, message, relay, group, place):
        self.spare, self.message, self.relay, self.group, self.place = spare, message, relay, group, place
        _, self.wall_ms, self.cpu_ms, self.limit, self.stream, self.count, self.began, _, self.unread = message
        self.answered = self.read = 0

    def serve(self):
        """None, or b when something of the request is left behind."""
        try:
            compiled = self.spare.wait(self.began / 1e9 + self.wall_ms / 1e3 + 1)
            if not compiled:
                return self.give_up("timeout" if compiled is False else "signal")
            following = CaseProcess(self.spare, compiled[1])
            for number in range(self.count):
                case = following
                self.run(case, number)
                case.close()
                following = case.following and self.cleared(case.following)
        except Broken as e:
            self.relay.add(b"F", {"error": str(e)})
            return self.left()
        except (Lost, OSError):
            return self.give_up("signal")
        return None

    def run(self, case, number):
        starts = case.become(number)
        began, used = time.monotonic_ns(), int(time.clock_gettime(cpu_clock(case.pid)) * 1e6)
        self.read = number + 1 if starts else self.count
        if not starts:
            raise Broken("the files of case %d cannot be laid out" % number)
        write_all(self.spare.orders, b"n" if self.read < self.count else b"l", False)
        self.relay.start(number, self.limit, case)
        start = (b"s", self.wall_ms, self.cpu_ms, self.limit, self.stream, 1, began, used, False)
        result = supervise(case, self.spare.out, self.spare.err, start, self.relay, self.group)
        self.relay.add(b"X", {"case": number, **result})
        self.answered += 1
        if self.stream:
            self.relay.flush()
        if result["status"] != "ok":
            self.group.kills = self.group.oom_kills()

    def cleared(self, following):
        """Nothing is left of a case but the process that waits for the next: that one, or another in its place."""
        reap_others(0)
        # process 1, the parent and the next: whoever else there is was left behind, also in the place of the next
        if self.group.tasks() != 3 or not following.lives():
            following.close()
            following = self.others_killed()
        if wipe(self.place.fd):
            raise Broken("the files of a case cannot be removed")
        for fd in (self.spare.out, self.spare.err):
            self.relay.drop(fd)
        return following

    def others_killed(self):
        os.kill(self.spare.pid, signal.SIGCONT)
        write_all(self.spare.orders, b"k", False)
        message = self.spare.wait(now() + 5)
        if not message:
            raise Lost
        end = now() + 1
        while self.group.tasks() not in (3, None):
            reap_others(0)
            if now() > end:
                raise Lost
            time.sleep(0.001)
        return CaseProcess(self.spare, message[1])

    def give_up(self, status):
        kill_all()
        for case in range(self.answered, self.count):
            self.relay.add(b"X", stopped(case, status, self.message))
        return self.left()

    def left(self):
        return b"b" if self.unread and self.read < self.count else None


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


def rehearse(spare, relay, group, farewell):
    """Does once on throw-away data what this process does for a run: the pages that it shares with the new child are
    copied now, while the child gets ready, and not while somebody waits."""
    (out, out_end), (err, err_end) = os.pipe(), os.pipe()
    os.write(out_end, b"1")
    farewell.say(0)
    os.close(out_end)
    os.close(err_end)
    relay.start(0, 1, spare)
    result = supervise(spare, out, err, (b"s", 60000, 60000, 1, False, 1, time.monotonic_ns(), 0, 0), relay, group, farewell)
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
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)  # every page that process 1 holds is copied, or at least counted, by each fork
    # An error in Python is better than a kill: so much data may be added to what process 1 and its copies occupy.
    with open("/proc/self/statm", "rb") as f:
        pages = f.read().split()
    own = (int(pages[1]) - int(pages[2])) * resource.getpagesize()
    room = group.limit - own * 3 // 2 - (6 << 20) if group.limit else None
    relay = Relay(len(BUFFER))
    cleaned, checks, farewell = None, False, Farewell()
    while True:
        spare = Spare(room, checks, farewell)
        rehearse(spare, relay, group, farewell)
        if not (spare.wait() or (None,))[0] == b"r":
            sys.stderr.write("no child could be made ready" + last_words(spare) + "\n")
            os._exit(3)
        if cleaned is not None:
            relay.add(b"C", cleaned)
        relay.add(b"R")
        relay.flush()
        in_step, checks = serve(spare, relay, group, place, farewell)
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
