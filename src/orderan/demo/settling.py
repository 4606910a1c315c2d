"""What gateways paid out to the demo shop, as the files they sent, and the bank's statements of it.

Nearly every line is as it should be. Finance finds a fee that is dearer than agreed, a payment nobody settled,
a line of a shop that is not ours, and a payout the bank shortened; one older difference was explained.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.access import list_staff
from orderan.demo import views
from orderan.demo.scene import Scene
from orderan.demo.views import Taken
from orderan.flows.reconcile import settle_file, settle_statement
from orderan.flows.views_finance import differences
from orderan.gateways import GATEWAY_NAMES
from orderan.kit.db import Caller, Tx
from orderan.payments import METHODS, Fee, fees_on
from orderan.settlements import (
    FORMATS,
    FileKind,
    ReadSettlement,
    Reason,
    SavedMapping,
    as_format,
    explain,
    keep_mapping,
    mappings,
    read_settlement,
    read_statement,
    usual_day,
)

T = TypeVar("T")

WHO: Final = "Hendra Gunawan"
HEADINGS: Final = {
    "xendit": ("Reference", "Product ID", "Channel", "Amount", "Total Fee", "Total VAT", "Net Amount",
               "Settlement Date", "Payout ID"),
    "": ("Order ID", "Transaction ID", "Payment Type", "Gross Amount", "Fee", "VAT", "Net Amount",
         "Settlement Date", "Batch ID"),
}  # fmt: skip
OURS: Final = (
    "reference",
    "gateway_id",
    "method",
    "gross",
    "fee",
    "tax",
    "net",
    "settled_on",
    "payout_reference",
)
ZONE: Final = ZoneInfo("Asia/Jakarta")
OVERCHARGED_MINOR: Final = 1_500
SHORTENED_MINOR: Final = 2_500
ON_ITS_WAY: Final = 2
"""The last payouts of an account, which no statement tells of yet."""
ENOUGH: Final = 12
"""Lines a week needs before something in it goes wrong."""
ACCOUNT: Final = "5220456789"


@dataclass(frozen=True, slots=True)
class Row:
    """A line as its gateway writes it."""

    reference: str
    gateway_id: str
    method: str
    gross: int
    fee: int
    tax: int
    day: date
    payout: str

    @property
    def net(self) -> int:
        return self.gross - self.fee - self.tax


class Settling:
    """Gateways and a bank that write to the shop."""

    def __init__(self, scene: Scene, now: datetime) -> None:
        self._scene = scene
        self._now = now
        self._brings = Caller(scene.ground.shop.shop_id, "staff:demo")
        self._explained = False

    async def until_yesterday(self, since: datetime) -> None:
        """Everything that was paid out since a day and before today; a shop too small for it has less."""
        [brings] = [one for one in await self._do(list_staff) if one.name == WHO]
        self._brings = Caller(self._scene.ground.shop.shop_id, f"staff:{brings.id}")
        taken = await self._do(lambda tx: views.taken_through_gateways(tx, since=since))
        fees = await self._do(lambda tx: fees_on(tx, self._now.astimezone(ZONE).date()))
        by_account: dict[tuple[UUID, str], list[Taken]] = defaultdict(list)
        for one in taken:
            by_account[one.account_id, one.gateway].append(one)
        arrived: list[Row] = []
        busiest = max((len(some) for some in by_account.values()), default=0)
        for (account, gateway), some in sorted(by_account.items(), key=lambda item: item[0][1]):
            rows = [row for one in some if (row := self._row(one, fees.get(one.rail_id))) is not None]
            arrived += await self._account(account, gateway, rows, troubled=len(some) == busiest)
        await self._bank(arrived)

    def _row(self, one: Taken, fee: Fee | None) -> Row | None:
        day = usual_day(one.paid_on, METHODS[one.method].settles_in_days)
        if day >= self._now.astimezone(ZONE).date():
            return None
        charged, tax = fee.of(one.amount_minor) if fee else (0, 0)
        payout = f"{one.gateway[:3].upper()}{day:%y%m%d}"
        return Row(one.reference, one.gateway_id, one.method, one.amount_minor, charged, tax, day, payout)

    async def _account(self, account: UUID, gateway: str, rows: list[Row], *, troubled: bool) -> list[Row]:
        """Bring an account's files, a week each; the rows its bank has seen by now."""
        rows.sort(key=lambda row: (row.day, row.reference))
        weeks = [list(some) for _, some in groupby(rows, key=lambda row: row.day.isocalendar()[:2])]
        if troubled:
            weeks = _go_wrong(weeks)
        for week in weeks:
            brought_at = min(_nine(week[-1].day + timedelta(days=1)), self._now)
            file = await self._read(gateway, week)
            name = f"settlement-{gateway}-{week[0].day:%G-W%V}.csv"
            await self._do(lambda tx: settle_file(tx, account, name, file, now=brought_at))
            if troubled and not self._explained:
                self._explained = await self._do(lambda tx: _explain(tx, brought_at + timedelta(hours=2)))
        on_its_way = sorted({row.day for week in weeks for row in week})[-ON_ITS_WAY:]
        return [row for week in weeks for row in week if row.day not in on_its_way]

    async def _read(self, gateway: str, rows: Sequence[Row]) -> ReadSettlement:
        headings = HEADINGS.get(gateway, HEADINGS[""])
        content = _csv(
            headings,
            [
                (row.reference, row.gateway_id, row.method, row.gross, row.fee, row.tax, row.net, row.day, row.payout)
                for row in rows
            ],
        )  # fmt: skip
        how = FORMATS.get(gateway)
        if how is None:
            columns = dict(zip(OURS, headings, strict=True))
            mapping = await self._do(lambda tx: _mapping(tx, gateway, columns, self._now))
            how = as_format(mapping)
        return read_settlement(f"{gateway}.csv", content, how, zone=ZONE)

    async def _do(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        return await self._scene.db.run(self._brings, work)

    async def _bank(self, rows: Sequence[Row]) -> None:
        """A statement of everything that arrived, with one payout a little short."""
        payouts: dict[tuple[date, str], int] = defaultdict(int)
        for row in rows:
            payouts[row.day, row.payout] += row.net
        lines: list[tuple[Any, ...]] = [
            (day, f"TRSF E-BANKING CR {payout}", amount) for (day, payout), amount in sorted(payouts.items())
        ]
        if len(lines) > ENOUGH:
            day, words, amount = lines[-3]
            lines[-3] = (day, words, amount - SHORTENED_MINOR)
        if not lines:
            return
        content = _csv(("Tanggal", "Keterangan", "Kredit"), lines)
        read = read_statement("mutasi.csv", content, None, account=ACCOUNT, zone=ZONE)
        name = f"mutasi-bca-{lines[-1][0]:%Y-%m-%d}.csv"
        await self._do(lambda tx: settle_statement(tx, name, read, now=self._now))


async def _mapping(tx: Tx, gateway: str, columns: Mapping[str, str], now: datetime) -> SavedMapping:
    name = f"Laporan {GATEWAY_NAMES[gateway]}"
    for one in await mappings(tx, FileKind.SETTLEMENT):
        if one.name == name:
            return one
    return await keep_mapping(tx, FileKind.SETTLEMENT, name, columns, decimal_sign=".", now=now)


async def _explain(tx: Tx, at: datetime) -> bool:
    """Say why a fee was dearer; whether there was one."""
    found = await differences(tx, states=["open"], reason=Reason.FEE_DIFFERS)
    for one in found:
        word = "Tarif lama ikut terpotong; gateway mengembalikannya pada pencairan berikutnya."
        await explain(tx, one.id, word, now=at)
    return bool(found)


def _go_wrong(weeks: list[list[Row]]) -> list[list[Row]]:
    """A fee too high in the first week and in the last full one, which lacks a line and has one too many."""
    full = [place for place, week in enumerate(weeks) if len(week) >= ENOUGH]
    if len(full) < 2:
        return weeks
    first, last = weeks[full[0]], weeks[full[-2]]
    first[0] = _overcharged(first[0])
    last[3] = _overcharged(last[3])
    lost = last.pop(7)
    stray = Row("TOKO-LAMA-1182", "toko-lama-1182", "qris", 150_000, 1_050, 116, lost.day, lost.payout)
    last.append(stray)
    return weeks


def _overcharged(row: Row) -> Row:
    return Row(
        row.reference, row.gateway_id, row.method, row.gross, row.fee + OVERCHARGED_MINOR, row.tax, row.day,
        row.payout,
    )  # fmt: skip


def _nine(day: date) -> datetime:
    return datetime.combine(day, time(9), ZONE)


def _csv(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writing = csv.writer(text)
    writing.writerow(headings)
    writing.writerows(rows)
    return text.getvalue().encode()
