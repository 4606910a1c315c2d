"""The simulated couriers of one sandbox, with the weather over them and the riders that carry their parcels."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from orderan.sandbox.couriers.models import BEFORE_PICKUP, SimParcel, Stage
from orderan.sandbox.couriers.ports import CourierSimulator, Registry
from orderan.sandbox.couriers.rajaongkir import RajaongkirSimulator
from orderan.sandbox.faults import Break, Faults, Weather
from orderan.sandbox.models import Letter, SimReply, SimRequest
from orderan.sandbox.postman import Postman

HANGS_S: Final = 30.0
"""Longer than anybody waits."""
ENDS: Final = frozenset({Stage.DELIVERED, Stage.RETURNED, Stage.LOST, Stage.CANCELLED, Stage.NOT_FOUND})
_ON_THE_ROAD: Final = frozenset({Stage.PICKED, Stage.TRANSIT, Stage.OUT, Stage.FAILED, Stage.REFUSED})
_NEXT: Final = {
    "assign": (Stage.ASSIGNED, frozenset({Stage.BOOKED})),
    "pick": (Stage.PICKED, BEFORE_PICKUP),
    "move": (Stage.TRANSIT, _ON_THE_ROAD),
    "go_out": (Stage.OUT, _ON_THE_ROAD),
    "fail": (Stage.FAILED, _ON_THE_ROAD),
    "refuse": (Stage.REFUSED, _ON_THE_ROAD),
    "deliver": (Stage.DELIVERED, _ON_THE_ROAD),
    "send_back": (Stage.RETURNING, _ON_THE_ROAD),
    "arrive_back": (Stage.RETURNED, frozenset({Stage.RETURNING})),
    "lose": (Stage.LOST, _ON_THE_ROAD | {Stage.RETURNING}),
}
"""By deed: what a parcel becomes, and from where."""
DEEDS: Final = (*_NEXT, "jump", "reprice", "renumber", "tell", "forge")


class Unplayable(Exception):
    """That cannot happen to this parcel now."""


@dataclass
class Yard:
    """All couriers of a sandbox."""

    couriers: Mapping[str, CourierSimulator]
    clock: Callable[[], datetime]
    registry: Registry
    weather: Weather = field(default_factory=Weather)
    postman: Postman = field(init=False)

    def __post_init__(self) -> None:
        self.postman = Postman(self.weather)
        asked = self.couriers.get("rajaongkir")
        if isinstance(asked, RajaongkirSimulator):
            asked.others = self.parcels

    def parcels(self) -> list[SimParcel]:
        """Of all couriers, newest first."""
        found = [one for courier in self.couriers.values() for one in courier.shelf.all()]
        return sorted(found, key=lambda one: (one.made_at, one.reference), reverse=True)

    async def answer(self, name: str, request: SimRequest) -> SimReply:
        """A request to a courier, with whatever the weather makes of it."""
        courier = self.couriers[name]
        now = self.clock()
        faults = self.weather.over(name, None, now)
        if faults.slow_s:
            # A slow courier is what is played here.
            await asyncio.sleep(faults.slow_s)
        broken = self.weather.draw_break(faults)
        if broken is Break.HANG_BEFORE:
            await asyncio.sleep(HANGS_S)
        if broken in {Break.HANG_BEFORE, Break.ERROR_BEFORE}:
            return _unavailable(503)
        before = set(map(id, courier.shelf.all()))
        reply = courier.answer(request, now=now)
        self._tell(courier, [one for one in courier.shelf.all() if id(one) not in before], faults)
        if broken is Break.HANG_AFTER:
            await asyncio.sleep(HANGS_S)
        if broken in {Break.HANG_AFTER, Break.ERROR_AFTER}:
            return _unavailable(500)
        if broken is Break.GARBLED:
            return SimReply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
        return reply

    def act(self, courier: CourierSimulator, parcel: SimParcel, deed: str) -> None:
        """What a rider or a hub does with a parcel; its word goes out.

        Args:
            deed: One of `DEEDS`. `jump` is a parcel that is fetched and delivered with its letters in the wrong
                order, `reprice` weighs it again, `renumber` gives it another number.

        Raises:
            Unplayable: Not as it stands.
        """
        letters = play(courier, parcel, deed, now=self.clock(), address=self.registry.address(courier.name))
        faults = (
            Faults(forged=1.0) if deed == "forge" else self.weather.over(courier.name, None, self.clock())
        )
        self.postman.send(courier, letters, faults)

    def _tell(self, courier: CourierSimulator, made: list[SimParcel], faults: Faults) -> None:
        if not made:
            return
        courier.registered_at(self.registry.address(courier.name) if courier.tells else None)
        self.postman.send(courier, [letter for one in made for letter in courier.news(one)], faults)


def play(
    courier: CourierSimulator, parcel: SimParcel, deed: str, *, now: datetime, address: str | None
) -> list[Letter]:
    """Let something happen to a parcel; what the courier writes of it.

    Raises:
        Unplayable: Not as it stands.
    """
    courier.registered_at(address if courier.tells else None)
    if deed in _NEXT:
        stage, origins = _NEXT[deed]
        if parcel.stage not in origins:
            raise Unplayable(deed)
        if stage is Stage.PICKED and parcel.awb is None:
            parcel.awb = _number(courier, parcel)
        parcel.happen(stage, at=now)
        return courier.news(parcel)
    match deed:
        case "jump":
            return _jump(courier, parcel, now)
        case "reprice":
            parcel.cost = parcel.cost * 3 // 2
            return courier.repriced(parcel)
        case "renumber":
            parcel.awb = _number(courier, parcel)
            return courier.news(parcel)
        case "tell" | "forge":
            return courier.news(parcel)
        case _:
            raise Unplayable(deed)


def _jump(courier: CourierSimulator, parcel: SimParcel, now: datetime) -> list[Letter]:
    if parcel.stage in ENDS:
        raise Unplayable("jump")
    parcel.awb = parcel.awb or _number(courier, parcel)
    letters: list[Letter] = []
    for stage in (Stage.PICKED, Stage.TRANSIT, Stage.DELIVERED):
        parcel.happen(stage, at=now)
        letters += courier.news(parcel)
    return letters[::-1]


def _number(courier: CourierSimulator, parcel: SimParcel) -> str:
    turn = courier.shelf.next_number()
    return {"jne": f"CGK{turn:010d}", "jnt": f"JX{turn:010d}", "sicepat": f"00{turn:010d}"}.get(
        parcel.courier, f"1{turn:013d}"
    )


def _unavailable(status: int) -> SimReply:
    return SimReply(status, json.dumps({"message": "Service Unavailable"}).encode())
