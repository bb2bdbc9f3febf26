# Process 1 of a Python container: a fork server for strangers' programs. README.md beside this file has the protocol
# and what each guard is for. Nothing that a program wrote or was given may enter the heap of process 1 (the next
# program is a fork of it), and nothing here may run anywhere but as process 1 of a PID namespace: kill(-1) is used.
import os
import sys

if os.getpid() != 1:
    sys.exit("the runner must be process 1 of a PID namespace of its own")

# What these do in a child after a fork touches 150 pages, each of which is copied then. The runner's own forks are of one
# thread and give out the seed themselves; programs that fork need it.
programs_run = False
register_at_fork = os.register_at_fork
os.register_at_fork = lambda after_in_child: register_at_fork(after_in_child=lambda: programs_run and after_in_child())
import random
import threading

os.register_at_fork = register_at_fork

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 4, 22, 36, 38
# Before the first fork: /proc/1 belongs to root from here on, and ptrace and its kin are refused.
libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)

import ast
import atexit
import base64
import fcntl
import gc
import importlib
import importlib.machinery
import io
import itertools
import json
import mmap
import resource
import select
import signal
import socket
import struct
import termios
import time
import types
import warnings

import _random
import _signal

# What learners import most; a module that the image lacks is skipped. Each costs every run a little, as its memory is
# copied by every fork: what takes more room, and is wanted less, is left to those who import it.
PRELOAD = """math cmath re itertools functools string datetime decimal fractions statistics collections collections.abc
heapq bisect array typing dataclasses enum textwrap copy operator numbers csv pathlib abc contextlib queue inspect
timeit codecs warnings weakref traceback linecache encodings.latin_1 encodings.ascii _multiprocessing"""

PROTOCOL = 1
from_image = {k: v for k, v in os.environ.items() if k in ("PATH", "LD_LIBRARY_PATH")}  # where the image keeps its programs
TMP, WORK = "/tmp", "/tmp/code"
MAX_REQUEST = 48 << 20
MAX_CASES = 1000
RETURN_AFTER = 0.5  # seconds that the file system gets to give back what dead processes held
HEADER = struct.Struct(">cI")
OUTPUT = struct.Struct(">cIH")
BUFFER = bytearray(1 << 16)
VIEW = memoryview(BUFFER)
ZERO = bytes(1 << 16)
now = time.monotonic


# ---- the child's own filter --------------------------------------------------------------------

ARCHES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
# name: (x86-64, arm64); calls that a program never needs and that reach other processes, outlive it, widen the kernel's
# surface or use up what the host has once for all (io_setup)
DENIED = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "pidfd_getfd": (438, 438),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
    "shmget": (29, 194), "shmctl": (31, 195), "shmat": (30, 196), "shmdt": (67, 197),
    "semget": (64, 190), "semctl": (66, 191), "semtimedop": (220, 192), "semop": (65, 193),
    "msgget": (68, 186), "msgctl": (71, 187), "msgrcv": (70, 188), "msgsnd": (69, 189),
    "mq_open": (240, 180), "mq_unlink": (241, 181), "mq_timedsend": (242, 182), "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184), "mq_getsetattr": (245, 185),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263), "vmsplice": (278, 75), "syslog": (103, 116), "acct": (163, 89),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142),
    "kexec_load": (246, 104), "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "io_setup": (206, 0), "lookup_dcookie": (212, 18), "modify_ldt": (154, None), "ioperm": (173, None), "iopl": (172, None),
}  # fmt: skip
# Allowed only when these arguments (index, value) are so: aimed at the caller itself, or of a harmless kind.
ONLY = {
    "prlimit64": ((302, 261), [(0, 0)]),
    "setpriority": ((141, 140), [(0, 0), (1, 0)]),
    "sched_setaffinity": ((203, 122), [(0, 0)]),
    "sched_setparam": ((142, 118), [(0, 0)]),
    "sched_setscheduler": ((144, 119), [(0, 0)]),
    "sched_setattr": ((314, 274), [(0, 0)]),
    "ioprio_set": ((251, 30), [(0, 1), (1, 0)]),
    "socket": ((41, 198), [(0, socket.AF_UNIX)]),
    "socketpair": ((53, 199), [(0, socket.AF_UNIX)]),
}
IOPRIO_GET = (252, 31)
F_SETPIPE_SZ = 1031
NEW_NAMESPACES = 0x7E020080  # the CLONE_NEW* bits, CLONE_NEWTIME included
# Never "kill": the kernel of the host would log each one.
ALLOW, EPERM, ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026


def filter_program(arch):
    """The instructions as bytes, or None on a machine whose call numbers are not known here."""
    if arch not in ARCHES:
        return None
    column, audit = ARCHES[arch]
    load, equal, at_least, any_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    code = [(load, 0, 0, 4), (equal, 1, 0, audit), (give, 0, 0, ENOSYS), (load, 0, 0, 0)]
    if arch == "x86_64":
        code += [(at_least, 0, 1, 0x40000000), (give, 0, 0, ENOSYS)]  # the x32 table
    for numbers in DENIED.values():
        if numbers[column] is not None:
            code += [(equal, 0, 1, numbers[column]), (give, 0, 0, EPERM)]
    for numbers, rules in ONLY.values():
        body = []
        for argument, value in rules:
            body += [(load, 0, 0, 16 + 8 * argument), (equal, 1, 0, value), (give, 0, 0, EPERM)]
        code += [(equal, 0, len(body) + 1, numbers[column]), *body, (give, 0, 0, ALLOW)]
    code += [(equal, 0, 4, (72, 25)[column]), (load, 0, 0, 24), (equal, 0, 1, F_SETPIPE_SZ), (give, 0, 0, EPERM), (give, 0, 0, ALLOW)]
    code += [(equal, 0, 4, (56, 220)[column]), (load, 0, 0, 16), (any_bit, 0, 1, NEW_NAMESPACES), (give, 0, 0, EPERM), (give, 0, 0, ALLOW)]
    code += [(equal, 0, 1, 435), (give, 0, 0, ENOSYS)]  # clone3 hides its flags behind a pointer; libc falls back to clone
    code += [(give, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *each) for each in code)


class FilterHeader(ctypes.Structure):
    _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_void_p)]


def make_filter():
    code = filter_program(os.uname().machine)
    if code is None:
        return None
    held = ctypes.create_string_buffer(code, len(code))
    return FilterHeader(len(code) // 8, ctypes.addressof(held)), held
