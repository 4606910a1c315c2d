"""The shop's own fleet behind the same protocol as everybody else."""

from typing import Final

from orderan.couriers.models import (
    Account,
    Asked,
    Booked,
    Field,
    Rate,
    RatesAsked,
    Status,
)
from orderan.couriers.ports import CourierClient, Does
from orderan.couriers.reading import bare_city, rupiah
from orderan.couriers.unable import Unable
from orderan.kit.calling import Caller
from orderan.kit.clock import Clock

NAME: Final = "own"
FIELDS: Final = (
    Field("cities", secret=False),
    Field("cost_minor", secret=False),
    Field("days", secret=False, default="1"),
)
SERVES: Final = frozenset({NAME})
DOES: Final = frozenset({Does.RATES, Does.BOOK})
SERVICE: Final = "antar"


def open_courier(account: Account, caller: Caller, clock: Clock) -> CourierClient:
    del caller, clock
    return Own(account)


class Own(Unable):
    """Riders who bring parcels to some cities, at one price."""

    name = NAME
    serves = SERVES
    does = DOES

    def __init__(self, account: Account) -> None:
        cost, days = rupiah(account.credentials["cost_minor"]), rupiah(account.credentials["days"])
        self._cities = {bare_city(one) for one in account.credentials["cities"].split(",") if one.strip()}
        if cost is None or days is None or days > 30 or not self._cities:
            raise ValueError("a price in whole rupiah, whole days, and cities with commas between them")
        self._cost, self._days = cost, days

    async def rates(self, asked: RatesAsked) -> list[Rate]:
        if NAME not in asked.couriers or bare_city(asked.destination.city) not in self._cities:
            return []
        return [Rate(NAME, SERVICE, self._cost, 0, 0, cod=True, least_days=self._days, most_days=self._days)]

    async def book(self, asked: Asked, reference: str | None) -> Booked:
        del reference
        return Booked(asked.key, f"OWN-{asked.order_number}-{asked.key[-6:].upper()}", status=Status.BOOKED)

    async def look_up(self, key: str, reference: str | None) -> Booked | None:
        del key, reference
        return None

    async def cancel(self, booked: Booked, reason: str) -> bool:
        del booked, reason
        return True
