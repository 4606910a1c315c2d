"""Finance in the dashboard: payments that came in, what each cost, and when it is paid out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import Permission, Principal
from orderan.flows.views_received import Received, Settled, Sums, Wanted, received, sums_received
from orderan.gateways import GATEWAY_NAMES
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_
from orderan.kit.i18n import local_date
from orderan.kit.ids import NotAnId, from_text, to_text
from orderan.kit.text import NumberMistyped, read_number
from orderan.payments import METHODS, GatewayAccount, accounts
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import Asking
from orderan.web.dashboard.finance import MOST_EXPORTED, as_file, whole_shop
from orderan.web.dashboard.payments import METHODS as BY_HAND
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.PAYMENTS_READ}
HERE: Final = "/payments/received"
SHOWN: Final = 50
DAYS: Final = 30
"""Shown while nobody says which."""
SETTLED: Final = {
    Settled.YES: N_("Sudah di berkas settlement"),
    Settled.NO: N_("Belum di berkas settlement"),
    Settled.BY_HAND: N_("Tidak lewat gateway"),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What is looked for, as it stands in the address; what makes no sense looks for nothing."""

    since: date
    until: date
    method: str
    account: str
    settled: str
    q: str

    def wanted(self, zone: str) -> Wanted:
        return Wanted(
            since=_midnight(self.since, zone),
            until=_midnight(self.until + timedelta(days=1), zone),
            method=self.method or None,
            account_id=_account(self.account),
            settled=next((one for one in Settled if one == self.settled), None),
            number=_number(self.q),
        )

    @property
    def query(self) -> dict[str, str]:
        """The same for another address, without what says nothing."""
        told = {"from": f"{self.since}", "until": f"{self.until}", "method": self.method}
        told |= {"account": self.account, "settled": self.settled, "q": self.q}
        return {name: value for name, value in told.items() if value}


def typed(query: Mapping[str, str], now: datetime, zone: str) -> Typed:
    """Read the address; without days, the last thirty."""
    today = local_date(now, zone)
    until = _day(query.get("until", "")) or today
    since = _day(query.get("from", "")) or until - timedelta(days=DAYS - 1)
    method = query.get("method", "")
    return Typed(
        since=since,
        until=until,
        method=method if method in METHODS or method in BY_HAND else "",
        account=query.get("account", "") if _account(query.get("account", "")) else "",
        settled=query.get("settled", "") if query.get("settled", "") in SETTLED else "",
        q=query.get("q", "").strip()[:40],
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2200, 1, 1) else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _account(text: str) -> UUID | None:
    try:
        return from_text("gwa", text) if text else None
    except NotAnId:
        return None


def _number(text: str) -> int | None:
    """The number of an order; what is no number is that of none."""
    try:
        return read_number(text) if text else None
    except NumberMistyped:
        return 0


@get(HERE, opt=READ, include_in_schema=False)
async def received_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    after: FromQuery[str] = "",
) -> Response[str]:
    """The newest first, with what they come to."""
    whole_shop(principal)
    asked = typed(request.query_params, now, principal.zone)
    wanted = asked.wanted(principal.zone)

    async def read(tx: Tx) -> tuple[list[Received], list[Sums], list[GatewayAccount]]:
        rows = await received(tx, wanted, after=read_cursor(after), limit=SHOWN + 1)
        return rows, await sums_received(tx, wanted), await accounts(tx)

    rows, sums, doors = await db.run(caller, read)
    cut = _whole_groups(rows)
    last = rows[cut - 1] if cut < len(rows) else None
    return page(
        request,
        "finance/received.html",
        now=now,
        rows=rows[:cut],
        older=cursor_of(last.at, last.order_id) if last else None,
        sums=sums,
        asked=asked,
        settled=SETTLED,
        names=names(request),
        doors=[(to_text("gwa", one.id), one.name) for one in doors],
        gateways=GATEWAY_NAMES,
        order_path=lambda order: f"/payments/orders/{to_text('ord', order)}",
    )


def _whole_groups(rows: list[Received]) -> int:
    """How many rows a page shows: what came at once for one order is not torn apart."""
    cut = min(SHOWN, len(rows))
    while 0 < cut < len(rows) and _place(rows[cut]) == _place(rows[cut - 1]):
        cut += 1
    return cut


def _place(row: Received) -> tuple[datetime, UUID]:
    return row.at, row.order_id


def names(request: Asking) -> dict[str, str]:
    """Ways to pay by code, in the reader's language."""
    spoken = place_of(request).words
    told = {code: spoken.gettext(method.name) for code, method in METHODS.items()}
    return told | {code: spoken.gettext(said) for code, said in BY_HAND.items()}


@get(f"{HERE}/export.csv", opt=READ, include_in_schema=False)
async def received_exported(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[str]:
    """The same as a file."""
    whole_shop(principal)
    wanted = typed(request.query_params, now, principal.zone).wanted(principal.zone)
    rows = await db.run(caller, lambda tx: received(tx, wanted, limit=MOST_EXPORTED))
    heading = ("at", "order", "method", "amount", "currency", "reference", "gateway", "account", "fee", "tax", "net",
               "paid_out_on", "in_bank")  # fmt: skip
    cells: list[tuple[Any, ...]] = [
        (
            row.at.isoformat(), row.number, row.method, row.amount_minor, row.currency, row.reference, row.gateway,
            row.account, row.fee_minor, row.tax_minor, row.net_minor, row.paid_out_on, _yes_no(row.arrived),
        )
        for row in rows
    ]  # fmt: skip
    return as_file(f"payments-{now:%Y%m%d}.csv", heading, cells)


def _yes_no(arrived: bool | None) -> str:
    return "" if arrived is None else "yes" if arrived else "no"


handlers = [received_page, received_exported]
