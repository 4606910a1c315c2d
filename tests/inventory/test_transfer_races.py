"""Two people at the receiving dock book the same transfer in."""

from datetime import datetime
from uuid import UUID

import pytest

from conftest import ShopFloor
from given import JAKARTA, SURABAYA, World, a_shop
from inventory.racing import Meeting, Work, race
from orderan.inventory import (
    Arrival,
    Transfer,
    Travel,
    dispatch_transfer,
    open_transfer,
    receive_transfer,
    transfer_store,
)
from orderan.kit.db import Tx
from orderan.kit.states import IllegalMove

pytestmark = pytest.mark.anyio


async def on_its_way(floor: ShopFloor, now: datetime) -> tuple[World, UUID]:
    world = await a_shop(floor, now, stock={"kopi": 5}, places={"JKT": JAKARTA, "SBY": SURABAYA})

    async def send(tx: Tx) -> UUID:
        transfer = await open_transfer(
            tx,
            from_location=world.locations["JKT"],
            to_location=world.locations["SBY"],
            goods=[Travel(world.skus["kopi"], 3)],
            now=now,
        )
        await dispatch_transfer(tx, transfer.id, now=now)
        return transfer.id

    return world, await floor.run(send)


def receiving(transfer_id: UUID, *, now: datetime) -> Work:
    async def work(tx: Tx) -> Transfer:
        return await receive_transfer(tx, transfer_id, [Arrival(1, 3)], now=now)

    return work


async def test_a_transfer_received_by_two_people_at_once_arrives_once(
    floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, transfer_id = await on_its_way(floor, now)
    Meeting(floor).after(monkeypatch, transfer_store, "lock")

    outcomes = await race(floor, receiving(transfer_id, now=now), receiving(transfer_id, now=now))

    [refused] = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(refused, IllegalMove)
    assert await world.stock("kopi") == (5, 0, 0)


async def test_control_without_the_lock_the_second_is_stopped_only_by_the_state_it_read(
    floor: ShopFloor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, transfer_id = await on_its_way(floor, now)
    monkeypatch.setattr(transfer_store, "lock", transfer_store.read)
    Meeting(floor).after(monkeypatch, transfer_store, "lock")

    outcomes = await race(floor, receiving(transfer_id, now=now), receiving(transfer_id, now=now))

    [fault] = [one for one in outcomes if isinstance(one, Exception)]
    assert isinstance(fault, AssertionError)
    assert str(fault) == "a transfer changed while it was locked"
    assert await world.stock("kopi") == (5, 0, 0)
