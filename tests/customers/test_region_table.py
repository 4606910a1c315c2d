"""The reference table holds what is shipped, and the postcodes a shop brought."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from orderan.customers import TypedAddress, add_address, addresses, load_regions, register, save_postcodes
from orderan.customers.errors import EntryRefused
from orderan.customers.models import Typed
from orderan.customers.regions import Atlas
from orderan.kit.crypto import Keyring

pytestmark = pytest.mark.anyio

FEW = Atlas(
    [("31", "DKI"), ("31.74", "Jaksel"), ("31.74.07", "Kebayoran Baru"), ("31.74.07.1001", "Melawai")]
)


async def test_every_area_is_loaded_once(floor: ShopFloor) -> None:
    assert await floor.run(load_regions) == 91599
    assert await floor.run(load_regions) == 0

    levels = await floor.all("SELECT level, count(*) AS areas FROM region GROUP BY level ORDER BY level")
    assert [(row.level, row.areas) for row in levels] == [(1, 38), (2, 514), (3, 7285), (4, 83762)]
    lost = "SELECT count(*) FROM region WHERE level > 1 AND parent_code NOT IN (SELECT code FROM region)"
    assert await floor.value(lost) == 0


async def test_a_new_list_renames_and_keeps_the_postcodes(floor: ShopFloor) -> None:
    await floor.run(lambda tx: load_regions(tx, areas=FEW))
    assert await floor.run(lambda tx: save_postcodes(tx, {"31.74.07.1001": "12160", "31.74": "99999"})) == 1
    assert await floor.run(lambda tx: save_postcodes(tx, {"31.74.07.1001": "12160"})) == 0

    renamed = Atlas([(code, name.upper()) for code, name in zip(FEW.codes, FEW.names, strict=True)])
    assert await floor.run(lambda tx: load_regions(tx, areas=renamed)) == 3  # DKI is all capitals already

    rows = await floor.all("SELECT code, name, postcode FROM region ORDER BY code")
    assert [tuple(row) for row in rows] == [
        ("31", "DKI", None),
        ("31.74", "JAKSEL", None),
        ("31.74.07", "KEBAYORAN BARU", None),
        ("31.74.07.1001", "MELAWAI", "12160"),
    ]


async def test_where_the_village_has_a_postcode_it_is_filled_in_and_insisted_on(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    await floor.run(lambda tx: load_regions(tx, areas=FEW))
    await floor.run(lambda tx: save_postcodes(tx, {"31.74.07.1001": "12160"}))
    budi = await floor.run(lambda tx: register(tx, keyring, Typed("Budi", "081234567890"), now=now))
    typed = TypedAddress("Budi", "081234567890", "Jalan Melawai 1", "31.74.07.1001")

    await floor.run(lambda tx: add_address(tx, keyring, budi, typed, now=now))

    [card] = await floor.run(lambda tx: addresses(tx, keyring, [budi]))
    assert card.postcode == "12160"
    wrong = TypedAddress("Budi", "081234567890", "Jalan Melawai 1", "31.74.07.1001", postcode="12170")
    with pytest.raises(EntryRefused) as refused:
        await floor.run(lambda tx: add_address(tx, keyring, budi, wrong, now=now))
    assert [(one.field, one.expected) for one in refused.value.complaints] == [("postcode", "12160")]  # type: ignore[union-attr]
