"""The scorecard of providers: what each account and rail was worth over 7, 30 or 90 days, and as a file."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.flows.views_scorecard import AccountScore, Answering, Score, scorecard
from orderan.kit.db import Tx
from orderan.payments import METHODS
from orderan.shops import shop_by_id
from orderan.web.dashboard.board import common
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.finance import READ, as_file, whole_shop
from orderan.web.pages import page

HOME: Final = "/payments/scorecard"
DAYS: Final = (7, 30, 90)
USUAL: Final = 30
HEADING: Final = (
    "account", "gateway", "method", "availability", "watched_s", "down_s", "tries", "made", "failed_customer",
    "failed_gateway", "failed_bank", "failed_unknown", "issued", "paid", "told", "untold", "lag_p95_s", "incidents",
    "incident_s", "incidents_asked", "incidents_answered", "answered_in_s", "payments", "gross_minor", "cost_minor",
    "cost_settled", "cost_listed", "cost_each_minor", "compared", "dearer", "saved_minor", "riskier",
)  # fmt: skip


@get(HOME, opt=READ, include_in_schema=False)
async def scorecard_page(visit: NamedDependency[Visit], days: FromQuery[str] = "") -> Response[str]:
    """Every account that did something in the time, with its rails."""
    whole_shop(visit.principal)
    chosen = _days(days)
    found = await _read(visit, chosen)
    return page(
        visit.request,
        "gateways/scorecard.html",
        now=visit.now,
        found=found,
        chosen=chosen,
        choices=DAYS,
        dearer=sum(one.score.dearer for one in found),
        saved_minor=sum(one.score.saved_minor for one in found),
        riskier=sum(one.score.riskier for one in found),
        compared=sum(one.score.compared for one in found),
        **common(visit),
    )


@get(f"{HOME}/export.csv", opt=READ, include_in_schema=False)
async def scorecard_exported(visit: NamedDependency[Visit], days: FromQuery[str] = "") -> Response[str]:
    """The same figures as a file: a line for each account, and one for each of its rails."""
    whole_shop(visit.principal)
    chosen = _days(days)
    found = await _read(visit, chosen)
    name = f"scorecard-{chosen}-{visit.now:%Y%m%d}.csv"
    return as_file(name, HEADING, (line for one in found for line in _lines(one)))


def _days(typed: str) -> int:
    return next((days for days in DAYS if str(days) == typed), USUAL)


async def _read(visit: Visit, days: int) -> list[AccountScore]:
    until: datetime = visit.now

    async def read(tx: Tx) -> list[AccountScore]:
        shop = await shop_by_id(tx, tx.shop_id)
        return await scorecard(tx, since=until - timedelta(days=days), until=until, zone=shop.time_zone)

    return await visit.db.run(visit.caller, read)


def _lines(one: AccountScore) -> Iterator[tuple[Any, ...]]:
    named = (one.account.name, one.account.gateway)
    yield (*named, None, *_cells(one.score, one.answering))
    for rail in one.rails:
        # Conversations are with a provider, not with a rail.
        method = METHODS[rail.rail.method].code
        yield (*named, method, *_cells(rail.score, None))


def _cells(score: Score, answering: Answering | None) -> tuple[Any, ...]:
    share = score.availability
    spoken = (None,) * 3 if answering is None else (answering.asked, answering.answered, answering.middle_s)
    return (
        None if share is None else round(share, 6), round(score.watched_s), round(score.down_s), score.tries,
        score.made, score.customer, score.gateway, score.bank, score.unknown, score.issued, score.paid, score.told,
        score.untold, None if score.lag_s is None else round(score.lag_s, 3), score.incidents,
        round(score.incident_s), *spoken, score.payments, score.gross_minor, score.cost_minor, score.settled,
        score.listed, score.each_minor, score.compared, score.dearer, score.saved_minor, score.riskier,
    )  # fmt: skip


handlers = [scorecard_page, scorecard_exported]
