"""The demo shop's routing rules: three versions that were followed, and a draft that was tried and waits.

A version is put live on the day it is said to be of, so that what buyers paid since was chosen by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from orderan.demo import views
from orderan.flows.try_routing import known_to_rules, try_draft
from orderan.kit.db import Caller, Database, Tx
from orderan.routing import change_draft, draft, put_live
from orderan.shops import Shop

TRIED: Final = timedelta(hours=1)
"""After midnight somebody sits down to it."""


@dataclass(frozen=True, slots=True)
class _Written:
    """A version of the rules as it was put live once.

    Attributes:
        days_ago: When.
    """

    days_ago: int
    rules: Sequence[Mapping[str, Any]]
    note: str


BIG_BCA: Final = {
    "name": "VA BCA besar di jam kerja",
    "when": {"methods": ["va_bca"], "at_least_minor": 500_000, "from_hour": 8, "to_hour": 20},
    "split": [{"gateway": "xendit", "parts": 70}, {"gateway": "midtrans", "parts": 30}],
}
QRIS: Final = {"name": "QRIS yang termurah", "when": {"methods": ["qris"]}, "cheapest": True}
LAST: Final = {"name": "iPaymu cadangan saja", "last": ["ipaymu"]}
WRITTEN: Final = (
    _Written(24, [LAST], "iPaymu baru dibuka, jadi cadangan dulu"),
    _Written(15, [QRIS, LAST], "QRIS ke yang termurah"),
    _Written(5, [BIG_BCA, QRIS, LAST], "Setelah gangguan Midtrans, VA BCA besar dibagi dua"),
)
NEXT: Final = (
    BIG_BCA,
    QRIS,
    {
        "name": "Malam hari ke Xendit",
        "when": {"from_hour": 21, "to_hour": 6},
        "prefer": ["xendit", "midtrans"],
    },
    LAST,
)
"""The draft that nobody put live yet."""


class Routes:
    """Whoever looks after the rules of the shop."""

    def __init__(self, db: Database, shop: Shop) -> None:
        self._db = db
        self._shop = shop

    async def on_day(self, midnight: datetime, *, days_left: int) -> None:
        """Put live the version of this day, if there is one."""
        for written in WRITTEN:
            if written.days_ago == days_left:
                await self._write(written, midnight + TRIED)

    async def draft_next(self, now: datetime) -> None:
        """Write down and try what is meant to come next."""
        await self._write(_Written(0, NEXT, ""), now)

    async def _write(self, written: _Written, now: datetime) -> None:
        owner = await self._db.run(Caller(self._shop.shop_id, "system:demo"), views.owner)
        boss = Caller(self._shop.shop_id, f"staff:{owner}")
        await self._db.run(boss, lambda tx: _write(tx, written, now=now))


async def _write(tx: Tx, written: _Written, *, now: datetime) -> None:
    known = await known_to_rules(tx)
    gateways = set(known.gateways or ())
    rules = [rule for rule in written.rules if _named(rule) <= gateways]
    before = (await draft(tx)).revision
    kept = await change_draft(tx, rules, expected=before, known=known, now=now)
    if kept.revision == before:
        return
    await try_draft(tx, kept.revision, days=7, now=now)
    if written.note:
        await put_live(tx, expected=kept.revision, note=written.note, known=known, now=now)


def _named(rule: Mapping[str, Any]) -> set[str]:
    split = {one["gateway"] for one in rule.get("split", ())}
    return split | set(rule.get("prefer", ())) | set(rule.get("last", ()))
