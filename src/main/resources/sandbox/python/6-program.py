# ---- the program's process ---------------------------------------------------------------------------------

OWN = (lambda: 0).__code__.co_filename  # the name of this code in tracebacks
NO_FILES = 256
THREAD_STACK = 1 << 20  # counted as data by the kernel: with the usual 8 MiB a dozen threads would be too many
WARM = b"""import math
class Point:
    def __init__(self, x): self.x = x
def area(r): return math.pi * r ** 2
total = 0
for i in range(3):
    total += sum([j * j for j in range(i)]) + Point(i).x
text = f"{area(2):.2f} {total}" + ", ".join(map(str, sorted({3: 1, 2: 2})))
print(text, len(text), file=out)
try:
    {}["x"]
except KeyError as e:
    str(e)
"""


def standard_streams():
    """As Python makes them with the locale C.UTF-8, but by lines: what was printed before a kill has been sent."""
    stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "r", closefd=False)), encoding="utf-8", errors="surrogateescape")
    stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False), 8192), encoding="utf-8", errors="surrogateescape", line_buffering=True)
    stderr = io.TextIOWrapper(io.BufferedWriter(io.FileIO(2, "w", closefd=False), 8192), encoding="utf-8", errors="backslashreplace", line_buffering=True)
    for stream, name, mode in ((stdin, "<stdin>", "r"), (stdout, "<stdout>", "w"), (stderr, "<stderr>", "w")):
        stream.buffer.raw.name = name
        stream.mode = mode
    sys.stdin = sys.__stdin__ = stdin
    sys.stdout = sys.__stdout__ = stdout
    sys.stderr = sys.__stderr__ = stderr


def limit(what, value, hard=None):
    """Sets a limit, never above the one in force; that it cannot be set is an error of the sandbox."""
    top = resource.getrlimit(what)[1]
    hard = value if hard is None else hard
    if top != resource.RLIM_INFINITY:
        value, hard = min(value, top), min(hard, top)
    resource.setrlimit(what, (value, hard))


def take_blame():
    """When memory runs out, this process and its children go before process 1. The file is ours only while we can be
    dumped, so this must be done while no program runs."""
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    try:
        write_all(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"1000", True)
    except OSError:
        pass
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def install(filter_):
    if filter_ is None:
        return
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, 2, ctypes.byref(filter_[0]), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the system call filter was refused")


def run_throw_away():
    with io.TextIOWrapper(io.BufferedWriter(io.FileIO("/dev/null", "w")), encoding="utf-8") as out:
        exec(compile(WARM, "warm", "exec"), {"out": out})


def warm_up(checks):
    """Does once, on throw-away data, what a run will do: the pages that it touches are this process's own afterwards.
    The check is worth it only where checks are asked for."""
    sample = {"entry": "a.py", "files": {"a.py": {"b64": base64.b64encode(WARM).decode()}}, "cases": [{"stdin": "", "args": ["x"]}],
              "wall_ms": 1000, "cpu_ms": 1000, "memory_mb": 64, "processes": 9, "max_output": 9, "stream": False,
              "safety": {"level": "strict", "allowed": ["a"]}}  # fmt: skip
    request = valid(json.loads(json.dumps(sample)))
    if checks:
        check(request, "a.py")
    run_throw_away()
    main_module("a.py")
    os.environ["A"] = "a"
    del os.environ["A"]
    os.write(os.open(TMP, os.O_TMPFILE | os.O_RDWR, 0o600), b"x")


class PipeLock:
    """Stands in for multiprocessing's semaphores, which need the shared memory folder that the container lacks: a pipe
    holds as many bytes as the semaphore counts. For processes made by fork."""

    SEM_VALUE_MAX = 32767

    def __init__(self, kind, value, maxvalue, name, unlink):
        self.kind, self.maxvalue, self.name = kind, maxvalue, None
        self.handle, self.out = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.owner, self.held = None, 0
        os.write(self.out, bytes(value))

    def __del__(self, close=os.close):
        close(self.handle)
        close(self.out)

    def _is_mine(self):
        return self.held > 0 and self.owner == threading.get_ident()

    def _count(self):
        return self.held

    def _get_value(self):
        return struct.unpack("i", fcntl.ioctl(self.handle, termios.FIONREAD, b"\0" * 4))[0]

    def _is_zero(self):
        return self._get_value() == 0

    def _after_fork(self):
        self.held = 0

    def acquire(self, block=True, timeout=None):
        if self.kind == 0 and self._is_mine():
            self.held += 1
            return True
        end = None if timeout is None else now() + max(0, timeout)
        while True:
            try:
                os.read(self.handle, 1)
            except BlockingIOError:
                left = None if end is None else end - now()
                if not block or (left is not None and left <= 0):
                    return False
                select.select([self.handle], [], [], left)
                continue
            self.owner = threading.get_ident()
            self.held += 1
            return True

    def release(self):
        if self.kind == 0:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self.held > 1:
                self.held -= 1
                return
        elif self._get_value() >= self.maxvalue:
            raise ValueError("semaphore or lock released too many times")
        self.held -= 1
        os.write(self.out, b"\0")

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()


class HeapLoader(importlib.machinery.SourceFileLoader):
    """For multiprocessing's shared values, which look for the shared memory folder, too."""

    def exec_module(self, module):
        super().exec_module(module)
        module.Arena._dir_candidates = []


class HeapFinder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "multiprocessing.heap":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        spec.loader = HeapLoader(spec.loader.name, spec.loader.path)
        return spec


def adapt_multiprocessing():
    if not os.path.isdir("/dev/shm") and "_multiprocessing" in sys.modules:
        sys.modules["_multiprocessing"].SemLock = PipeLock
        sys.meta_path.insert(0, HeapFinder)


def make_folder():
    os.mkdir(WORK, 0o755)
    os.chdir(WORK)


def lay_out(files):
    """The program's files, in the folder where we are."""
    made = set()
    for name, content in files.items():
        folder = name.rpartition("/")[0]
        if folder and folder not in made:
            os.makedirs(folder, exist_ok=True)
            made.add(folder)
        write_all(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), content, True)


def standard_input(data):
    """An open file without a name; a pipe could be too small, and who fills it would wait."""
    if not data:
        return os.open("/dev/null", os.O_RDONLY)
    fd = os.open(TMP, os.O_TMPFILE | os.O_RDWR, 0o600)
    write_all(fd, data, False)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def write_all(fd, data, close):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    if close:
        os.close(fd)


def main_module(entry):
    main = types.ModuleType("__main__")
    path = WORK + "/" + entry
    main.__dict__.update(__file__=path, __builtins__=__builtins__, __cached__=None,
                         __loader__=importlib.machinery.SourceFileLoader("__main__", path))  # fmt: skip
    return main


def settle(request, room, base, others):
    """What is the same for all cases of a request. Limits that the kernel counts for each user leave a place for the
    runner's own processes."""
    memory = request["memory_mb"] << 20
    limit(resource.RLIMIT_DATA, max(min(memory, base + room) if room else memory, base + (8 << 20)))
    if request["processes"] < 64:
        limit(resource.RLIMIT_NPROC, request["processes"] + others)
    for name, value in request["env"].items():
        os.environ[name] = value
    if "TZ" in request["env"]:
        time.tzset()
    # what a new interpreter would have read in its environment
    folders = [os.path.join(WORK, p) for p in request["env"].get("PYTHONPATH", "").split(":") if p]
    sys.path[:0] = [os.path.dirname(WORK + "/" + request["entry"]), *folders]
    sys.modules["__main__"] = main_module(request["entry"])


def limit_cpu(request, more=0):
    """A second line only; process 1 looks at the time of all processes together."""
    seconds = max(1, -(-request["cpu_ms"] // 1000)) + int(time.process_time()) + more
    limit(resource.RLIMIT_CPU, seconds + 1, seconds + 2)


def become(starts, request, case, farewell=None):
    """From the runner's process to the program's: after the mark that it starts nothing but the program speaks."""
    global programs_run
    stdin, arguments = request["cases"][case]
    program = request.get("code") or request["files"][request["entry"]]
    os.dup2(standard_input(stdin), 0)
    sys.argv = [request["entry"], *arguments]
    sys.orig_argv = ["python3", *sys.argv]
    _random.Random.seed(random._inst, None)
    starts()
    os.closerange(3, NO_FILES)
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    request, programs_run = None, True
    gc.enable()
    run(program, farewell)


def data_size():
    with open("/proc/self/statm", "rb") as f:
        return int(f.read().split()[5]) * resource.getpagesize()


def compiled_once(request):
    """The entry's code for all cases, or None where it does not compile without a word: then each case tells that itself."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return compile(request["files"][request["entry"]], sys.modules["__main__"].__file__, "exec", dont_inherit=True)
    except Exception:
        return None


def run(program, farewell, exit_=os._exit, kill=os.kill, signal_=signal.signal, pid_=os.getpid, close=os.close, sleep=time.sleep):
    """The program, source or code, from its first line to the end of its process, as CPython would do it. Never returns."""
    streams = sys.stdout, sys.stderr
    own = pid_()
    status = interrupted = 0
    known = len(sys.modules)
    main = sys.modules["__main__"]
    try:
        code = compile(program, main.__file__, "exec", dont_inherit=True) if isinstance(program, bytes) else program
        program = None
        exec(code, main.__dict__)
    except SystemExit as e:
        status = exit_status(e)
    except BaseException as e:
        interrupted = isinstance(e, KeyboardInterrupt)
        status = report(e)
    code = main = None
    try:
        if len(threading._active) > 1 or threading._limbo or getattr(threading, "_threading_atexits", True):
            threading._shutdown()
    except BaseException as e:
        report(e)
    try:
        atexit._run_exitfuncs()
    except BaseException:
        pass
    failed = flush_all(streams)
    try:
        # Destructors of what the modules held may still print. Only the newest entries are looked at: touching each
        # module's object copies a page for it, and that was half of a short run.
        for name in list(itertools.islice(reversed(sys.modules), max(0, len(sys.modules) - known))):
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(WORK + "/"):
                del sys.modules[name]
        sys.modules.pop("__main__", None)
        gc.collect()
    except BaseException:
        pass
    failed |= flush_all(streams)
    if interrupted and not failed:
        signal_(signal.SIGINT, signal.SIG_DFL)
        kill(pid_(), signal.SIGINT)
    status = 120 if failed else status & 255
    if farewell and pid_() == own:
        farewell.say(status)
        for fd in (1, 2):
            try:
                close(fd)
            except OSError:
                pass
        sleep(0.005)  # process 1 answers now, and kills; nobody should wait while the kernel takes this process apart
    exit_(status)


def exit_status(e):
    code = e.code
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code) if -(1 << 63) <= code < 1 << 63 else 255
    try:
        print(code, file=sys.stderr)
    except BaseException:
        pass
    return 1


def report(e, native=sys.__excepthook__, trace_of=BaseException.__traceback__.__get__, give_trace=BaseException.with_traceback):
    """Prints an uncaught error without the runner's own frames; the exit status. Its class may lie about itself."""
    trace = trace_of(e)
    while trace is not None and trace.tb_frame.f_code.co_filename == OWN:
        trace = trace.tb_next
    give_trace(e, trace)
    hook = getattr(sys, "excepthook", None)
    try:
        if hook is None:
            native(type(e), e, trace)
        else:
            hook(type(e), e, trace)
    except SystemExit as leaving:
        return exit_status(leaving)
    except BaseException as second:
        try:
            print("Error in sys.excepthook:", file=sys.stderr)
            native(type(second), second, trace_of(second))
            print("\nOriginal exception was:", file=sys.stderr)
            native(type(e), e, trace)
        except BaseException:
            pass
    return 1


def flush_all(streams):
    """Flushes what stands for stdout and stderr now and what did at the start; 1 when something could not be written."""
    failed = 0
    for each in (getattr(sys, "stdout", None), getattr(sys, "stderr", None), *streams):
        try:
            if each is not None and not getattr(each, "closed", False):
                each.flush()
        except BaseException as e:
            failed = 1
            try:
                if each is sys.stdout:
                    print("Exception ignored in: %r\n%s: %s" % (each, type(e).__name__, e), file=sys.stderr, flush=True)
            except BaseException:
                pass
    return failed
