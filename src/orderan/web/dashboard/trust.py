"""Trust: held orders with their evidence, orders that were not taken, and whom the rules stop."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency

from orderan.access import NotAllowed, Permission, Principal
from orderan.kit import decisions
from orderan.kit.db import Tx
from orderan.kit.i18n import Words
from orderan.kit.ids import to_text
from orderan.orders import orders_by_id
from orderan.trust import (
    DENIAL_PREFIX,
    Denial,
    Review,
    Share,
    denials,
    fairness,
    followed,
    links_of,
    open_reviews_of,
)
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.trust_words import DENIALS, GROUPS, OUTCOMES, codes_told, reasons_told
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.ORDERS_READ}
HERE: Final = "/trust"
MOST: Final = 50
FAIR_DAYS: Final = 90
LEAST_TRIED: Final = 10
"""Of an area, before its share says anything."""


@get(HERE, opt=READ, include_in_schema=False)
async def trust_page(visit: NamedDependency[Visit]) -> Response[Any]:
    """What waits for a look, what was not taken, and how groups of buyers fare."""
    _whole_shop(visit.principal)
    words = place_of(visit.request).words

    async def read(tx: Tx) -> dict[str, Any]:
        since = visit.now - timedelta(days=FAIR_DAYS)
        reviews = await open_reviews_of(tx, now=visit.now, limit=MOST)
        policy, version = await followed(tx)
        return {
            "reviews": await _reviews(tx, reviews, words),
            "denials": [_denial(one, words) for one in await denials(tx, limit=MOST)],
            "areas": [_share(one, words) for one in await fairness(tx, since=since, by_area=True)],
            "buyers": [_share(one, words) for one in await fairness(tx, since=since, by_area=False)],
            "acts": policy.acts,
            "version": version,
        }

    found = await visit.db.run(visit.caller, read)
    found["areas"] = [one for one in found["areas"] if one["tried"] >= LEAST_TRIED]
    return page(visit.request, "trust/overview.html", now=visit.now, days=FAIR_DAYS, **found)


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
                "path": _order_path(review.id),
                "amount_minor": review.amount_minor,
                "currency": order.currency,
                "points": review.points,
                "deadline": review.deadline,
                "reasons": reasons_told(made[-1].outcome, words) if made else [],
                "linked": len(linked),
            }
        )
    return found


def _denial(one: Denial, words: Words) -> dict[str, Any]:
    return {
        "number": to_text(DENIAL_PREFIX, one.id),
        "at": one.at,
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


def _order_path(order_id: UUID) -> str:
    return f"/orders/{to_text('ord', order_id)}"


def _whole_shop(principal: Principal) -> None:
    """Orders tied to each other are of every channel, so whoever sees only a part may not look.

    Raises:
        NotAllowed: The person is kept to some channels or locations.
    """
    if principal.channel_ids is not None or principal.location_ids is not None:
        raise NotAllowed(str(Permission.ORDERS_READ))


handlers: list[Any] = [trust_page]
