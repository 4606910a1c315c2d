"""The server's operating-system processes: finding those of one cluster, and ending them.

After a SIGKILL of the postmaster its children live on for a moment and hold shared memory, and the next
start is refused until they are gone. After a SIGKILL of our own process the whole server lives on. A pid
in a file proves nothing, since pids are reused: a process belongs to a cluster when it is a `postgres`
whose working folder is that cluster, which every process of the server keeps for life.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
POLL_S = 0.02


def processes_of(cluster: Path) -> list[int]:
    """Pids of every live process of this cluster's server, the oldest pid first."""
    if not cluster.exists():
        return []
    if not Path("/proc/self/cwd").exists():
        return _without_proc(cluster)
    wanted = cluster.stat()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            there = (entry / "cwd").stat()
            program = (entry / "exe").readlink().name
        except OSError:  # It ended while we looked, or it is not ours to look at.
            continue
        same_folder = (there.st_dev, there.st_ino) == (wanted.st_dev, wanted.st_ino)
        if same_folder and program.removesuffix(" (deleted)") == "postgres":
            found.append(int(entry.name))
    return sorted(found)


def _without_proc(cluster: Path) -> list[int]:
    """Only the postmaster can be told apart here: by its pid file and its command line."""
    pid = postmaster_pid(cluster)
    if pid is None:
        return []
    told = subprocess.run(
        ["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return [pid] if "postgres" in told.stdout and str(cluster) in told.stdout else []


def postmaster_pid(cluster: Path) -> int | None:
    """The pid in postmaster.pid, whoever that is by now."""
    lines = _pid_file_lines(cluster)
    return abs(int(lines[0])) if lines and lines[0].strip().lstrip("-").isdigit() else None


def accepts_connections(cluster: Path, pid: int) -> bool:
    """Whether the postmaster with this pid has declared itself ready in its pid file."""
    lines = _pid_file_lines(cluster)
    ready_line = 7
    return postmaster_pid(cluster) == pid and len(lines) > ready_line and lines[ready_line].strip() == "ready"


def _pid_file_lines(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def end_leftovers(cluster: Path, *, shutdown_s: float = 60.0, patience_s: float = 4.0) -> None:
    """End whatever an earlier run of this cluster left behind, the gentlest way that works.

    A whole server is asked to shut down fast, which keeps its data tidy. Orphans of a killed postmaster
    end by themselves within moments; those that do not are made to. Call with the supervisor's lock held.
    """
    postmaster = postmaster_pid(cluster)
    if postmaster in processes_of(cluster):
        _signal(postmaster, signal.SIGINT)
        wait_until(lambda: not processes_of(cluster), shutdown_s)
    else:
        wait_until(lambda: not processes_of(cluster), patience_s)
    for sign in (signal.SIGQUIT, signal.SIGKILL):
        for pid in processes_of(cluster):
            _signal(pid, sign)
        wait_until(lambda: not processes_of(cluster), patience_s)


def _signal(pid: int | None, sign: signal.Signals) -> None:
    if pid is None:
        return
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


def wait_until(condition: Callable[[], bool], patience_s: float) -> bool:
    """Wait for what only the outside world can bring about; says whether it came in time."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_S)
    return True


def end_with_parent(sign: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before exec so that it gets a signal when its parent dies, however it dies.

    None where that cannot be had, or must not: Linux sends the signal when the *thread* that made the
    child ends, so only the main thread may ask for it.
    """
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(sign))
        if os.getppid() != parent:  # It died before we asked.
            os._exit(1)

    return ask


def dies_with(parent: int, sign: signal.Signals) -> None:
    """The same, asked by a child that runs already: it gets a signal when its parent dies. Nothing where that cannot be had."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(sign))
        if os.getppid() != parent:
            os._exit(1)
