"""Trust: held orders with their evidence, orders that were not taken, and whom the rules stop."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from orderan.access import Permission
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.kit.ids import to_text
from orderan.orders import orders_by_id
from orderan.trust import (
    DENIAL_PREFIX,
    Denial,
    DenialState,
    Review,
    Share,
    appeals,
    denials,
    fairness,
    followed,
    links_of,
    open_reviews_of,
)
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.trust_words import DENIALS, GROUPS, OUTCOMES, codes_told, reasons_told
from orderan.web.here import place_of
from orderan.web.pages import page
from orderan.web.principal import require_whole_shop

READ: Final = {"needs": Permission.TRUST_READ}
HERE: Final = "/trust"
MODELS: Final = f"{HERE}/models"
MOST: Final = 50
LATEST: Final = 10
"""Orders that were not taken, on the page of what waits."""
FAIR_DAYS: Final = 90
LEAST_TRIED: Final = 10
"""Of an area, before its share says anything."""
SAID: Final[Mapping[str, str]] = {
    "cleared": N_("Pesanan dilanjutkan. Gudang bisa mulai mengambil barangnya."),
    "refused": N_("Pesanan dibatalkan, dan pembelinya diingat."),
}


@get(HERE, opt=READ, include_in_schema=False)
async def trust_page(visit: NamedDependency[Visit], said: FromQuery[str] = "") -> Response[Any]:
    """What waits for a look or an answer, what was not taken lately, and how groups of buyers fare."""
    require_whole_shop(visit.principal, Permission.TRUST_READ)
    words = place_of(visit.request).words

    async def read(tx: Tx) -> dict[str, Any]:
        since = visit.now - timedelta(days=FAIR_DAYS)
        reviews = await open_reviews_of(tx, now=visit.now, limit=MOST)
        policy, version = await followed(tx)
        return {
            "reviews": await _reviews(tx, reviews, words),
            "appeals": [denial_row(one, words) for one in await appeals(tx, limit=MOST)],
            "denials": [denial_row(one, words) for one in await denials(tx, limit=LATEST)],
            "areas": [_share(one, words) for one in await fairness(tx, since=since, by_area=True)],
            "buyers": [_share(one, words) for one in await fairness(tx, since=since, by_area=False)],
            "acts": policy.acts,
            "version": version,
        }

    found = await visit.db.run(visit.caller, read)
    found["areas"] = [one for one in found["areas"] if one["tried"] >= LEAST_TRIED]
    return page(
        visit.request,
        "trust/overview.html",
        now=visit.now,
        days=FAIR_DAYS,
        said=SAID.get(said, ""),
        may_write=visit.principal.may(Permission.TRUST_WRITE),
        **found,
    )


@get(f"{HERE}/denials", opt=READ, include_in_schema=False)
async def denials_page(
    visit: NamedDependency[Visit], tab: FromQuery[str] = "", after: FromQuery[str] = ""
) -> Response[Any]:
    """Orders that were not taken, the newest first, all of them or those in one state."""
    require_whole_shop(visit.principal, Permission.TRUST_READ)
    words, place = place_of(visit.request).words, read_cursor(after)
    state = next((one for one in DenialState if one == tab), None)
    rows = await visit.db.run(visit.caller, lambda tx: denials(tx, limit=MOST + 1, state=state, before=place))
    return page(
        visit.request,
        "trust/denials.html",
        now=visit.now,
        rows=[denial_row(one, words) for one in rows[:MOST]],
        tab=str(state or ""),
        states=DENIALS,
        after=after,
        older=cursor_of(rows[MOST - 1].at, rows[MOST - 1].id) if len(rows) > MOST else None,
    )


async def _reviews(tx: Tx, reviews: list[Review], words: Words) -> list[dict[str, Any]]:
    orders = await orders_by_id(tx, [review.id for review in reviews])
    found = []
    for review in reviews:
        order = orders[review.id]
        made = [one for one in await decisions.about(tx, review.id) if one.kind == "trust"]
        linked = {link.other_id for link in await links_of(tx, review.id)}
        found.append(
            {
                "number": order.number,
                "path": review_path(review.id),
                "amount_minor": review.amount_minor,
                "currency": order.currency,
                "points": review.points,
                "deadline": review.deadline,
                "reasons": reasons_told(made[-1].outcome, words) if made else [],
                "linked": len(linked),
            }
        )
    return found


def denial_row(one: Denial, words: Words) -> dict[str, Any]:
    """An order that was not taken, in a list."""
    return {
        "path": denial_path(one.id),
        "at": one.at,
        "appealed_at": one.appealed_at,
        "outcome": words.gettext(OUTCOMES[one.outcome]),
        "state": words.gettext(DENIALS[one.state]),
        "amount_minor": one.amount_minor,
        "reasons": codes_told(one.reasons, words),
    }


def _share(one: Share, words: Words) -> dict[str, Any]:
    return {
        "group": words.gettext(GROUPS[one.group]) if one.group in GROUPS else one.group,
        "tried": one.tried,
        "denied": one.denied / one.tried,
        "stopped": one.stopped / one.tried,
        "overturned": one.overturned,
        "well": one.ended_well,
        "badly": one.ended_badly,
    }


def review_path(order_id: UUID) -> str:
    return f"{HERE}/reviews/{to_text('ord', order_id)}"


def denial_path(denial_id: UUID) -> str:
    return f"{HERE}/denials/{to_text(DENIAL_PREFIX, denial_id)}"


handlers: list[Any] = [trust_page, denials_page]
