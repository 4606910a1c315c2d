"""What differs between kinds of orders: a table, and no path of its own for any of them.

    kind            beyond stock   terms                     time to pay
    b2c             permitted      prepaid, cod, invoice     the channel's
    b2b             permitted      prepaid, cod, invoice     3 days at least
    dropship        permitted      prepaid, cod, invoice     the channel's
    preorder        permitted      prepaid, invoice          the channel's
    made_to_order   permitted      prepaid, invoice          the channel's
    subscription    no             prepaid, invoice          the channel's

beyond stock   whether it may be sold units that are not there, as many as the shop permitted on a
               stock row. What is told as available counts them. A subscription may not: the day of
               each parcel was promised when it was subscribed to.
terms          what is made or held for one buyer is not paid at the door, where it can be refused.
time to pay    a company pays by its own rounds, so its goods are held longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from orderan.orders.errors import TermsNotForKind
from orderan.orders.models import OrderKind, Terms

ANY: Final = frozenset(Terms)
NOT_AT_THE_DOOR: Final = frozenset({Terms.PREPAID, Terms.INVOICE})


@dataclass(frozen=True, slots=True)
class Policy:
    """How a kind of order is sold.

    Attributes:
        beyond_stock: Permitted oversell may serve it.
        least_hold: Goods are held for the payment this long, or the channel's time if that is longer.
    """

    beyond_stock: bool
    terms: frozenset[Terms] = ANY
    least_hold: timedelta = timedelta(0)


POLICIES: Final[Mapping[OrderKind, Policy]] = MappingProxyType(
    {
        OrderKind.B2C: Policy(beyond_stock=True),
        OrderKind.B2B: Policy(beyond_stock=True, least_hold=timedelta(days=3)),
        OrderKind.DROPSHIP: Policy(beyond_stock=True),
        OrderKind.PREORDER: Policy(beyond_stock=True, terms=NOT_AT_THE_DOOR),
        OrderKind.MADE_TO_ORDER: Policy(beyond_stock=True, terms=NOT_AT_THE_DOOR),
        OrderKind.SUBSCRIPTION: Policy(beyond_stock=False, terms=NOT_AT_THE_DOOR),
    }
)


def require_terms(kind: OrderKind, terms: Terms) -> None:
    """Raises TermsNotForKind unless orders of this kind may be paid like that."""
    allowed = POLICIES[kind].terms
    if terms not in allowed:
        raise TermsNotForKind(kind, terms, tuple(sorted(allowed)))


def may_exceed_stock(kind: str) -> bool:
    """Whether permitted oversell may serve orders of this kind."""
    return POLICIES[OrderKind(kind)].beyond_stock
