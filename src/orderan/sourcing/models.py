"""The rules an operator gives for where an order's goods come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

LEVELS: Final = 5
"""Nearness of two places: 0 nothing shared, 1 province, 2 city, 3 district, 4 village."""


@dataclass(frozen=True, slots=True)
class PlaceRule:
    """What is special about one location.

    Attributes:
        order_minor: What serving an order from there costs beside the way, in rupiah.
        orders_a_day: How many orders it can serve a day; from then on it serves what nobody else can. None is any.
    """

    order_minor: int = 0
    orders_a_day: int | None = None


ORDINARY: Final = PlaceRule()


@dataclass(frozen=True, slots=True)
class SourcingRules:
    """Where orders are served from: the cheapest set of places that has everything, in rupiah.

    The rules a shop begins with send an order whole from the nearest place that has it whole, and where no
    place has, from as few and as near ones as have it together.

    Attributes:
        way_minor: What the way costs, by nearness: nothing shared first, the same village last.
        split_minor: What each further parcel costs.
        whole_below_minor: An order of less is split only where no place has it whole.
        owners_first: At a place, goods of merchants go before our own.
        places: By location, where something is special about it.
    """

    way_minor: tuple[int, ...] = (60_000, 40_000, 25_000, 10_000, 0)
    split_minor: int = 100_000
    whole_below_minor: int = 0
    owners_first: bool = False
    places: Mapping[UUID, PlaceRule] = field(default_factory=dict)

    def place(self, location_id: UUID) -> PlaceRule:
        """What is special about a location."""
        return self.places.get(location_id, ORDINARY)


FIRST_RULES: Final = SourcingRules()
"""What is followed while a shop wrote nothing."""
