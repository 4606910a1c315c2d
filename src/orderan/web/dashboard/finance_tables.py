"""Finance in the dashboard: fees by rail, the age of what is pending, payouts against the bank."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import Permission, Principal
from orderan.flows.views_finance import (
    AGES,
    BankMoney,
    PayoutShown,
    ageing,
    fees_by_month,
    payouts,
    unmatched_bank_money,
)
from orderan.gateways import GATEWAY_NAMES
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_
from orderan.payments import METHODS
from orderan.web.dashboard.desk import Asking
from orderan.web.dashboard.finance import MOST_EXPORTED, as_file, whole_shop
from orderan.web.dashboard.finance_bank import bank_path
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.PAYMENTS_READ}
MONTHS: Final = 12
AGE_NAMES: Final = (
    N_("sampai 15 menit"),
    N_("sampai 1 jam"),
    N_("sampai 6 jam"),
    N_("sampai 1 hari"),
    N_("sampai 3 hari"),
    N_("lebih dari 3 hari"),
)
assert len(AGE_NAMES) == len(AGES) + 1


def names(request: Asking) -> dict[str, str]:
    """Methods by code, in the reader's language."""
    spoken = place_of(request).words
    return {code: spoken.gettext(method.name) for code, method in METHODS.items()}


def first_month(now: datetime, zone: str) -> date:
    """The first day of the month eleven months ago."""
    day = now.astimezone(ZoneInfo(zone)).date().replace(day=1)
    for _ in range(MONTHS - 1):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


@get("/payments/fees", opt=READ, include_in_schema=False)
async def fees_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[str]:
    """What each method through each account cost, month by month."""
    whole_shop(principal)
    rows = await db.run(caller, lambda tx: fees_by_month(tx, since=first_month(now, principal.zone)))
    months = sorted({row.month for row in rows})
    cost = [sum(row.fee_minor + row.tax_minor for row in rows if row.month == month) for month in months]
    return page(
        request,
        "finance/fees.html",
        rows=rows,
        months=[f"{month:%Y-%m}" for month in months],
        cost=cost,
        names=names(request),
        gateways=GATEWAY_NAMES,
    )


@get("/payments/fees/export.csv", opt=READ, include_in_schema=False)
async def fees_exported(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[str]:
    """The same as a file."""
    whole_shop(principal)
    rows = await db.run(caller, lambda tx: fees_by_month(tx, since=first_month(now, principal.zone)))
    heading = ("month", "gateway", "account", "method", "payments", "gross", "fee", "tax", "net", "currency")
    cells = [
        (
            f"{row.month:%Y-%m}", row.gateway, row.account, row.method, row.payments, row.gross_minor, row.fee_minor,
            row.tax_minor, row.net_minor, row.currency,
        )
        for row in rows
    ]  # fmt: skip
    return as_file(f"fees-{now:%Y%m%d}.csv", heading, cells)


@get("/payments/ageing", opt=READ, include_in_schema=False)
async def ageing_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[str]:
    """How long payments have been pending."""
    whole_shop(principal)
    rows = await db.run(caller, lambda tx: ageing(tx, now=now))
    totals = [sum(row.ages[at] for row in rows) for at in range(len(AGE_NAMES))]
    return page(
        request,
        "finance/ageing.html",
        now=now,
        rows=rows,
        totals=totals,
        age_names=AGE_NAMES,
        names=names(request),
        gateways=GATEWAY_NAMES,
    )


@get("/payments/ageing/export.csv", opt=READ, include_in_schema=False)
async def ageing_exported(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> Response[str]:
    """The same as a file."""
    whole_shop(principal)
    rows = await db.run(caller, lambda tx: ageing(tx, now=now))
    ends = [f"{int(age.total_seconds()) // 60}m" for age in AGES]
    heading = ("gateway", "method", *(f"up_to_{end}" for end in ends), f"over_{ends[-1]}", "payments", "amount",
               "currency", "oldest_at")  # fmt: skip
    cells = [
        (row.gateway, row.method, *row.ages, row.payments, row.amount_minor, row.currency, row.oldest_at.isoformat())
        for row in rows
    ]  # fmt: skip
    return as_file(f"ageing-{now:%Y%m%d}.csv", heading, cells)


@get("/payments/payouts", opt=READ, include_in_schema=False)
async def payouts_page(
    request: Asking,
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    tab: FromQuery[str] = "waiting",
) -> Response[str]:
    """Payouts the bank has not shown, money that is no payout, and what was matched."""
    whole_shop(principal)
    chosen = tab if tab in {"waiting", "arrived", "bank"} else "waiting"

    async def read(tx: Tx) -> tuple[list[PayoutShown], list[BankMoney]]:
        if chosen == "bank":
            return [], await unmatched_bank_money(tx)
        return await payouts(tx, arrived=chosen == "arrived"), []

    rows, bank = await db.run(caller, read)
    return page(
        request,
        "finance/payouts.html",
        rows=rows,
        bank=bank,
        tab=chosen,
        gateways=GATEWAY_NAMES,
        money_path=bank_path,
        may_write=principal.may(Permission.PAYMENTS_WRITE),
    )


@get("/payments/payouts/export.csv", opt=READ, include_in_schema=False)
async def payouts_exported(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    tab: FromQuery[str] = "",
) -> Response[str]:
    """Payouts with the bank's side of them, or the bank's money that is no payout, as a file."""
    whole_shop(principal)
    cells: list[tuple[Any, ...]]
    if tab == "bank":
        money = await db.run(caller, lambda tx: unmatched_bank_money(tx, limit=MOST_EXPORTED))
        heading: tuple[str, ...] = ("bank_account", "booked_on", "amount", "currency", "words", "reference")
        cells = [
            (row.bank_account, row.booked_on, row.amount_minor, row.currency, row.words, row.reference)
            for row in money
        ]
        return as_file(f"bank-{now:%Y%m%d}.csv", heading, cells)
    rows = await db.run(caller, lambda tx: payouts(tx, arrived=None, limit=MOST_EXPORTED))
    heading = ("gateway", "account", "reference", "paid_on", "net", "lines", "currency", "booked_on", "bank_account",
               "matched_by", "arrived", "word")  # fmt: skip
    cells = [
        (
            row.gateway, row.account, row.reference, row.paid_on, row.net_minor, row.lines, row.currency, row.booked_on,
            row.bank_account, row.matched_by, row.arrived_minor, row.word,
        )
        for row in rows
    ]  # fmt: skip
    return as_file(f"payouts-{now:%Y%m%d}.csv", heading, cells)


handlers: list[Any] = [
    fees_page,
    fees_exported,
    ageing_page,
    ageing_exported,
    payouts_page,
    payouts_exported,
]
