"""Pick faces that run low are filled from reserves: what expires first, no more than there is room for, once."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from conftest import ShopFloor
from given import World
from inventory.conftest import Api, Person
from inventory.stocked import key_of, two_places
from orderan.auditor import audit
from orderan.inventory import (
    BinAsked,
    BinKind,
    Goods,
    NotAPickFace,
    NothingToRefill,
    PutAway,
    StockKey,
    block_bin,
    draw_bins,
    hold_ready,
    list_bins,
    pick_faces,
    put_away,
    receive_goods,
    refill,
    refills,
)
from orderan.kit.ids import NIL, to_text

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 11)
DRAWN = (
    BinAsked("A1", BinKind.PICK, "A", 0, 100),
    BinAsked("A2", BinKind.PICK, "A", 0, 200),
    BinAsked("R1", BinKind.RESERVE, "R", 600, 0),
    BinAsked("R2", BinKind.RESERVE, "R", 600, 100),
)


class Faces:
    """Kopi: 2 in A1, 9 of no lot in R1, 3 of a lot that expires in R2. A1 holds 4 to 10 of it ready."""

    def __init__(self, world: World, bins: dict[str, UUID], lot: UUID, now: datetime) -> None:
        self.world, self.bins, self.now = world, bins, now
        self.place, self.kopi = world.locations["JKT"], world.skus["kopi"]
        self.plain = key_of(world, "kopi")
        self.dated = StockKey(self.kopi, self.place, NIL, lot)

    async def listed(self) -> list[tuple[str, str, int]]:
        rows = await self.world.floor.run(lambda tx: refills(tx, self.place))
        return [(one.from_code, one.to_code, one.units) for one in rows]

    async def bring(self, out_of: str, key: StockKey, units: int) -> Any:
        ends = (self.bins["A1"], self.bins[out_of])
        return await self.world.floor.run(lambda tx: refill(tx, self.place, *ends, key, units, now=self.now))

    async def units(self, code: str) -> int:
        found = await self.world.floor.run(lambda tx: list_bins(tx, self.place, codes=[code]))
        return int(found[0].units)


async def faces_at(world: World, now: datetime) -> Faces:
    place = world.locations["JKT"]

    async def bring(tx: Any) -> Faces:
        drawn = {one.code: one.id for one in await draw_bins(tx, place, DRAWN, now=now)}
        goods = [Goods("kopi", 1, None), Goods("kopi", 3, "L30", TODAY + timedelta(days=30))]
        [_, dated] = await receive_goods(tx, goods, location_id=place, now=now)
        faces = Faces(world, drawn, dated.lot_id, now)
        puts = [
            PutAway(drawn["A1"], faces.plain, 2),
            PutAway(drawn["R1"], faces.plain, 9),
            PutAway(drawn["R2"], faces.dated, 3),
        ]
        await put_away(tx, puts, in_hand={}, now=now)
        await hold_ready(tx, place, drawn["A1"], faces.kopi, least=4, most=10, now=now)
        return faces

    made: Faces = await world.floor.run(bring)
    return made


@pytest.fixture
async def faces(floor: ShopFloor, now: datetime) -> Faces:
    return await faces_at(await two_places(floor, now, kopi=10, gula=10), now)


async def test_what_expires_first_is_brought_first_up_to_what_there_is_room_for(
    faces: Faces, database_url: str
) -> None:
    assert await faces.listed() == [("R2", "A1", 3), ("R1", "A1", 5)]
    await faces.bring("R2", faces.dated, 3)
    assert await faces.units("A1") == 5
    assert await faces.listed() == []
    assert audit(database_url, now=faces.now).findings == []


async def test_a_face_that_is_not_below_its_least_is_left_alone_and_more_than_its_room_is_refused(
    faces: Faces,
) -> None:
    with pytest.raises(NothingToRefill):
        await faces.bring("R1", faces.plain, 6)
    await faces.bring("R1", faces.plain, 2)
    with pytest.raises(NothingToRefill):
        await faces.bring("R1", faces.plain, 1)
    assert (await faces.units("A1"), await faces.units("R1")) == (4, 7)


async def test_two_who_fill_the_same_face_at_once_fill_it_once(faces: Faces) -> None:
    outcomes = await asyncio.gather(
        *(faces.bring("R1", faces.plain, 5) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "NothingToRefill"]
    assert (await faces.units("A1"), await faces.units("R1")) == (7, 4)


async def test_blocked_bins_are_neither_filled_nor_taken_from(faces: Faces) -> None:
    floor, now = faces.world.floor, faces.now
    await floor.run(lambda tx: block_bin(tx, faces.place, faces.bins["R2"], why="Dihitung", now=now))
    assert await faces.listed() == [("R1", "A1", 8)]
    await floor.run(lambda tx: block_bin(tx, faces.place, faces.bins["A1"], why="Dihitung", now=now))
    assert await faces.listed() == []


async def test_only_pick_bins_hold_goods_ready_and_nothing_forgets_it(faces: Faces) -> None:
    floor, now = faces.world.floor, faces.now

    async def hold(code: str, least: int, most: int) -> None:
        await floor.run(
            lambda tx: hold_ready(
                tx, faces.place, faces.bins[code], faces.kopi, least=least, most=most, now=now
            )
        )

    for code, least, most in (("R1", 1, 2), ("A2", 0, 2), ("A2", 3, 2)):
        with pytest.raises(NotAPickFace):
            await hold(code, least, most)
    await hold("A1", 0, 0)
    assert await floor.run(lambda tx: pick_faces(tx, faces.place)) == []


async def test_people_fill_a_face_with_a_scan_of_the_right_bin_and_programs_read_the_list(
    person: Person, api: Api, world: World, now: datetime
) -> None:
    faces = await faces_at(world, now)
    jkt = to_text("loc", faces.place)
    wrong = await person.send(
        f"/stock/refills/{jkt}/hold", {"bin": "A2", "sku": "gula", "least": "9", "most": "3"}
    )
    assert wrong.status_code == 422
    assert 'value="9"' in wrong.text
    held = {"bin": "A2", "sku": "gula", "least": "3", "most": "9"}
    assert (await person.send(f"/stock/refills/{jkt}/hold", held)).status_code == 303
    shown = (await person.open(f"/stock/refills?location={jkt}")).text
    row = shown.split('name="refill" value="')[1].split('"')[0]
    missed = await person.send(f"/stock/refills/{jkt}/bring", {"refill": row, "units": "3", "into": "A2"})
    assert missed.status_code == 422
    assert await faces.units("A1") == 2
    form = {"refill": row, "units": "3", "into": "A1", "_once": "satu"}
    assert (await person.send(f"/stock/refills/{jkt}/bring", form)).status_code == 303
    assert "Tidak ada yang dicatat dua kali" in (await person.send(f"/stock/refills/{jkt}/bring", form)).text
    assert await faces.units("A1") == 5

    told = (await api.ask("GET", f"/locations/{jkt}/pick-faces")).json()["data"]
    assert [(one["bin"], one["sku"], one["units"]) for one in told] == [("A1", "kopi", 5), ("A2", "gula", 0)]
    asked = {"faces": [{"bin": "A1", "sku": "kopi", "least": 6, "most": 7}]}
    assert (await api.ask("PUT", f"/locations/{jkt}/pick-faces", asked)).status_code == 200
    [listed] = (await api.ask("GET", f"/locations/{jkt}/refills")).json()["data"]
    assert (listed["from_bin"], listed["to_bin"], listed["units"]) == ("R1", "A1", 2)
