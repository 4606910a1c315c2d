"""Products and skus: what may be said of them, what is refused, what the trail keeps."""

from datetime import datetime

import pytest
from stdnum import ean

from catalog.wares import a_product, ppn, trail
from conftest import ShopFloor
from orderan.catalog import (
    CatalogState,
    EntryRefused,
    Fault,
    PartArchived,
    ProductFields,
    SkuFields,
    StillInBundles,
    Wrong,
    add_product,
    add_skus,
    assemblable,
    bundle_parts,
    change_product,
    change_sku,
    check_gtin,
    list_products,
    list_skus,
    offers,
    set_product_state,
    set_sku_state,
    skus_of,
)

pytestmark = pytest.mark.anyio

GTIN = "8992761002015"


@pytest.mark.parametrize("gtin", ["96385074", "012345678905", "8992761002015", "10012345678902"])
def test_gtins_of_every_length_are_taken(gtin: str) -> None:
    assert check_gtin(gtin) is None


@pytest.mark.parametrize("length", [8, 12, 13, 14])
def test_every_wrong_last_digit_is_told_with_the_right_one(length: int) -> None:
    body = "1234567890123"[: length - 1]
    right = ean.calc_check_digit(body)
    for digit in "0123456789":
        found = check_gtin(body + digit)
        expected = Wrong("gtin", Fault.GTIN_CHECK_DIGIT, body + digit, right)
        assert found == (None if digit == right else expected)


@pytest.mark.parametrize(
    ("gtin", "fault"),
    [
        ("123", Fault.GTIN_LENGTH),
        ("89927610020151", Fault.GTIN_CHECK_DIGIT),
        ("8992761O02015", Fault.GTIN_LENGTH),
        ("٨٩٩٢٧٦١٠٠٢٠١٥", Fault.GTIN_LENGTH),
        ("8,99276E+12", Fault.GTIN_MANGLED),
    ],
)
def test_what_is_no_gtin_is_named(gtin: str, fault: Fault) -> None:
    found = check_gtin(gtin)
    assert found is not None
    assert found.fault is fault


async def test_a_product_is_added_with_its_variants_and_a_trace_of_each(
    floor: ShopFloor, now: datetime
) -> None:
    await ppn(floor)
    variants = [
        SkuFields(f"KAOS-{size}", name=size, options={"ukuran": size}, weight_g=180) for size in "SML"
    ]

    product, skus = await a_product(floor, now, *variants, name="Kaos Batik", tax_class="ppn")

    assert [sku.code for sku in await floor.run(lambda tx: skus_of(tx, product.id))] == [
        "KAOS-S",
        "KAOS-M",
        "KAOS-L",
    ]
    assert skus["KAOS-M"].options == {"ukuran": "M"}
    actions = [action for action, _, _ in await trail(floor)]
    assert actions == ["product.add", "sku.add", "sku.add", "sku.add"]


async def test_every_wrong_field_is_told_at_once_and_nothing_is_added(
    floor: ShopFloor, now: datetime
) -> None:
    bad = SkuFields("A;B", gtin="8992761002010", unit="karung", weight_g=-1)

    with pytest.raises(EntryRefused) as refused:
        await floor.run(lambda tx: add_product(tx, ProductFields("", tax_class="mewah"), [bad], now=now))

    assert [(one.field, one.fault) for one in refused.value.wrong] == [
        ("name", Fault.REQUIRED),
        ("tax_class", Fault.UNKNOWN_CHOICE),
        ("sku", Fault.NOT_A_CODE),
        ("gtin", Fault.GTIN_CHECK_DIGIT),
        ("unit", Fault.UNKNOWN_CHOICE),
        ("weight_g", Fault.OUT_OF_RANGE),
    ]
    assert await floor.value("SELECT count(*) FROM product") == 0
    assert await trail(floor) == []


async def test_a_code_belongs_to_one_sku_of_the_shop(floor: ShopFloor, now: datetime) -> None:
    product, _ = await a_product(floor, now)

    with pytest.raises(EntryRefused) as refused:
        await floor.run(lambda tx: add_skus(tx, product.id, [SkuFields("KOPI")], now=now))

    assert refused.value.wrong == (Wrong("sku", Fault.TAKEN, "KOPI", "KOPI"),)
    assert await floor.value("SELECT count(*) FROM sku") == 1


async def test_twelve_digits_and_thirteen_with_a_zero_are_one_gtin(floor: ShopFloor, now: datetime) -> None:
    product, _ = await a_product(floor, now, SkuFields("A", gtin="012345678905"))

    with pytest.raises(EntryRefused) as refused:
        await floor.run(lambda tx: add_skus(tx, product.id, [SkuFields("B", gtin="0012345678905")], now=now))

    assert refused.value.wrong == (Wrong("gtin", Fault.TAKEN, "0012345678905", "A"),)
    found = await floor.run(lambda tx: list_skus(tx, gtin="0012345678905"))
    assert [sku.code for sku, _ in found] == ["A"]


async def test_two_variants_with_the_same_options_are_refused(floor: ShopFloor, now: datetime) -> None:
    product, _ = await a_product(floor, now, SkuFields("S", options={"ukuran": "S"}))

    with pytest.raises(EntryRefused) as refused:
        await floor.run(
            lambda tx: add_skus(tx, product.id, [SkuFields("S2", options={"Ukuran": "s"})], now=now)
        )

    assert refused.value.wrong == (Wrong("options", Fault.SAME_OPTIONS, "Ukuran=s", "S"),)


async def test_a_change_leaves_only_what_differs_in_the_trail(floor: ShopFloor, now: datetime) -> None:
    product, skus = await a_product(floor, now, SkuFields("KOPI", weight_g=250))

    await floor.run(lambda tx: change_sku(tx, skus["KOPI"].id, SkuFields("KOPI", weight_g=260), now=now))
    await floor.run(
        lambda tx: change_product(tx, product.id, ProductFields("Kopi", tax_class="none"), now=now)
    )

    assert (await trail(floor))[2:] == [
        ("sku.change", {"weight_g": 250}, {"weight_g": 260}),
        ("product.change", {"name": "Kopi Gayo"}, {"name": "Kopi"}),
    ]


async def test_saying_the_same_again_leaves_no_trace(floor: ShopFloor, now: datetime) -> None:
    _, skus = await a_product(floor, now, SkuFields("KOPI", weight_g=250))

    await floor.run(lambda tx: change_sku(tx, skus["KOPI"].id, SkuFields("KOPI", weight_g=250), now=now))

    assert len(await trail(floor)) == 2


async def test_a_bundle_is_made_of_skus_and_never_of_bundles(floor: ShopFloor, now: datetime) -> None:
    product, skus = await a_product(floor, now, SkuFields("KOPI"), SkuFields("GULA"))
    paket = SkuFields("PAKET", is_bundle=True, is_stocked=False, parts={"KOPI": 2, "GULA": 1})
    [bundle] = await floor.run(lambda tx: add_skus(tx, product.id, [paket], now=now))

    box = SkuFields("PETI", is_bundle=True, is_stocked=False, parts={"PAKET": 2, "TEH": 1})
    with pytest.raises(EntryRefused) as refused:
        await floor.run(lambda tx: add_skus(tx, product.id, [box], now=now))

    assert refused.value.wrong == (
        Wrong("parts", Fault.PART_IS_BUNDLE, "PAKET"),
        Wrong("parts", Fault.PART_UNKNOWN, "TEH"),
    )
    parts = await floor.run(lambda tx: bundle_parts(tx, [bundle.id]))
    assert {part.code: part.quantity for part in parts} == {"KOPI": 2, "GULA": 1}
    available = {skus["KOPI"].id: 7, skus["GULA"].id: 9}
    assert assemblable([(part.sku_id, part.quantity) for part in parts], available) == 3


async def test_a_bundle_nobody_weighed_weighs_what_its_parts_do(floor: ShopFloor, now: datetime) -> None:
    product, _ = await a_product(floor, now, SkuFields("KOPI", weight_g=250), SkuFields("GULA", weight_g=500))
    parts = {"KOPI": 2, "GULA": 1}
    bundles = [
        SkuFields("PAKET", is_bundle=True, is_stocked=False, parts=parts),
        SkuFields("KOTAK", is_bundle=True, is_stocked=False, parts=parts, weight_g=1_200),
    ]

    paket, kotak = await floor.run(lambda tx: add_skus(tx, product.id, bundles, now=now))

    assert (paket.weight_g, kotak.weight_g) == (1_000, 1_200)


async def test_a_plain_sku_never_becomes_a_bundle_so_bundles_cannot_go_in_circles(
    floor: ShopFloor, now: datetime
) -> None:
    _, skus = await a_product(floor, now, SkuFields("KOPI"), SkuFields("GULA"))
    bundled = SkuFields("KOPI", is_bundle=True, is_stocked=False, parts={"GULA": 1})

    with pytest.raises(EntryRefused) as refused:
        await floor.run(lambda tx: change_sku(tx, skus["KOPI"].id, bundled, now=now))

    assert refused.value.wrong == (Wrong("is_bundle", Fault.BUNDLE_FIXED),)
    assert await floor.value("SELECT count(*) FROM bundle_part") == 0


async def test_a_part_is_archived_only_after_the_bundles_that_need_it(
    floor: ShopFloor, now: datetime
) -> None:
    paket = SkuFields("PAKET", is_bundle=True, is_stocked=False, parts={"KOPI": 1})
    product, skus = await a_product(floor, now, SkuFields("KOPI"))
    [bundle] = await floor.run(lambda tx: add_skus(tx, product.id, [paket], now=now))
    kopi = skus["KOPI"].id

    with pytest.raises(StillInBundles) as refused:
        await floor.run(lambda tx: set_sku_state(tx, kopi, CatalogState.ARCHIVED, now=now))
    assert refused.value.bundles == ("PAKET",)

    await floor.run(lambda tx: set_sku_state(tx, bundle.id, CatalogState.ARCHIVED, now=now))
    await floor.run(lambda tx: set_sku_state(tx, kopi, CatalogState.ARCHIVED, now=now))
    with pytest.raises(PartArchived):
        await floor.run(lambda tx: set_sku_state(tx, bundle.id, CatalogState.ACTIVE, now=now))


async def test_an_archived_product_is_sold_no_more_until_it_is_restored(
    floor: ShopFloor, now: datetime
) -> None:
    product, _ = await a_product(floor, now)

    await floor.run(lambda tx: set_product_state(tx, product.id, CatalogState.ARCHIVED, now=now))
    assert await floor.run(lambda tx: offers(tx, ["KOPI"], now=now)) == {}

    await floor.run(lambda tx: set_product_state(tx, product.id, CatalogState.ACTIVE, now=now))
    assert list(await floor.run(lambda tx: offers(tx, ["KOPI"], now=now))) == ["KOPI"]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("kop", ["Kopi Gayo"]),
        ("GAY", ["Kopi Gayo"]),
        ("tea-", ["Teh Hijau"]),
        (GTIN, ["Teh Hijau"]),
        ("opi", []),
        ("100%", []),
        ("_", []),
    ],
)
async def test_products_are_found_by_beginnings_and_gtin(
    floor: ShopFloor, now: datetime, q: str, found: list[str]
) -> None:
    await a_product(floor, now, SkuFields("KOPI-250"))
    await a_product(floor, now, SkuFields("TEA-100", gtin=GTIN), name="Teh Hijau")

    cards = await floor.run(lambda tx: list_products(tx, q=q, now=now))

    assert [card.name for card in cards] == found


async def test_pages_of_products_neither_skip_nor_repeat(floor: ShopFloor, now: datetime) -> None:
    for number in range(7):
        await a_product(floor, now, SkuFields(f"K{number}"), name="Kopi" if number % 2 else "kopi")

    seen = []
    after = None
    while cards := await floor.run(lambda tx, after=after: list_products(tx, after=after, limit=3, now=now)):
        seen += [card.codes[0] for card in cards]
        after = (cards[-1].name.lower(), cards[-1].id)

    assert seen == [f"K{number}" for number in range(7)]
