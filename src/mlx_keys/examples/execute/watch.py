"""Watch one child to its end: its output, its time, and what it leaves behind.

Nothing that a child does holds the watcher up: a child out of time, or out of bounds with its
output, is killed with its whole session, and so is whatever it started.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from .child import WHERE_ARE_YOU

#: A child's output and its report are cut, and the child killed, beyond these many bytes.
OUTPUT_LIMIT = 1 << 20
REPORT_LIMIT = 64 << 20

#: Seconds that processes started by a child get to end by themselves after it.
GRACE = 1.0

_TICK = 0.01  # between looks, where nothing else tells of a process's end


@dataclass
class Watched:
    """What was seen of a child.

    Attributes:
        status: As ``os.waitstatus_to_exitcode`` gives it; negative for a signal.
        stopped: ``timeout`` or ``flood`` when the watcher ended it, else an empty string.
        left: Whether processes that it had started were still there after :data:`GRACE`.
        streams: Bytes of ``stdout``, ``stderr``, ``report`` and ``crash``.
        seconds: From start to end.
    """

    status: int = 0
    stopped: str = ""
    left: bool = False
    streams: dict[str, bytearray] = field(default_factory=dict)
    seconds: float = 0.0


def watch(pid: int, pipes: dict[str, int], timeout: float, caller: socket.socket) -> Watched:
    """Read a child's pipes until it has ended, and end it where it does not.

    Args:
        pid: The child, the leader of its own session.
        pipes: The reading ends, by name; they are closed in the end.
        timeout: Seconds.
        caller: When this connection closes, the child is killed and the worker exits.
    """
    seen = Watched(streams={name: bytearray() for name in pipes})
    start = time.monotonic()
    with selectors.DefaultSelector() as selector:
        for name, fd in pipes.items():
            os.set_blocking(fd, False)
            selector.register(fd, selectors.EVENT_READ, name)
        selector.register(caller, selectors.EVENT_READ, "caller")
        pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
        if pidfd is not None:
            selector.register(pidfd, selectors.EVENT_READ, "end")
        while (status := _ended(pid)) is None:
            remaining = start + timeout - time.monotonic()
            if remaining <= 0:
                seen.stopped = "timeout"
                _ask_where(pid)
                break
            for key, _ in selector.select(remaining if pidfd is not None else _TICK):
                if key.data == "caller":
                    _kill_session(pid)
                    os._exit(0)
                elif key.data != "end" and _read(key.fd, key.data, seen):
                    selector.unregister(key.fd)
            if _too_much(seen):
                seen.stopped = "flood"
                break
        seen.seconds = time.monotonic() - start
        if status is None:
            _kill_session(pid)
            status = os.waitpid(pid, 0)[1]
        seen.status = os.waitstatus_to_exitcode(status)
        seen.left = _outlived(pid) and not seen.stopped
        _kill_rest(pid)
        if pidfd is not None:
            os.close(pidfd)
    for name, fd in pipes.items():
        while not _read(fd, name, seen) and not _too_much(seen):
            pass
        os.close(fd)
    return seen


def _read(fd: int, name: str, seen: Watched) -> bool:
    """Take what a pipe holds; whether there is no more to come at present."""
    try:
        part = os.read(fd, 1 << 16)
    except BlockingIOError:
        return True
    seen.streams[name] += part
    return not part


def _too_much(seen: Watched) -> bool:
    return any(
        len(data) > (REPORT_LIMIT if name == "report" else OUTPUT_LIMIT)
        for name, data in seen.streams.items()
    )


def _ended(pid: int) -> int | None:
    """The child's wait status if it has ended."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return status if ended else None


def _ask_where(pid: int) -> None:
    """Let a hanging child say in which line it hangs."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, WHERE_ARE_YOU)
    time.sleep(0.1)


def _kill_session(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _outlived(pid: int) -> bool:
    """Whether something that the child had started is still there after a moment's grace."""
    limit = time.monotonic() + GRACE
    while _rest() or _group_alive(pid):
        if time.monotonic() > limit:
            return True
        time.sleep(_TICK)
    return False


def _group_alive(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _rest() -> list[int]:
    """This worker's children: it adopts what its job leaves behind, so they are all the job's.

    Linux alone hands orphans over (see :func:`mlx_keys.examples.execute.server.adopt_orphans`);
    elsewhere the process group is all that is known of them.
    """
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    try:
        return [int(pid) for pid in Path("/proc/thread-self/children").read_text().split()]
    except OSError:
        return []


def _kill_rest(pid: int) -> None:
    """Kill what the job left, and what that leaves in turn."""
    limit = time.monotonic() + GRACE
    while ((rest := _rest()) or _group_alive(pid)) and time.monotonic() < limit:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        for one in rest:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        time.sleep(_TICK / 10)
