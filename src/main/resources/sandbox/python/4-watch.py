# ---- watching a program ------------------------------------------------------------------------------


WALL = 0x40000000  # __WALL: children that would not signal their end, too


def kill_all():
    """Every process of the namespace but process 1 and the caller, in one step that a fork cannot slip through."""
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass


def reap_all():
    count = 0
    while True:
        try:
            os.waitpid(-1, WALL)
            count += 1
        except ChildProcessError:
            return count


def cpu_clock(pid):
    return (~pid << 3) | 2


class Farewell:
    """What a program's process says when it has come to its end: its status, peak memory and CPU. Taking a process apart
    takes the kernel longer than most programs run, and nobody needs to wait for it. A program that forges this could as
    well have left with the same status."""

    FORM = struct.Struct("4sBIQ")

    def __init__(self):
        self.page = mmap.mmap(-1, mmap.PAGESIZE)  # shared with the child
        self.used = False

    def clear(self):
        self.page[:] = bytes(mmap.PAGESIZE)
        self.used = False

    def say(self, status):
        used, peak = 0, 0
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            usage = resource.getrusage(who)
            used += cpu_of(usage)
            peak = max(peak, usage.ru_maxrss)
        self.FORM.pack_into(self.page, 0, b"done", status, peak, used)

    def heard(self):
        """Exit code, peak (kB) and CPU (us), or None."""
        mark, status, peak, used = self.FORM.unpack_from(self.page)
        self.used = mark == b"done"
        return (status, peak, used) if self.used else None


def supervise(program, out, err, start, relay, group, farewell=None):
    """Relays a started program until its end or a limit. The result without the case's number. With a farewell the
    process may still be there afterwards. A program has pid, end (its pidfd), guard (that of the process without which
    there is no result), kill() and buried(), which waits for the end of a dead one."""
    _, wall_ms, cpu_ms, _, stream, _, start_ns, used_us, _ = start
    began = start_ns / 1e9
    end = began + wall_ms / 1e3
    relay.kill_at = end
    poll = select.poll()
    for fd in {program.end, program.guard}:
        poll.register(fd, select.POLLIN)
    poll.register(0, HANG_UP)
    for fd in (out, err):
        os.set_blocking(fd, False)
        poll.register(fd, 0)  # tells when nobody holds the other end any more
    streams = {out: 0, err: 1}
    status, ended = None, None
    group_cpu = group.cpu_us()
    check_cpu = began + cpu_ms / 1e3 / (os.cpu_count() or 1)
    listening, pause = False, 0.003
    while status is None and ended is None:
        moment = now()
        if moment >= end or (relay.kill_at is None):
            status = "timeout"
            break
        if moment >= check_cpu:
            spent = (group.cpu_us() or 0) - group_cpu if group_cpu is not None else time.clock_gettime(cpu_clock(program.pid)) * 1e6 - used_us
            if spent >= cpu_ms * 1e3:
                status = "cpu_limit"
                break
            check_cpu = moment + max(0.01, (cpu_ms / 1e3 - spent / 1e6) / (os.cpu_count() or 1))
        wait = min(end, check_cpu, moment + (0.1 if listening else pause)) - moment
        for fd, _ in poll.poll(max(0, int(wait * 1000) + 1)):
            if fd == 0:
                os._exit(0)
            if fd == program.end:
                ended = program.buried()
            elif fd == program.guard:
                raise Lost
            elif farewell and ended is None:
                heard = farewell.heard()
                ended = heard and Ended(*heard)
        if ended is None and listening and not streams:
            ended = reap_others(program.pid)
            continue
        got = 0
        for fd in list(streams):
            count = relay.pull(fd, streams[fd])
            if count == -2:
                status = "output_limit" if ended is None else status
                streams.pop(fd)
            elif count == -1:
                poll.unregister(fd)
                streams.pop(fd)
            else:
                got += count
        if ended is None and got == 0:
            ended = reap_others(program.pid)
        if stream:
            relay.flush()
        # Output wakes us, but not oftener than each 10 ms; as much as can be taken at a time is read on at once.
        want, pause = got == 0, 0.0 if got >= relay.room // 2 else 0.01
        if want != listening:
            for fd in streams:
                poll.modify(fd, select.POLLIN if want else 0)
            listening = want
    if ended is None:
        program.kill()
        ended = program.buried()
    for fd, which in streams.items():  # what is in the pipes already; a left-over process is not waited for
        count = 1
        while count > 0:
            count = relay.pull(fd, which)
    if status is None and any(relay.cut):
        status = "output_limit"
    if status in ("timeout", "cpu_limit") and group_cpu is not None:  # children that were not buried worked, too
        ended.cpu_us = max(ended.cpu_us, (group.cpu_us() or 0) - group_cpu + used_us)
    return verdict(ended, status, began, used_us, cpu_ms, relay, group)


def reap_others(pid):
    """Buries orphans, which else would use up the processes allowed; the end of pid, or None."""
    while True:
        try:
            found = os.wait4(-1, os.WNOHANG | WALL)
        except ChildProcessError:
            return None
        if found[0] in (0, pid):
            return Ended.of(found) if found[0] else None


class Lost(Exception):
    """A process that belongs to the runner is not there any more, or does not do what it is told."""


class Ended:
    """How a process ended: exit code or minus the signal, peak memory (kB) and CPU (us) with its buried children's."""

    def __init__(self, code, peak_kb, cpu_us):
        self.code, self.peak_kb, self.cpu_us = code, peak_kb, cpu_us

    @classmethod
    def of(cls, waited):
        _, status, usage = waited
        return cls(os.waitstatus_to_exitcode(status), usage.ru_maxrss, cpu_of(usage))


def cpu_of(usage):
    return int((usage.ru_utime + usage.ru_stime) * 1e6)


def verdict(ended, status, began, used_us, cpu_ms, relay, group):
    code = ended.code
    cpu_us = max(0, ended.cpu_us - used_us)
    stopped = status is not None
    if status is None and code < 0:
        if code == -signal.SIGKILL and group.oom_kills() > group.kills:
            status = "memory_limit"
        elif code == -signal.SIGXCPU and cpu_us >= cpu_ms * 1e3:  # or it sent that to itself
            status = "cpu_limit"
        else:
            status = "signal"
    elif status is None and code == 1 and relay.memory_error:
        status = "memory_limit"
    return {"status": status or "ok", "exit": None if stopped or code < 0 else code,
            "signal": -code if code < 0 and not stopped else None, "wall_us": int((now() - began) * 1e6), "cpu_us": cpu_us,
            "peak_kb": ended.peak_kb, "stdout_cut": relay.cut[0], "stderr_cut": relay.cut[1]}  # fmt: skip
