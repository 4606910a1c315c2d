"""The demo shop's couriers: parcels a step further every afternoon, and the cash they collect."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from orderan.demo import views
from orderan.demo.scene import Scene, chunks
from orderan.flows.collect_cod import Cash, collect_cod, remit_cod
from orderan.flows.deliver import move_on
from orderan.orders import Terms
from orderan.shipping import ParcelEvent

BATCH = 60
UNCOLLECTED = 8
"""From how many days before today on a courier once told of a delivery and not of the cash."""
NEVER_FOUND = 33
"""Days before today on which a parcel got lost that nobody asked about."""
FROZEN = 4
"""Days before today from which on one parcel does not move."""
GONE = {2: ParcelEvent.DAMAGE, 1: ParcelEvent.LOSE, NEVER_FOUND: ParcelEvent.LOSE}
"""Days before today on which a parcel surely comes to grief."""


class Couriers:
    """Everything between our door and the buyer's."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._untold: list[str] = []

    async def afternoon(self, at: datetime, days_left: int) -> None:
        """Every parcel a step further."""
        for event, parcels in await self._road(at, days_left):
            for some in chunks(parcels, BATCH):
                ids = [parcel.id for parcel in some]
                reason = "Penerima tidak di tempat" if event is ParcelEvent.FAIL else None
                await self._scene.together(
                    "kurir", ids, lambda tx, some: move_on(tx, some, event, reason=reason, now=at)
                )
                if event is ParcelEvent.DELIVER:
                    await self._reached(at, some, days_left)
        await self._hand_in(at)

    async def _road(self, at: datetime, days_left: int) -> list[tuple[ParcelEvent, list[views.Travelling]]]:
        """What happens to whom today."""
        memory = self._scene.memory
        under_way = await self._scene.do(
            "demo", lambda tx: views.parcels_under_way(tx, before=at - timedelta(hours=20))
        )
        moving = [parcel for parcel in under_way if parcel.id not in memory.left]
        road: dict[ParcelEvent, list[views.Travelling]] = {}
        if days_left == FROZEN and moving:
            memory.left.add(moving.pop().id)
        if days_left in GONE and moving:
            unlucky = moving.pop()
            road[GONE[days_left]] = [unlucky]
            if days_left == NEVER_FOUND:
                memory.left.add(unlucky.order_id)
        for parcel in moving:
            road.setdefault(self._next_stop(parcel), []).append(parcel)
        return list(road.items())

    def _next_stop(self, parcel: views.Travelling) -> ParcelEvent:
        fate = self._scene.chance.random()
        if parcel.state == "returning":
            return ParcelEvent.ARRIVE_BACK
        if parcel.state == "attempt_failed":
            return ParcelEvent.SEND_BACK if fate < 0.35 else ParcelEvent.GO_OUT
        if parcel.state == "picked_up":
            return ParcelEvent.MOVE
        if parcel.state == "in_transit":
            if fate < 0.002:
                return ParcelEvent.LOSE
            return ParcelEvent.DAMAGE if fate < 0.003 else ParcelEvent.GO_OUT
        failing = 0.16 if parcel.terms == Terms.COD else 0.03
        return ParcelEvent.FAIL if fate < failing else ParcelEvent.DELIVER

    async def _reached(self, at: datetime, parcels: Sequence[views.Travelling], days_left: int) -> None:
        memory = self._scene.memory
        cod: dict[str, list[str]] = {}
        for parcel in parcels:
            if placed := memory.orders.get(parcel.order_id):
                memory.delivered.append((at, placed))
            if parcel.terms == Terms.COD:
                cod.setdefault(parcel.courier, []).append(parcel.awb)
        if days_left <= UNCOLLECTED and cod and not self._untold:
            self._untold = cod.pop(min(cod))
        for courier, awbs in cod.items():
            cash = [Cash(awb) for awb in awbs]
            await self._scene.do("kurir", lambda tx: collect_cod(tx, courier, cash, now=at))
            memory.cash += [(at, courier, awb) for awb in awbs]

    async def _hand_in(self, at: datetime) -> None:
        memory = self._scene.memory
        due = [entry for entry in memory.cash if at - entry[0] >= timedelta(days=3)]
        memory.cash = [entry for entry in memory.cash if at - entry[0] < timedelta(days=3)]
        # A statement now and then forgets one: that is what the ledger is for. It is asked for, later.
        forgotten = [entry for entry in due if self._scene.chance.random() < 0.01]
        asked_for = [entry for entry in memory.mislaid if at - entry[0] >= timedelta(days=16)]
        memory.mislaid = [entry for entry in memory.mislaid if entry not in asked_for] + forgotten
        by_courier: dict[str, list[Cash]] = {}
        for entry in due + asked_for:
            if entry not in forgotten:
                by_courier.setdefault(entry[1], []).append(Cash(entry[2]))
        for courier, cash in by_courier.items():
            statement = f"{courier.upper()}-{at:%Y%m%d}"
            await self._scene.do("finance", lambda tx: remit_cod(tx, courier, statement, cash, now=at))
