"""A load generator that leaves the processor to what is measured.

Requests are bytes made beforehand; answers are only framed and their status read. `closed`
keeps a number of connections busy; `paced` sends at a rate whatever the answers do, so that a
slow answer is counted with the waiting it caused (no coordinated omission).
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

HEAD_END = b"\r\n\r\n"


@dataclass
class Outcome:
    """What a run gave; latencies in seconds from the moment a request was due."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile_ms(self, share: float) -> float:
        """The latency that `share` of all requests did not exceed, in milliseconds."""
        ordered = sorted(self.latencies)
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else 0.0


class _Line(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, answered: Callable[["_Line", int], None]) -> None:
        self._answered = answered
        self._buffer = b""
        self.body = b""
        self.transport: asyncio.Transport | None = None
        self.due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        self.transport = None

    def ask(self, request: bytes, due: float) -> None:
        self.due = due
        if self.transport is not None:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(HEAD_END)
        if head < 0:
            return
        mark = self._buffer.find(b"content-length: ", 0, head) + 16
        length = int(self._buffer[mark : self._buffer.find(b"\r", mark)])
        if len(self._buffer) >= head + 4 + length:
            status = int(self._buffer[9:12])
            self.body = self._buffer[head + 4 :]
            self._buffer = b""
            self._answered(self, status)


async def closed(
    host: str, port: int, requests: Iterator[bytes], *, connections: int, seconds: float
) -> Outcome:
    """Keep `connections` requests under way for `seconds`, then wait for the last answers."""
    outcome = Outcome()
    began = time.perf_counter()
    until = began + seconds
    busy = connections
    idle = asyncio.Event()

    def answered(line: _Line, status: int) -> None:
        nonlocal busy
        now = time.perf_counter()
        outcome.latencies.append(now - line.due)
        outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
        if now < until:
            line.ask(next(requests), now)
        else:
            busy -= 1
            if busy == 0:
                idle.set()

    lines = await _connect(host, port, answered, connections)
    for line in lines:
        line.ask(next(requests), time.perf_counter())
    await asyncio.wait_for(idle.wait(), seconds + 30)
    outcome.seconds = time.perf_counter() - began
    _hang_up(lines)
    return outcome


async def paced(
    host: str,
    port: int,
    requests: Iterator[bytes],
    *,
    per_second: float,
    seconds: float,
    connections: int = 256,
) -> Outcome:
    """Send at a steady rate for `seconds`; a request waits for a free connection on its own account."""
    outcome = Outcome()
    free: asyncio.Queue[_Line] = asyncio.Queue()
    under_way = 0
    idle = asyncio.Event()

    def answered(line: _Line, status: int) -> None:
        nonlocal under_way
        outcome.latencies.append(time.perf_counter() - line.due)
        outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
        under_way -= 1
        free.put_nowait(line)
        if under_way == 0:
            idle.set()

    lines = await _connect(host, port, answered, connections)
    for line in lines:
        free.put_nowait(line)
    began = time.perf_counter()
    for turn in count():
        due = began + turn / per_second
        if due > began + seconds:
            break
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        line = await free.get()
        under_way += 1
        line.ask(next(requests), due)
    idle.clear()
    if under_way:
        await asyncio.wait_for(idle.wait(), 30)
    outcome.seconds = time.perf_counter() - began
    _hang_up(lines)
    return outcome


@dataclass(frozen=True)
class Answer:
    """What one request was answered with."""

    status: int
    seconds: float
    body: bytes


async def once(host: str, port: int, request: bytes) -> Answer:
    """One request and the seconds it took, on a connection made before the clock starts."""
    answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def answered(line: _Line, status: int) -> None:
        answer.set_result(Answer(status, time.perf_counter() - line.due, line.body))

    [line] = await _connect(host, port, answered, 1)
    line.ask(request, time.perf_counter())
    try:
        return await asyncio.wait_for(answer, 60)
    finally:
        _hang_up([line])


async def _connect(
    host: str, port: int, answered: Callable[[_Line, int], None], connections: int
) -> list[_Line]:
    loop = asyncio.get_running_loop()
    pairs = [await loop.create_connection(lambda: _Line(answered), host, port) for _ in range(connections)]
    return [line for _, line in pairs]


def _hang_up(lines: list[_Line]) -> None:
    for line in lines:
        if line.transport is not None:
            line.transport.close()
