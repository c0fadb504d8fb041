"""Locks of the Linux kernel around a process that reads strangers' files: seccomp and Landlock.

seccomp(2) lets through only the calls that decoding needs; any other is answered with EPERM, so
that a decoder with a hole cannot open a file or a socket, start a process or trace one. New threads
are allowed, new processes are not, and no memory can be made executable. landlock(7) takes away
the file system and the network a second time. A kernel that has one of them not is served by the
others and by the limits of child.py.
"""

import ctypes
import os
import platform
import struct
import sys
from typing import Final, NamedTuple

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_NAME: Final = 15
_PR_SET_VMA: Final = 0x53564D41
_SET_MODE_FILTER: Final = 1
_FILTER_ALL_THREADS: Final = 1
_LANDLOCK_VERSION: Final = 1
_CLONE_THREAD: Final = 0x00010000
_PROT_EXEC: Final = 4

# The newest file right, network right and scope that each ABI of landlock(7) added.
_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 5: 16}
_NETWORK_ABI: Final = 4
_NETWORK_RIGHTS: Final = 0b11
_SCOPE_ABI: Final = 6
_SCOPES: Final = 0b11
_CREATE_RULESET: Final = 444
_RESTRICT_SELF: Final = 446

# Linux's classic BPF (linux/filter.h) over struct seccomp_data (linux/seccomp.h).
_LOAD: Final = 0x20
_EQUAL: Final = 0x15
_ANY_BIT: Final = 0x45
_RETURN: Final = 0x06
_NUMBER_AT: Final = 0
_MACHINE_AT: Final = 4
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_EPERM: Final = 0x00050001
_ENOSYS: Final = 0x00050026
_INSTRUCTION: Final = struct.Struct("=HBBI")


class _Machine(NamedTuple):
    """A kind of processor: its audit number, and its numbers of system calls by name."""

    audit: int
    seccomp: int
    calls: dict[str, int]


# The calls of glibc, CPython, numpy and the codecs while they decode from memory. Sources:
# arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux.
_MACHINES: Final = {
    "x86_64": _Machine(0xC000003E, 317, {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "munmap": 11,
        "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17,
        "readv": 19, "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28, "nanosleep": 35,
        "getitimer": 36, "setitimer": 38, "getpid": 39, "exit": 60, "uname": 63,
        "gettimeofday": 96, "getrusage": 98, "sysinfo": 99, "times": 100, "getppid": 110,
        "sigaltstack": 131, "gettid": 186, "time": 201, "futex": 202, "sched_getaffinity": 204,
        "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229,
        "clock_nanosleep": 230, "exit_group": 231, "ppoll": 271, "set_robust_list": 273,
        "getcpu": 309, "getrandom": 318, "membarrier": 324, "rseq": 334,
        "mmap": 9, "mprotect": 10, "clone": 56, "prctl": 157, "tgkill": 234, "clone3": 435,
    }),
    "aarch64": _Machine(0xC00000B7, 277, {
        "read": 63, "write": 64, "close": 57, "fstat": 80, "lseek": 62, "munmap": 215,
        "brk": 214, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139,
        "pread64": 67, "readv": 65, "writev": 66, "sched_yield": 124, "mremap": 216,
        "madvise": 233, "nanosleep": 101, "getitimer": 102, "setitimer": 103, "getpid": 172,
        "exit": 93, "uname": 160, "gettimeofday": 169, "getrusage": 165, "sysinfo": 179,
        "times": 153, "getppid": 173, "sigaltstack": 132, "gettid": 178, "futex": 98,
        "sched_getaffinity": 123, "restart_syscall": 128, "clock_gettime": 113,
        "clock_getres": 114, "clock_nanosleep": 115, "exit_group": 94, "ppoll": 73,
        "set_robust_list": 99, "getcpu": 168, "getrandom": 278, "membarrier": 283, "rseq": 293,
        "mmap": 222, "mprotect": 226, "clone": 220, "prctl": 167, "tgkill": 131, "clone3": 435,
    }),
}  # fmt: skip
# Calls that are let through only with certain arguments.
_CONDITIONAL: Final = frozenset(("mmap", "mprotect", "clone", "prctl", "tgkill", "clone3"))


def lock_files() -> bool:
    """Take the file system and the network away by Landlock; whether the kernel did so.

    Needs one free descriptor for a moment.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = _call(libc, _CREATE_RULESET, 0, 0, _LANDLOCK_VERSION)
    if version < 1:
        return False
    files = max(count for abi, count in _FILE_RIGHTS.items() if abi <= version)
    handled = [(1 << files) - 1]
    if version >= _NETWORK_ABI:
        handled.append(_NETWORK_RIGHTS)
    if version >= _SCOPE_ABI:
        handled.append(_SCOPES)
    # No rule is added to the set, so whatever it handles is forbidden.
    rules = ctypes.create_string_buffer(struct.pack(f"={len(handled)}Q", *handled))
    size = len(handled) * 8
    ruleset = _call(libc, _CREATE_RULESET, ctypes.addressof(rules), size, 0)
    if ruleset < 0:
        return False
    try:
        _forbid_new_privileges(libc)
        return _call(libc, _RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def lock_calls() -> bool:
    """Let only the calls through that decoding needs; whether the kernel does so from now on."""
    machine = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if machine is None or sys.byteorder != "little":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    _forbid_new_privileges(libc)
    steps = _program(machine)
    code = ctypes.create_string_buffer(b"".join(_INSTRUCTION.pack(*step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    at = ctypes.addressof(program)
    return _call(libc, machine.seccomp, _SET_MODE_FILTER, _FILTER_ALL_THREADS, at) == 0


def _call(libc: ctypes.CDLL, number: int, *arguments: int) -> int:
    """A system call that glibc has no name for; negative when the kernel refuses it."""
    return int(libc.syscall(ctypes.c_long(number), *(ctypes.c_long(one) for one in arguments)))


def _forbid_new_privileges(libc: ctypes.CDLL) -> None:
    libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), 0, 0, 0)


_Step = tuple[int, int, int, int]
"""One instruction: operation, jump if so, jump if not, operand."""


def _program(machine: _Machine) -> list[_Step]:
    calls = machine.calls
    steps: list[_Step] = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    for name, number in calls.items():
        if name not in _CONDITIONAL:
            steps += _when(number, [_done(_ALLOW)])
    # No memory that can be run: the programme's own code is loaded already.
    without_exec: list[_Step] = [
        (_LOAD, 0, 0, _argument(2)),
        (_ANY_BIT, 0, 1, _PROT_EXEC),
        _done(_EPERM),
        _done(_ALLOW),
    ]
    steps += _when(calls["mmap"], without_exec)
    steps += _when(calls["mprotect"], without_exec)
    # A thread, and no process; glibc falls back to clone where clone3 is not there.
    steps += _when(
        calls["clone"],
        [
            (_LOAD, 0, 0, _argument(0)),
            (_ANY_BIT, 1, 0, _CLONE_THREAD),
            _done(_EPERM),
            _done(_ALLOW),
        ],
    )
    steps += _when(calls["clone3"], [_done(_ENOSYS)])
    steps += _when(calls["prctl"], _only(0, _PR_SET_NAME, _PR_SET_VMA))
    # A process may abort itself, and signal no other.
    steps += _when(calls["tgkill"], _only(0, os.getpid()))
    return [*steps, _done(_EPERM)]


def _when(number: int, steps: list[_Step]) -> list[_Step]:
    """``steps`` for one call; every other call goes on behind them."""
    return [(_EQUAL, 0, len(steps), number), *steps]


def _only(argument: int, *values: int) -> list[_Step]:
    """Let the call through when the low half of its argument is one of ``values``."""
    tests: list[_Step] = []
    for value in values:
        tests += _when(value, [_done(_ALLOW)])
    return [(_LOAD, 0, 0, _argument(argument)), *tests, _done(_EPERM)]


def _argument(number: int) -> int:
    """Where the low half of an argument lies in struct seccomp_data (little-endian)."""
    return 16 + 8 * number


def _done(verdict: int) -> _Step:
    return (_RETURN, 0, 0, verdict)
