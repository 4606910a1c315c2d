"""How many letters of a gateway are taken in a second, and whether settling keeps up with them.

notifications_per_s        64 connections, each letter signed, looked at, kept in a durable database and answered
notifications_p50_ms, _p99_ms
                           at 500 a second, half of what is wanted, sent at a steady pace
notifications_behind_s     after the steady pace, until every letter was heard, the gateway asked about every
                           payment that was written about and the money booked
settled_per_s              payments booked a second, from the first letter on until nothing waits any more

Letters are about payments that wait and were paid at the gateway: one that it waits, one that it is paid, and
all of them again for as long as there is time. The worker runs beside the web process and asks a gateway on this
machine, as it does in a shop; all of them share its processors with whoever sends.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import uvloop

from orderan.bench import load
from orderan.bench.ground import Ground, bare_server, grown_up, keyring, know_sizes, prepared, web, worker
from orderan.bench.load import Outcome
from orderan.flows.pay_links import PayLinks
from orderan.flows.place_order import Placed, Placement, PlacementLine, place_orders
from orderan.flows.settle_payment import settle_payments
from orderan.gateways import Charged, Instrument, InstrumentKind
from orderan.gateways import Outcome as Stands
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.migrations import migrate
from orderan.kit.postgres.processes import wait_until
from orderan.orders import Order, take_numbers
from orderan.payments import MoneyEvent, begin_attempt, note_charged, open_account, rails
from orderan.sandbox.gateways.midtrans import MidtransSimulator
from orderan.sandbox.keys import CREDENTIALS
from orderan.sandbox.models import ChargeState, SimCharge, SimRequest

CONNECTIONS: Final = 64
SECONDS: Final = 8.0
STEADY_PER_S: Final = 500.0
"""Half of the thousand a second that have to be taken. A share of what was taken would make the answers of a
faster machine look slow, and no two runs could be compared."""
PAYMENTS: Final = 5_000
"""That letters are about, in each of the two runs."""
LETTERS: Final = 2
"""About each payment."""
BATCH: Final = 250
PATIENCE_S: Final = 180.0
METHOD: Final = "va_bca"
_HEAD_END: Final = b"\r\n\r\n"


@dataclass(frozen=True)
class Figures:
    """What one run measured."""

    notifications_per_s: float
    notifications_p50_ms: float
    notifications_p99_ms: float
    notifications_behind_s: float
    settled_per_s: float


class NotTaken(Exception):
    """A letter was not answered with 200, so the rate means nothing."""


class NotWaiting(Exception):
    """An order could not be placed."""


class NeverSettled(Exception):
    """Letters still wait, or money they told of is not booked, long after the last one."""


@dataclass(frozen=True)
class Told:
    """A payment that a gateway writes about: our reference, its own name, rupiah."""

    reference: str
    gateway_id: str
    amount_minor: int


def measure(
    *,
    seconds: float = SECONDS,
    payments: int = PAYMENTS,
    connections: int = CONNECTIONS,
    tell: Callable[[str], None] = lambda _text: None,
) -> Figures:
    """Run it on a throw-away server; what it made is gone afterwards."""
    with bare_server() as running, _gateway() as (address, knows):
        url = running.url
        migrate(url)
        ground = prepared(url, skus=10, units=1_000_000_000)
        tell(f"{2 * payments} orders that wait for their money")
        path, told = asyncio.run(_waiting(ground, address, 2 * payments))
        knows(told)
        know_sizes(url)
        grown_up(running)
        with worker(url), web(url) as site:
            return _measure(ground, site.port, path, told, seconds, connections, tell)


def _measure(
    ground: Ground,
    port: int,
    path: str,
    told: Sequence[Told],
    seconds: float,
    connections: int,
    tell: Callable[[str], None],
) -> Figures:
    half = len(told) // 2
    first, second = told[:half], told[half:]
    tell("letters, as many as are taken")
    began = time.perf_counter()
    most = _taken(
        uvloop.run(
            load.closed("127.0.0.1", port, _requests(path, first), connections=connections, seconds=seconds)
        )
    )
    # Some of those that were under way at the end may not have come.
    first = first[: max(sum(most.statuses.values()) - LETTERS * connections, LETTERS) // LETTERS]
    _until_settled(ground, first)
    settled_per_s = len(first) / (time.perf_counter() - began)
    tell(f"{most.per_second:,.0f} a second; then {STEADY_PER_S:.0f} a second, at a steady pace")
    second = second[: max(int(STEADY_PER_S * seconds) // LETTERS, 1)]
    steady = _taken(
        asyncio.run(
            load.paced(
                "127.0.0.1",
                port,
                _requests(path, second),
                per_second=STEADY_PER_S,
                seconds=seconds,
            )
        )
    )
    ended = time.perf_counter()
    _until_settled(ground, second)
    return Figures(
        notifications_per_s=round(most.per_second, 1),
        notifications_p50_ms=steady.percentile_ms(0.50),
        notifications_p99_ms=steady.percentile_ms(0.99),
        notifications_behind_s=round(time.perf_counter() - ended, 2),
        settled_per_s=round(settled_per_s, 1),
    )


def _taken(outcome: Outcome) -> Outcome:
    if set(outcome.statuses) != {200}:
        raise NotTaken(str(outcome.statuses))
    return outcome


def _until_settled(ground: Ground, told: Sequence[Told]) -> None:
    references = [one.reference for one in told]
    if not wait_until(lambda: _settled(ground, references), PATIENCE_S):
        raise NeverSettled(f"after {PATIENCE_S:.0f} s")


def _settled(ground: Ground, references: list[str]) -> bool:
    with psycopg.connect(ground.url) as connection:
        connection.execute("SET orderan.shop = '0'")
        row = connection.execute(
            """
            SELECT NOT EXISTS (SELECT FROM gateway_notice WHERE heard_at IS NULL)
               AND NOT EXISTS (SELECT FROM payment_attempt
                               WHERE reference = ANY(%s) AND booked_minor < amount_minor)
            """,
            (references,),
        ).fetchone()
    return bool(row and row[0])


def _requests(path: str, told: Sequence[Told]) -> Iterator[bytes]:
    """Each payment's letters as HTTP requests, over and over."""
    there = MidtransSimulator(CREDENTIALS["midtrans"])
    made = []
    for one in told:
        for state in (ChargeState.PENDING, ChargeState.PAID):
            [letter] = there.news(_charge(one, state), now=datetime.now(UTC))
            head = (
                f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
                f"user-agent: Veritrans\r\ncontent-length: {len(letter.body)}\r\n\r\n"
            )
            made.append(head.encode() + letter.body)
    return cycle(made)


def _charge(told: Told, state: ChargeState) -> SimCharge:
    now = datetime.now(UTC)
    charge = SimCharge(
        "midtrans",
        told.gateway_id,
        told.reference,
        "bank_transfer.bca",
        told.amount_minor,
        now,
        now + timedelta(hours=20),
        state=state,
        notify_url="https://shop.test/notices",
    )
    if state is ChargeState.PAID:
        charge.paid, charge.changed_at = charge.amount, now
    return charge


async def _waiting(ground: Ground, address: str, payments: int) -> tuple[str, list[Told]]:
    """Orders with a virtual account each; where letters about them go, and what they are called."""
    db = Database(ground.url, min_size=1, max_size=2)
    await db.open()
    caller = Caller(ground.shop.shop_id, "system:bench")
    try:
        account_id = await db.run(caller, lambda tx: _account(tx, address))
        told: list[Told] = []
        while len(told) < payments:
            count = min(BATCH, payments - len(told))
            told += await db.run(caller, partial(_offered, ground=ground, count=count))
    finally:
        await db.close()
    notices = PayLinks("http://127.0.0.1", keyring()).notifications(ground.shop.shop_id, account_id)
    return urlsplit(notices).path, told


async def _account(tx: Tx, address: str) -> UUID:
    account = await open_account(
        tx,
        keyring(),
        gateway="midtrans",
        name="Midtrans",
        base_url=address,
        credentials=CREDENTIALS["midtrans"],
        methods=[METHOD],
        now=datetime.now(UTC),
    )
    return account.id


async def _offered(tx: Tx, *, ground: Ground, count: int) -> list[Told]:
    now = datetime.now(UTC)
    numbers = iter(await take_numbers(tx, count))
    placements = [Placement(channel="web", lines=[PlacementLine("K0", 1)]) for _ in range(count)]
    placed = await place_orders(
        tx, ground.shop, placements, keyring=keyring(), next_number=lambda: next(numbers), now=now
    )
    [rail] = await rails(tx)
    told: list[Told] = []
    events: list[MoneyEvent] = []
    for answer in placed:
        if not isinstance(answer, Placed):
            raise NotWaiting(str(answer))
        order: Order = answer.order
        attempt = await begin_attempt(
            tx,
            order.id,
            rail,
            number=order.number,
            amount_minor=order.due_minor,
            currency=order.currency,
            expires_at=now + timedelta(hours=20),
            now=now,
        )
        number = Instrument(InstrumentKind.VIRTUAL_ACCOUNT, number=f"88{order.number:012d}")
        charged = Charged(f"there-{order.number}", Stands.PENDING, number, b"{}")
        noted = await note_charged(tx, attempt, charged, took_ms=100, now=now)
        events += noted.events
        told.append(Told(attempt.reference, charged.gateway_id, attempt.amount_minor))
    await settle_payments(tx, events, now=now)
    return told


@contextmanager
def _gateway() -> Iterator[tuple[str, Callable[[Sequence[Told]], None]]]:
    """A gateway in a process of its own; where it is, and how it is told what was paid."""
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(there,), daemon=True)
    process.start()
    try:
        port: int = here.recv()

        def knows(told: Sequence[Told]) -> None:
            here.send(list(told))
            here.recv()

        yield f"http://127.0.0.1:{port}", knows
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection) -> None:
    asyncio.run(_answer_all(pipe))


async def _answer_all(pipe: Connection) -> None:
    there = MidtransSimulator(CREDENTIALS["midtrans"])
    listening = await asyncio.get_running_loop().create_server(lambda: _Desk(there), "127.0.0.1", 0)
    pipe.send(listening.sockets[0].getsockname()[1])
    for told in await asyncio.to_thread(pipe.recv):
        there.book.add(_charge(told, ChargeState.PAID))
    pipe.send(True)
    await listening.serve_forever()


class _Desk(asyncio.Protocol):
    """One connection to the simulated gateway."""

    def __init__(self, there: MidtransSimulator) -> None:
        self._there = there
        self._came = b""
        self._out: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, mark, body = self._came.partition(_HEAD_END)
        if not mark:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        if len(body) < int(headers.get("content-length", "0")):
            return
        self._came = b""
        reply = self._there.answer(SimRequest(method, path, headers, body), now=datetime.now(UTC))
        self._out.write(
            f"HTTP/1.1 {reply.status} OK\r\ncontent-type: application/json\r\n"
            f"content-length: {len(reply.body)}\r\n\r\n".encode()
            + reply.body
        )
