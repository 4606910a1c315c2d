"""One supervisor per data folder: a file lock that the kernel drops when its holder dies, however it dies."""

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from orderan.kit.postgres.errors import AlreadyRunning
from orderan.kit.postgres.processes import wait_until

LOOK_S = 0.3


class SupervisorLock:
    """Held by the process that runs the server. The file says which process and what for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, purpose: str) -> None:
        """Take the lock or say who has it.

        Raises:
            AlreadyRunning: Another process, or another server object of this one, holds it.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Somebody who only looks (`is_held`) shares the lock for an instant: that is no holder.
        if not wait_until(lambda: _locked(descriptor), LOOK_S):
            os.close(descriptor)
            pid, held_for = holder(self._path)
            raise AlreadyRunning(self._path.parent, pid, held_for)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "purpose": purpose}).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_held(path: Path) -> bool:
    """Whether some live process holds the lock right now."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def holder(path: Path) -> tuple[int | None, str]:
    """Pid and purpose of the holder, as far as it has written them down."""
    try:
        told = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None, "starting"
    return int(told["pid"]), str(told["purpose"])
