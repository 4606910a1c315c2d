"""A tag is one unit: however often, by however many readers and in however many sessions it is heard."""

import asyncio
import csv
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from conftest import ShopFloor
from given import World
from inventory.conftest import STOCK, Api, Person
from orderan.auditor import audit
from orderan.flows.count_stock_take import begin_counting, finish_counting
from orderan.flows.manifest import close_manifest
from orderan.flows.pack_goods import finish_packing
from orderan.flows.read_tags import LotOf, book_tags, read_tags_for
from orderan.flows.views_tags import tags_of
from orderan.inventory import LotNeeded
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id, to_text
from orderan.marks import from_hex, to_hex
from orderan.shipping import open_manifest, scans_on
from orderan.stocktake import differences
from orderan.tagging import NothingRead, TagPurpose, TagSession, hear_tags
from packing.tables import GTIN as PACKED_GTIN
from packing.tables import a_table
from printing.booked import booked
from stocktake.counting import counting_shop
from tagging.reading import OTHER, SSCC, carton, goods_of, heard, unit, with_barcode

pytestmark = pytest.mark.anyio
FOREIGN = "E2801160600002084C2B5E0F"
"""A tag of a chip's maker, none of GS1."""


async def opened(api: Api, place: str = "JKT") -> str:
    body = {"purpose": "receipt", "target": to_text("loc", api.world.locations[place])}
    answer = await api.ask("POST", "/tag-sessions", body)
    assert answer.status_code == 201, answer.text
    name: str = answer.json()["id"]
    return name


async def reads(api: Api, session: str, *epcs: str, key: str = "") -> Any:
    body = {"reads": [{"epc": epc, "antenna": turn % 4} for turn, epc in enumerate(epcs)]}
    return await api.ask("POST", f"/tag-sessions/{session}/reads", body, key=key)


async def book(api: Api, session: str, **how: Any) -> Any:
    return await api.ask("POST", f"/tag-sessions/{session}/bookings", how)


async def test_goods_arrive_once_by_their_tags_and_strangers_are_named(api: Api) -> None:
    await with_barcode(api.world)
    session = await opened(api)
    own = [unit(serial) for serial in (1, 2, 3)]

    first = await reads(api, session, *own, *own, unit(9, OTHER), "NOT-A-TAG", key="satu")
    again = await reads(api, session, *own, *own, unit(9, OTHER), "NOT-A-TAG", key="satu")
    second = (await reads(api, session, own[0].lower(), unit(4), FOREIGN)).json()

    assert first.json() == again.json()
    assert goods_of(second) == {"kopi": (4, 0)}
    assert second["unknown_tags"] == 3
    assert {(one["gtin"], one["fault"] is None) for one in second["unknown"]} == {
        (OTHER, True),
        (None, False),
    }

    done = await book(api, session)
    assert (done.status_code, done.json()["booked_units"]) == (201, 4)
    assert await api.world.stock("kopi") == (14, 0, 0)
    for answer in (await book(api, session), await reads(api, session, unit(5))):
        assert (answer.status_code, answer.json()["code"]) == (409, "tag_session_booked")

    later = await opened(api)
    told = (await reads(api, later, *own)).json()
    assert goods_of(told) == {"kopi": (3, 3)}
    assert (await book(api, later)).json()["code"] == "nothing_read"
    assert await api.world.stock("kopi") == (14, 0, 0)
    assert (await book(api, later, again=True)).json()["booked_units"] == 3
    assert await api.world.stock("kopi") == (17, 0, 0)


async def test_a_carton_brings_what_was_told_of_it_and_tags_beside_it_count_instead(api: Api) -> None:
    await with_barcode(api.world)
    told = {"goods": [{"sku": "kopi", "quantity": 12}, {"sku": "gula", "quantity": 5}]}
    assert (await api.ask("POST", f"/carton-notices/{SSCC}", told)).json()["units"] == 17
    session = await opened(api)

    seen = (await reads(api, session, carton(), unit(1), unit(2), carton("006141411234567890"))).json()
    assert {one["sscc"]: one["told"] for one in seen["cartons"]} == {
        SSCC: True,
        "006141411234567890": False,
    }
    assert (await book(api, session)).json()["booked_units"] == 7
    assert await api.world.stock("kopi") == (12, 0, 0)
    assert await api.world.stock("gula") == (15, 0, 0)

    later = await opened(api)
    [arrived] = (await reads(api, later, carton())).json()["cartons"]
    assert arrived["arrived_at"] is not None
    assert (await book(api, later)).status_code == 409
    refused = await api.ask("POST", f"/carton-notices/{SSCC}", told)
    assert (refused.status_code, refused.json()["code"]) == (409, "container_received")


async def test_what_is_not_there_is_refused(api: Api) -> None:
    goods = {"goods": [{"sku": "kopi", "quantity": 1}]}
    stranger = {"goods": [{"sku": "tidak-ada", "quantity": 1}]}
    nowhere = {"purpose": "receipt", "target": to_text("loc", new_id())}
    driver = {"purpose": "dispatch", "target": to_text("mnf", new_id())}
    answers = [
        await api.ask("POST", "/carton-notices/123", goods),
        await api.ask("POST", f"/carton-notices/{SSCC}", stranger),
        await api.ask("POST", "/tag-sessions", nowhere),
        await api.ask("POST", "/tag-sessions", driver),
    ]
    assert [one.json()["code"] for one in answers] == [
        "not_an_sscc",
        "unknown_stocked_sku",
        "unknown_location",
        "may_not_hand_over",
    ]


async def test_a_session_of_another_place_is_not_there(api: Api) -> None:
    session = await opened(api)
    await api.may(STOCK, locations=[api.world.locations["SBY"]])
    answers = [
        await api.ask("GET", f"/tag-sessions/{session}"),
        await reads(api, session, unit(1)),
        await book(api, session),
    ]
    assert [one.status_code for one in answers] == [404, 404, 404]


async def receipt(world: World, now: datetime, *epcs: str) -> TagSession:
    made: TagSession = await world.floor.run(
        lambda tx: read_tags_for(tx, TagPurpose.RECEIPT, world.locations["JKT"], now=now)
    )
    await world.floor.run(lambda tx: hear_tags(tx, made.id, heard(epcs, now)))
    return made


async def test_readers_and_sessions_at_once_receive_each_tag_once(world: World, now: datetime) -> None:
    await with_barcode(world)
    tags = [unit(serial) for serial in range(200)]
    session, other = await receipt(world, now), await receipt(world, now, *tags)

    async def hear(epcs: list[str]) -> None:
        await world.floor.run(lambda tx: hear_tags(tx, session.id, heard(epcs, now)))

    await asyncio.gather(*(hear(part) for part in (tags, tags[::-1], tags[50:], tags * 3)))
    assert len(await world.floor.run(lambda tx: tags_of(tx, session.id))) == 200

    async def take(one: TagSession) -> int:
        try:
            units: int = await world.floor.run(lambda tx: book_tags(tx, one.id, now=now))
        except NothingRead:
            return 0
        return units

    assert sorted(await asyncio.gather(take(session), take(other))) == [0, 200]
    assert await world.stock("kopi") == (210, 0, 0)


async def test_goods_kept_by_lot_need_one_and_are_known_by_it_later(world: World, now: datetime) -> None:
    await with_barcode(world, lots=True)
    session = await receipt(world, now, unit(1), unit(2))

    with pytest.raises(LotNeeded):
        await world.floor.run(lambda tx: book_tags(tx, session.id, now=now))
    lots = [LotOf("kopi", "L-7")]
    assert await world.floor.run(lambda tx: book_tags(tx, session.id, lots=lots, now=now)) == 2
    later = await receipt(world, now, unit(1))
    [known] = await world.floor.run(lambda tx: tags_of(tx, later.id))
    assert known.lot == "L-7"
    assert not known.is_new


async def test_tags_stand_as_what_was_counted_of_a_bin(
    floor: ShopFloor, database_url: str, now: datetime
) -> None:
    shop = await counting_shop(floor, database_url, now)
    await with_barcode(shop.world)
    take = await shop.open()
    area = (await shop.areas(take))["A1"]

    async def sweep(tx: Any) -> None:
        await begin_counting(tx, area.id, now=now)
        session = await read_tags_for(tx, TagPurpose.COUNT, area.id, now=now)
        for _ in range(3):
            await hear_tags(tx, session.id, heard([unit(serial) for serial in range(6)], now))
        assert await book_tags(tx, session.id, now=now) == 6
        await finish_counting(tx, area.id, now=now)

    await shop.by("budi", sweep)
    rows = await shop.by("kepala", lambda tx: differences(tx, take.id, limit=10))
    assert [(row.sku, row.counted, row.difference) for row in rows] == [("kopi", 6, -1)]


async def test_the_parcels_of_tags_at_the_door_are_scanned_and_their_units_may_come_again(
    floor: ShopFloor, keyring: Keyring, database_url: str, now: datetime
) -> None:
    table = await a_table(floor, keyring, now)
    place, gtin = table.world.locations["JKT"], PACKED_GTIN["kopi"]
    inside, loose = unit(71, gtin), unit(72, gtin)
    arrived = await receipt(table.world, now, inside)
    await floor.run(lambda tx: book_tags(tx, arrived.id, now=now))
    _, task = await table.opened(("kopi", 1))
    assert (await table.scan(task, f"]d201{gtin}2171")).outcome == "right"
    await floor.run(lambda tx: finish_packing(tx, task, now=now))
    [booking] = await booked(table.world, keyring, place, task, now=now)
    van = await floor.run(lambda tx: open_manifest(tx, place, "own", now=now))
    session = await floor.run(lambda tx: read_tags_for(tx, TagPurpose.DISPATCH, van.id, now=now))

    await floor.run(lambda tx: hear_tags(tx, session.id, heard([inside, loose, inside], now)))
    assert await floor.run(lambda tx: book_tags(tx, session.id, now=now)) == 1

    [scan] = await floor.run(lambda tx: scans_on(tx, van.id))
    assert (scan.awb, scan.verdict) == (booking.awb, "ready")
    before = await receipt(table.world, now, inside)
    assert not (await floor.run(lambda tx: tags_of(tx, before.id)))[0].is_new
    await floor.run(lambda tx: close_manifest(tx, van.id, now=now))
    assert (await floor.run(lambda tx: tags_of(tx, before.id)))[0].is_new
    assert audit(database_url, now=now).findings == []


async def test_a_person_pastes_tags_and_books_them_once(person: Person) -> None:
    await with_barcode(person.world, lots=True)
    begun = await person.send(
        "/stock/tags",
        {"purpose": "receipt", "target": to_text("loc", person.world.locations["JKT"]), "_once": "mulai"},
    )
    assert begun.status_code == 303
    page = begun.headers["location"]
    typed = f"{unit(1)}\r\n{unit(2)}\n{unit(1)}  {FOREIGN}"

    for turn in ("a", "b"):
        assert (await person.send(f"{page}/read", {"tags": typed, "_once": turn})).status_code == 303
    shown = (await person.open(page)).text
    assert FOREIGN in shown
    assert "Kode lot kopi" in shown

    bare = await person.send(f"{page}/book", {"sku_1": "kopi", "lot_1": "", "expected": "yes", "_once": "c"})
    assert bare.status_code == 409
    assert "dicatat per lot" in bare.text
    assert re.search(r'name="expected"[^>]*checked', bare.text)
    full = {"sku_1": "kopi", "lot_1": "L-9", "expires_on_1": "2028-01-31", "_once": "d"}
    assert (await person.send(f"{page}/book", full)).status_code == 303
    assert (await person.send(f"{page}/book", full)).status_code == 409
    assert await person.world.stock("kopi") == (12, 0, 0)
    assert "Sudah dicatat" in (await person.open(page)).text


async def test_the_vectors_of_the_data_sets_are_units_and_cartons(world: World, now: datetime) -> None:
    found = Path(os.environ.get("ORDERAN_DATA_SETS", "../shared/data")) / "gs1" / "epc_vectors.csv"
    if not found.is_file():
        pytest.skip(f"no vectors at {found}")
    with found.open(newline="") as file:
        sent = {row["epc_hex"]: row["gtin_or_sscc"] for row in csv.DictReader(file)}
    session = await receipt(world, now, *sent, *sent)

    told = await world.floor.run(lambda tx: tags_of(tx, session.id))

    assert {one.epc: one.gtin or one.sscc for one in told} == {
        to_hex(from_hex(epc)): key for epc, key in sent.items()
    }
