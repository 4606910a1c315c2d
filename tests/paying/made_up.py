"""A small made-up day of two rails of one method, whose every figure can be counted by hand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from conftest import ShopFloor
from flows.paying import Till
from orderan.flows.watch_rails import watch_rails
from orderan.health import save_norm, watches
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.payments import Attempt, Rail, rails
from orderan.payments.store_attempts import insert_attempt, save_attempts

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Day:
    """Tries of one order, which is all they need of one.

    Attributes:
        first: BCA's virtual accounts at Midtrans; second: at Xendit.
    """

    till: Till
    first: Rail
    second: Rail
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def floor(self) -> ShopFloor:
        return self.till.floor

    @property
    def now(self) -> datetime:
        return self.till.clock.at

    async def tried(
        self,
        rail: Rail,
        at: datetime,
        *,
        state: str = "offered",
        took_ms: int = 100,
        blame: str | None = None,
        amount: int = 20_000,
        paid_at: datetime | None = None,
        word_after_s: int | None = None,
        lasts: timedelta = DAY,
    ) -> UUID:
        """One try that was charged at a moment.

        Args:
            word_after_s: So many seconds after it was paid its gateway sent word; None: it sent none.
        """
        one = Attempt(
            id=new_id(),
            order_id=self.till.order.id,
            rail_id=rail.id,
            method=rail.method,
            gateway=rail.gateway,
            reference=f"made-up-{next(self.numbers)}",
            amount_minor=amount,
            currency="IDR",
            state=state,
            gateway_id=None,
            instrument=None,
            reason=None,
            booked_minor=0,
            returned_minor=0,
            began_at=at,
            expires_at=at + lasts,
            moved_at=at,
            ask_at=at + lasts if state in {"offered", "unknown"} else None,
            asked=0,
        )
        charged = replace(
            one,
            instrument={"kind": "virtual_account", "number": "8808"} if blame is None else None,
            charged_at=at,
            took_ms=took_ms,
            blame=blame,
            paid_at=paid_at if word_after_s is None or paid_at is None else paid_at + _s(word_after_s),
            paid_there_at=paid_at,
        )

        async def keep(tx: Tx) -> None:
            await insert_attempt(tx, one)
            await save_attempts(tx, [charged])
            if paid_at is not None and word_after_s is not None:
                await _word(tx, rail, one.id, paid_at + _s(word_after_s))

        await self.floor.run(keep)
        return one.id

    async def watch(self, *, learned: bool = False, hours: Sequence[tuple[int, float]] = ()) -> None:
        """Begin to watch three days ago, count what was done, and say what is normally paid in which hour."""
        await self.floor.run(lambda tx: watch_rails(tx, now=self.now - 3 * DAY))
        await self.floor.run(lambda tx: watch_rails(tx, now=self.now))

        async def learn(tx: Tx) -> None:
            for rail_id, one in (await watches(tx)).items():
                paid = [0.1] * 168
                for hour, share in hours:
                    paid[hour] = share
                await save_norm(tx, rail_id, replace(one.norm, paid=tuple(paid)), now=self.now)

        if learned:
            await self.floor.run(learn)


def _s(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


async def a_day(till: Till) -> Day:
    first, second = await till.floor.run(rails)
    return Day(till, first, second)


async def _word(tx: Tx, rail: Rail, attempt_id: UUID, at: datetime) -> None:
    await tx.run(
        """
        INSERT INTO gateway_notice (shop_id, id, account_id, verdict, dedupe_key, headers, body, attempt_id,
                                    received_at, heard_at)
        VALUES (%(shop)s, %(id)s, %(account)s, 'genuine', %(key)s, '{}', '', %(attempt)s, %(at)s, %(at)s)
        """,
        {
            "shop": tx.shop_id,
            "id": new_id(),
            "account": rail.account_id,
            "key": str(attempt_id),
            "attempt": attempt_id,
            "at": at,
        },
    )
