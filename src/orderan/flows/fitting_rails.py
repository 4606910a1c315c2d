"""Which rails can carry a payment: an account takes a method within limits of its gateway's, and some pages of
gateways let only cards of certain ranges pay.
"""

from collections.abc import Collection, Sequence

from orderan.gateways import GATEWAYS, Offer, offers_of
from orderan.payments import METHODS, Rail


def takes(rail: Rail, amount_minor: int) -> bool:
    """Whether the rail's gateway takes so much by its method; what the method itself allows is its catalogue's."""
    offer = _offer(rail)
    if offer is None:
        return True
    return offer.least_minor <= amount_minor and (
        offer.most_minor is None or amount_minor <= offer.most_minor
    )


def carries(rail: Rail, amount_minor: int) -> bool:
    """Whether so much may be paid over a rail: by what the method allows, and by what its gateway takes."""
    method = METHODS[rail.method]
    return method.least_minor <= amount_minor <= method.most_minor and takes(rail, amount_minor)


def least_of(rail: Rail) -> int:
    """The least a rail takes."""
    offer = _offer(rail)
    least = METHODS[rail.method].least_minor
    return least if offer is None else max(least, offer.least_minor)


def restricts_cards(rail: Rail) -> bool:
    """Whether the page of the rail's gateway can let cards of certain ranges pay, and no others."""
    offer = _offer(rail)
    return offer is not None and offer.restricts_cards


def _offer(rail: Rail) -> Offer | None:
    return offers_of(rail.gateway).get(rail.method) if rail.gateway in GATEWAYS else None


def fitting(rails: Sequence[Rail], amount_minor: int, *, card_ranges: Collection[str] = ()) -> list[Rail]:
    """Those of these rails that can carry an amount, from cards of these ranges only where there are some."""
    return [
        rail for rail in rails if takes(rail, amount_minor) and (not card_ranges or restricts_cards(rail))
    ]
