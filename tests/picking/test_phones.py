"""What phones say: in order, once, signed; late, twice, and two of them about the same unit."""

import asyncio
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from fulfilment.working import inbox
from orderan.auditor import audit
from orderan.flows.cancel_order import cancel_order
from orderan.inventory import block_bin
from orderan.kit.crypto import Keyring
from orderan.picking import (
    DeviceNotFound,
    Heard,
    Outcome,
    PickingPolicy,
    ScanForged,
    ScanKind,
    ScanOutOfTurn,
    picker_scores,
    set_policy,
)
from picking.shelved import Shelved, a_phone, shelved

pytestmark = pytest.mark.anyio


@pytest.fixture
async def shop(floor: ShopFloor, keyring: Keyring, now: datetime) -> Shelved:
    return await shelved(floor, keyring, now)


async def scans_heard(shop: Shelved) -> int:
    return int(await shop.floor.value("SELECT count(*) FROM pick_event"))


async def test_what_is_scanned_without_a_network_is_picked_once_however_often_it_is_sent(
    shop: Shelved, database_url: str
) -> None:
    (_, first), (_, second) = await shop.order(("kopi", 2), ("teh", 1)), await shop.order(("kopi", 1))
    wave, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    for stop in (await ani.take(one)).stops:
        ani.scan(one, stop)
    said = list(ani.waiting)

    once = await ani.send()
    again = list(await asyncio.gather(ani.send(said), ani.send(said)))

    assert once == [Heard(seq, Outcome.ACCEPTED) for seq in (1, 2, 3)]
    assert again == [[Heard(seq, Outcome.ACCEPTED, again=True) for seq in (1, 2, 3)]] * 2
    assert await shop.taken(first) == {"kopi": (2, 2), "teh": (1, 1)}
    assert await shop.taken(second) == {"kopi": (1, 1)}
    assert [await shop.state("task", task) for task in (first, second)] == ["picked", "picked"]
    assert (await shop.state("pick_list", one.id), await shop.state("wave", wave.id)) == ("done", "done")
    assert await shop.inside() == {"A1": 1, "A2": 6, "B1": 6, "C1": 3}
    assert audit(database_url, now=shop.now).findings == []


async def test_a_scan_that_is_forged_changed_or_out_of_turn_is_not_heard_nor_what_comes_after(
    shop: Shelved,
) -> None:
    _, task = await shop.order(("kopi", 2), ("teh", 1))
    _, [one] = await shop.wave()
    ani, budi = await a_phone(shop, "Ani"), await a_phone(shop, "Budi")
    for stop in (await ani.take(one)).stops:
        ani.scan(one, stop)
    first, second = ani.waiting

    [refused] = await ani.send([second])
    assert isinstance(refused, ScanOutOfTurn)
    assert (refused.seq, refused.expected) == (2, 1)
    forged = [replace(first, quantity=1), replace(first, signature="00" * 32), replace(first, scanned="x")]
    for scan in forged:
        [refused] = await ani.send([scan, second])
        assert isinstance(refused, ScanForged)
    stranger = replace(budi, device=ani.device)
    [refused] = await stranger.send([first])
    assert isinstance(refused, DeviceNotFound)
    assert (await scans_heard(shop), (await shop.taken(task))["kopi"]) == (0, (0, 2))

    assert await ani.send([first]) == [Heard(1, Outcome.ACCEPTED)]
    other = replace(first, quantity=1, signature="")
    ani.keep(other)
    [refused] = await ani.send([ani.waiting[-1], second])
    assert isinstance(refused, ScanForged)
    assert (await scans_heard(shop), (await shop.taken(task))["kopi"]) == (1, (2, 2))


async def test_of_two_pickers_with_the_same_unit_one_is_told_within_a_second_who_has_it(
    shop: Shelved, database_url: str
) -> None:
    _, task = await shop.order(("kopi", 3))
    _, [one] = await shop.wave()
    ani, budi = await a_phone(shop, "Ani"), await a_phone(shop, "Budi")
    ani.scan(one, (await ani.take(one)).stops[0])
    budi.scan(one, (await budi.take(one, over=True)).stops[0], units=2)

    began = time.monotonic()
    answers = await asyncio.gather(ani.send(), budi.send())
    took = time.monotonic() - began

    heard = [answer for [answer] in answers if isinstance(answer, Heard)]
    conflicts = [one_ for one_ in heard if one_.outcome is Outcome.CONFLICT]
    picked = (await shop.taken(task))["kopi"]
    if len(conflicts) == 1 and conflicts[0].facts["by"] == "Ani":
        # Ani was first and took all three; both of Budi's go back.
        expected = {"by": "Ani", "bin": "A1", "quantity": 2, "taken": 0}
    else:
        # Budi was first and took two; one of Ani's three was still wanted.
        expected = {"by": "Budi", "bin": "A1", "quantity": 2, "taken": 1}
    assert [(one_.code, dict(one_.facts)) for one_ in conflicts] in (
        [("taken_by_another", expected)],
        [("taken_by_another", {key: value for key, value in expected.items() if key != "taken"})],
    )
    assert picked == (3, 3)
    assert await shop.inside() == {"A1": 1, "A2": 6, "B1": 6, "C1": 4}
    assert took < 1
    assert audit(database_url, now=shop.now).findings == []


async def test_a_unit_of_an_order_cancelled_meanwhile_goes_back_and_the_book_never_holds_a_picker_up(
    shop: Shelved,
) -> None:
    (order, _), (_, kept) = await shop.order(("kopi", 1)), await shop.order(("gula", 2))
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    for stop in (await ani.take(one)).stops:
        ani.scan(one, stop)
    await shop.floor.run(lambda tx: cancel_order(tx, order.id, reason="batal", now=shop.now))
    b1 = shop.bins["B1"]
    await shop.floor.run(lambda tx: block_bin(tx, shop.place, b1, why="Dihitung", now=shop.now))

    answers = {scan.bin_id: heard for scan, heard in zip(list(ani.waiting), await ani.send(), strict=True)}

    gone, counted = answers[shop.bins["A1"]], answers[b1]
    assert isinstance(gone, Heard)
    assert isinstance(counted, Heard)
    assert (gone.outcome, gone.code) == (Outcome.CONFLICT, "taken_by_another")
    assert (counted.outcome, counted.code) == (Outcome.ACCEPTED, "bin_blocked")
    assert await shop.taken(kept) == {"gula": (2, 2)}
    assert await shop.state("pick_list", one.id) == "done"


async def test_what_is_not_in_its_bin_is_found_in_another_then_elsewhere_then_left_out_then_waits(
    shop: Shelved, database_url: str
) -> None:
    order, task = await shop.order(("kopi", 5), ("teh", 1))
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")

    async def empty(bin_: str) -> tuple[str, dict[str, object]]:
        for stop in (await ani.sheet(one)).stops:
            if stop.bin == bin_:
                ani.scan(one, stop, kind=ScanKind.SHORT)
        [heard] = await ani.send()
        assert isinstance(heard, Heard)
        return heard.code, dict(heard.facts)

    sheet = await ani.take(one)
    assert [(stop.bin, stop.units) for stop in sheet.stops if stop.sku == "kopi"] == [("A1", 4), ("A2", 1)]
    assert await empty("A1") == ("other_bin", {"bins": ["A2"]})
    [stop] = [stop for stop in (await ani.sheet(one)).stops if stop.sku == "kopi"]
    assert (stop.bin, stop.units) == ("A2", 5)
    ani.scan(one, stop, units=2)
    await ani.send()
    assert await empty("A2") == ("elsewhere", {"place": "BDG", "units": 3})
    assert await shop.taken(task) == {"kopi": (2, 2), "teh": (0, 1)}
    elsewhere = "SELECT count(*) FROM task WHERE location_id = %(place)s AND state = 'planned'"
    assert await shop.floor.value(elsewhere, place=shop.world.locations["BDG"]) == 1

    await shop.floor.run(lambda tx: set_policy(tx, shop.place, PickingPolicy(partial=True), now=shop.now))
    assert await empty("C1") == ("left_out", {"units": 1, "refund_minor": 10_000, "currency": "IDR"})
    assert (await shop.taken(task), await shop.state("task", task)) == ({"kopi": (2, 2)}, "picked")
    assert await shop.state("pick_list", one.id) == "done"
    promised = "SELECT amount_minor FROM refund WHERE order_id = %(order)s"
    assert await shop.floor.value(promised, order=order.id) == 10_000
    # Nobody sells what nobody found.
    free = "SELECT sum(on_hand - reserved - allocated)::int FROM stock WHERE sku_id = %(sku)s"
    assert await shop.floor.value(free, sku=shop.world.skus["teh"]) == 0

    _, alone = await shop.order(("gula", 1))
    _, [one] = await shop.wave()
    await ani.take(one)
    assert await empty("B1") == ("waits", {"units": 1})
    assert await shop.state("task", alone) == "short"
    assert await shop.state("pick_list", one.id) == "done"
    assert "task_short" in {kind for kind, _, _ in await inbox(shop.world)}
    assert await shop.floor.value("SELECT count(*) FROM bin WHERE blocked_at IS NOT NULL") == 4
    assert audit(database_url, now=shop.now).findings == []


async def test_a_scan_of_something_else_counts_against_its_picker_and_moves_nothing(shop: Shelved) -> None:
    _, task = await shop.order(("kopi", 1))
    _, [one] = await shop.wave()
    ani = await a_phone(shop, "Ani")
    [stop] = (await ani.take(one)).stops
    ani.scan(one, stop, kind=ScanKind.WRONG)
    ani.scan(one, stop)
    await ani.send()

    assert await shop.taken(task) == {"kopi": (1, 1)}
    [score] = await shop.floor.run(
        lambda tx: picker_scores(tx, {shop.place}, since=shop.now - timedelta(days=1))
    )
    assert (score.actor, score.lines, score.wrong, score.accuracy) == (ani.caller.actor, 1, 1, 0.5)
