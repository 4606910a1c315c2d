"""One supervised process: started, watched, started again with growing patience, stopped."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orderan.kit.postgres.processes import end_with_parent, wait_until

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
# Who lived this long was healthy: its next crash counts as the first.
HEALTHY_S = 60.0


@dataclass
class Child:
    """A process that should always run.

    Attributes:
        name: For the log: "web 1".
        command: Arguments of `python -m orderan`.
        stop_s: How long it may take to finish what it does.
        descriptors: Open files it inherits.
        once: It is meant to end; only a failure is worth a word.
        orphaned: What it gets when we die, however we die.
    """

    name: str
    command: Sequence[str]
    stop_s: float
    descriptors: Sequence[int] = ()
    once: bool = False
    orphaned: signal.Signals = signal.SIGTERM
    crashes: int = 0
    _running: subprocess.Popen[bytes] | None = None
    _began: float = 0.0
    _start_at: float = field(default=0.0)

    def start(self, env: Mapping[str, str]) -> None:
        """Start it, in its own session: Ctrl-C in a terminal reaches us, and we stop things in order."""
        self._began = time.monotonic()
        self._running = subprocess.Popen(
            [sys.executable, "-m", "orderan", *self.command],
            env=dict(env),
            pass_fds=tuple(self.descriptors),
            start_new_session=True,
            preexec_fn=end_with_parent(self.orphaned),  # noqa: PLW1509 - it calls nothing but prctl
        )

    @property
    def pid(self) -> int | None:
        return self._running.pid if self._running is not None else None

    def ended(self) -> int | None:
        """Exit code when it has just ended, once; None while it runs or waits to be started again."""
        if self._running is None:
            return None
        code = self._running.poll()
        if code is None:
            return None
        self._running = None
        if time.monotonic() - self._began > HEALTHY_S:
            self.crashes = 0
        self._start_at = time.monotonic() + min(FIRST_WAIT_S * 2**self.crashes, LONGEST_WAIT_S)
        self.crashes += 1
        return code

    def wait_left_s(self) -> float | None:
        """Seconds until it should be started again; None while it runs."""
        return None if self._running is not None else max(0.0, self._start_at - time.monotonic())

    def ask_to_stop(self) -> None:
        if self._running is not None and self._running.poll() is None:
            self._running.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Wait for it to end after `ask_to_stop`; when its time is over it is killed, children included."""
        running, self._running = self._running, None
        if running is None:
            return
        if not wait_until(lambda: running.poll() is not None, self.stop_s):
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def told(code: int) -> str:
    """How a process ended, in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"
