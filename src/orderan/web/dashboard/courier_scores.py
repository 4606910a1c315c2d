"""How couriers do and what they cost: the worst first, by province, and what carrying each order comes to."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import Permission
from orderan.flows.views_carrying import CarriedOrder, CarryingSums, bears, carried_orders, carrying_sums
from orderan.flows.views_couriers import CourierScore, courier_scores, worst_first
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import to_text
from orderan.shipping import CarryPayer, claims_paid
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.courier_words import courier_name
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.finance import as_file
from orderan.web.dashboard.promise_words import area_named
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.principal import require_whole_shop

READ: Final = {"needs": Permission.SHIPPING_READ}
HERE: Final = "/shipping/couriers"
COSTS: Final = "/shipping/costs"
SPANS: Final = (30, 90, 180)
LEAST: Final = 5
"""An area with fewer ended parcels says little and is not shown."""
SHOWN: Final = 50
MOST_FILED: Final = 10_000
PAYERS: Final = {
    CarryPayer.SHOP: N_("Toko"),
    CarryPayer.BUYER: N_("Pembeli"),
    CarryPayer.MERCHANT: N_("Mitra penjual"),
    CarryPayer.PLATFORM: N_("Platform"),
}
SCORE_COLUMNS: Final = (
    "courier", "area", "sent", "ended", "delivered", "first_try", "first_share", "promised", "on_time", "on_time_share",
    "refused", "returned", "lost", "damaged", "days_p50", "days_p90", "cod_collected", "cod_late_share", "cost_each",
    "quoted", "charged",
)  # fmt: skip
COST_COLUMNS: Final = (
    "order", "placed_at", "currency", "couriers", "parcels", "cost", "unknown", "buyer_pays", "added", "shop", "buyer",
    "merchant", "platform", "charged_over_quoted",
)  # fmt: skip


@get(HERE, opt=READ, include_in_schema=False)
async def courier_scores_page(visit: NamedDependency[Visit], days: FromQuery[int] = 90) -> Response[str]:
    """Couriers over a time, and the areas where they do worst."""
    require_whole_shop(visit.principal, Permission.SHIPPING_READ)
    span = days if days in SPANS else SPANS[1]
    scores = await visit.db.run(visit.caller, lambda tx: _scores(tx, visit, span))
    return page(
        visit.request,
        "shipping/scores.html",
        now=visit.now,
        path=HERE,
        span=span,
        spans=SPANS,
        couriers=worst_first([one for one in scores if not one.area]),
        areas=worst_first([one for one in scores if one.area and one.ended >= LEAST])[:SHOWN],
        least=LEAST,
        courier_name=courier_name,
        area_named=_area,
    )


@get(f"{HERE}/export.csv", opt=READ, include_in_schema=False)
async def courier_scores_exported(visit: NamedDependency[Visit], days: FromQuery[int] = 90) -> Response[str]:
    """The same as a file, every area."""
    require_whole_shop(visit.principal, Permission.SHIPPING_READ)
    span = days if days in SPANS else SPANS[1]
    scores = await visit.db.run(visit.caller, lambda tx: _scores(tx, visit, span))
    cells = [
        (
            one.courier,
            one.area,
            one.sent,
            one.ended,
            one.delivered,
            one.first,
            _share(one.first_share),
            one.judged,
            one.kept,
            _share(one.kept_share),
            one.refused,
            one.returned,
            one.lost,
            one.damaged,
            _share(one.half_days),
            _share(one.most_days),
            one.cash,
            _share(one.cash_late_share),
            one.each_minor,
            one.quoted_minor,
            one.charged_minor,
        )
        for one in worst_first(scores)
    ]
    return as_file(f"courier-scores-{visit.now:%Y%m%d}.csv", SCORE_COLUMNS, cells)


@get(COSTS, opt=READ, include_in_schema=False)
async def carrying_costs_page(
    visit: NamedDependency[Visit], days: FromQuery[int] = 30, after: FromQuery[str] = ""
) -> Response[str]:
    """What carrying each order costs, beside what its buyer pays, and who bears the rest."""
    require_whole_shop(visit.principal, Permission.SHIPPING_READ)
    span = days if days in SPANS else SPANS[0]
    since = visit.now - timedelta(days=span)

    async def read(tx: Tx) -> tuple[list[CarriedOrder], CarryingSums, int]:
        rows = await carried_orders(tx, since=since, after=read_cursor(after), limit=SHOWN + 1)
        return rows, await carrying_sums(tx, since=since), await claims_paid(tx, since=since)

    rows, sums, claimed = await visit.db.run(visit.caller, read)
    last = rows[SHOWN - 1] if len(rows) > SHOWN else None
    words = place_of(visit.request).words
    return page(
        visit.request,
        "shipping/costs.html",
        now=visit.now,
        path=COSTS,
        span=span,
        spans=SPANS,
        sums=sums,
        claimed_minor=claimed,
        rows=[
            {
                "order": one,
                "path": f"/orders/{to_text('ord', one.order_id)}",
                "bears": [(words.gettext(PAYERS[payer]), minor) for payer, minor in bears(one).items()],
            }
            for one in rows[:SHOWN]
        ],
        older=cursor_of(last.placed_at, last.order_id) if last else None,
        courier_name=courier_name,
    )


@get(f"{COSTS}/export.csv", opt=READ, include_in_schema=False)
async def carrying_costs_exported(visit: NamedDependency[Visit], days: FromQuery[int] = 30) -> Response[str]:
    """The same as a file, the newest ten thousand orders."""
    require_whole_shop(visit.principal, Permission.SHIPPING_READ)
    span = days if days in SPANS else SPANS[0]
    since = visit.now - timedelta(days=span)
    rows = await visit.db.run(visit.caller, lambda tx: carried_orders(tx, since=since, limit=MOST_FILED))
    return as_file(f"carrying-costs-{visit.now:%Y%m%d}.csv", COST_COLUMNS, [_cost(one) for one in rows])


def _cost(one: CarriedOrder) -> Sequence[Any]:
    borne = bears(one)
    return (
        one.number,
        one.placed_at.isoformat(),
        one.currency,
        " ".join(one.couriers),
        one.parcels,
        one.cost_minor,
        one.unknown,
        one.paid_minor,
        one.borne_minor,
        *(borne.get(payer, 0) for payer in CarryPayer),
        one.dearer_minor,
    )


async def _scores(tx: Tx, visit: Visit, days: int) -> list[CourierScore]:
    return await courier_scores(tx, since=visit.now - timedelta(days=days), now=visit.now)


def _area(code: str) -> str:
    return "" if code == "?" else area_named(code)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


handlers: list[Any] = [
    courier_scores_page,
    courier_scores_exported,
    carrying_costs_page,
    carrying_costs_exported,
]
