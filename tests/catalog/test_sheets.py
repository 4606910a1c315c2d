"""Products in and out as CSV: good rows are applied, bad ones say where, what and what would be right."""

import time
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from catalog.wares import a_list, a_product, ppn, trail
from conftest import ShopFloor
from orderan.catalog import (
    ColumnsMissing,
    Import,
    ImportApplied,
    PriceRow,
    SheetUnreadable,
    SkuFields,
    UnknownColumns,
    apply_sheet,
    bundle_parts,
    check_sheet,
    export_sheet,
    prices_of,
    refused_rows,
    set_price,
    skus_by_code,
)
from orderan.kit.db import Tx

pytestmark = pytest.mark.anyio


async def check(floor: ShopFloor, text: str | bytes, *, now: datetime) -> Import:
    content = text.encode() if isinstance(text, str) else text
    made: Import = await floor.run(lambda tx: check_sheet(tx, "p.csv", content, currency="IDR", now=now))
    return made


async def bring_in(floor: ShopFloor, text: str | bytes, *, now: datetime) -> Import:
    checked = await check(floor, text, now=now)
    done: Import = await floor.run(lambda tx: apply_sheet(tx, checked.id, currency="IDR", now=now))
    return done


def wrong(made: Import) -> list[tuple[int, str, str, str]]:
    return [(one["row"], one["header"], one["fault"], one["right"]) for one in made.problems]


GOOD = """\
sku,produk,varian,pilihan,gtin,berat_g,harga
KAOS-S,Kaos Batik,S,ukuran=S; warna=Biru,8992761002015,180,125.000
KAOS-M,Kaos Batik,M,ukuran=M; warna=Biru,,190,Rp125.000
TEH,Teh Hijau,,,,100,15000
"""


async def test_a_dry_run_tells_and_changes_nothing(floor: ShopFloor, now: datetime) -> None:
    made = await check(floor, GOOD, now=now)

    assert made.counts == {"rows": 3, "new": 3, "changed": 0, "unchanged": 0, "refused": 0}
    assert await floor.value("SELECT count(*) FROM sku") == 0
    assert await floor.value("SELECT count(*) FROM price_list") == 0
    assert await trail(floor) == []


async def test_rows_of_one_product_become_its_variants_with_prices(floor: ShopFloor, now: datetime) -> None:
    await bring_in(floor, GOOD, now=now)

    skus = await floor.run(lambda tx: skus_by_code(tx, ["KAOS-S", "KAOS-M", "TEH"]))
    assert skus["KAOS-S"].product_id == skus["KAOS-M"].product_id != skus["TEH"].product_id
    assert skus["KAOS-S"].options == {"ukuran": "S", "warna": "Biru"}
    assert skus["KAOS-M"].weight_g == 190
    prices = await floor.run(lambda tx: prices_of(tx, [sku.id for sku in skus.values()]))
    assert sorted(price.amount_minor for price in prices) == [15_000, 125_000, 125_000]
    assert [action for action, _, _ in await trail(floor)].count("sku.add") == 3


async def test_the_same_sheet_twice_changes_nothing(floor: ShopFloor, now: datetime) -> None:
    await bring_in(floor, GOOD, now=now)
    before = await trail(floor)

    again = await bring_in(floor, GOOD, now=now + timedelta(days=1))

    assert again.counts == {"rows": 3, "new": 0, "changed": 0, "unchanged": 3, "refused": 0}
    assert [action for action, _, _ in (await trail(floor))[len(before) :]] == ["catalog.import"]
    assert await floor.value("SELECT count(*) FROM price") == 3


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.replace(",", "\x1f").replace(";", "|").replace("\x1f", ";").replace("|", "/").encode(),
        ("sep=;\n" + GOOD.replace(";", "/").replace(",", ";")).encode("cp1252"),
        GOOD.replace(",", "\t").encode("utf-16"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace(
            "sku,produk,varian,pilihan,gtin,berat_g,harga",
            "SKU,Product,Variant,Options,Barcode,Weight_g,Price",
        ).encode(),
    ],
    ids=["utf-8 mark", "semicolons", "excel", "utf-16 tabs", "windows lines", "english"],
)
async def test_sheets_are_read_as_spreadsheets_save_them(
    floor: ShopFloor, now: datetime, content: bytes
) -> None:
    made = await check(floor, content, now=now)
    refused = {row for row, header, _, _ in wrong(made) if header != "pilihan"}
    assert refused == set()
    assert made.counts["rows"] == 3


async def test_each_bad_row_says_row_column_fault_and_what_would_be_right(
    floor: ShopFloor, now: datetime
) -> None:
    await ppn(floor)
    text = (
        "sku;produk;gtin;satuan;berat_g;kelas_pajak;harga;isi_bundel\n"
        "A;Kopi;8992761002010;pcs;250;ppn;12.500;\n"
        "B;Kopi;;karung;seperempat;ppn;12,50;\n"
        ";Kopi;;;;;;\n"
        "C;Teh;;;;mewah;;\n"
        "D;Gula;8,99E+12;;;;;\n"
        "E;Kopi;;;;;;\n"
        "E;Kopi;;;;;;\n"
        "P;Paket;;;;;;E*2; Z*1\n"
        "Q;Paket Q;;;;;;E*2\n"
    ).replace("E*2; Z*1", '"E*2; Z*1"')

    made = await bring_in(floor, text, now=now)

    assert wrong(made) == [
        (2, "gtin", "gtin_check_digit", "5"),
        (3, "berat_g", "not_whole", "250"),
        (
            3,
            "satuan",
            "unknown_choice",
            "pcs, set, pak, dus, lusin, kg, g, l, ml, m, cm, rol, lembar, pasang",
        ),
        (3, "harga", "not_a_price", "12500"),
        (4, "sku", "required", ""),
        (5, "kelas_pajak", "unknown_choice", "none, ppn, ppn_mewah"),
        (6, "gtin", "gtin_mangled", ""),
        (8, "sku", "repeated", "7"),
        (9, "isi_bundel", "part_unknown", ""),
    ]
    assert made.counts == {"rows": 9, "new": 2, "changed": 0, "unchanged": 0, "refused": 7}
    assert await floor.value("SELECT string_agg(code, ',' ORDER BY code) FROM sku") == "E,Q"


async def test_refused_rows_come_back_as_they_were_and_can_be_brought_in_repaired(
    floor: ShopFloor, now: datetime
) -> None:
    made = await bring_in(floor, "sku,produk,gtin\nA,Kopi,8992761002010\nB,Kopi,\n", now=now)

    sheet = (
        await floor.run(lambda tx: refused_rows(tx, made.id, lambda one: one["right"], locale="id"))
    ).decode("utf-8-sig")

    assert sheet == "sku,produk,gtin,masalah\r\nA,Kopi,8992761002010,gtin: 5\r\n"
    repaired = await bring_in(floor, sheet.replace("8992761002010", "8992761002015"), now=now)
    assert repaired.counts["new"] == 1
    found = await floor.run(lambda tx: skus_by_code(tx, ["A", "B"]))
    assert found["A"].product_id == found["B"].product_id


async def test_an_empty_cell_says_nothing_and_a_dash_empties(floor: ShopFloor, now: datetime) -> None:
    await bring_in(floor, GOOD, now=now)

    await bring_in(floor, "sku,gtin,berat_g,varian,harga\nKAOS-S,-,,,-\n", now=now + timedelta(hours=1))

    sku = (await floor.run(lambda tx: skus_by_code(tx, ["KAOS-S"])))["KAOS-S"]
    assert (sku.gtin, sku.weight_g, sku.name) == (None, 180, "S")
    [price] = await floor.run(lambda tx: prices_of(tx, [sku.id]))
    assert price.valid_until == now + timedelta(hours=1)


async def test_a_new_price_ends_the_one_before_and_leaves_what_is_planned(
    floor: ShopFloor, now: datetime
) -> None:
    await bring_in(floor, "sku,produk,harga\nTEH,Teh,15000\n", now=now)
    sku = (await floor.run(lambda tx: skus_by_code(tx, ["TEH"])))["TEH"]
    [price] = await floor.run(lambda tx: prices_of(tx, [sku.id]))
    planned = PriceRow(price.price_list_id, sku.id, 1, now + timedelta(days=9), None, 18_000)
    await floor.run(lambda tx: set_price(tx, planned, replacing=True, now=now))

    await bring_in(floor, "sku,harga\nTEH,16000\n", now=now + timedelta(days=1))

    rows = await floor.run(lambda tx: prices_of(tx, [sku.id]))
    assert [((row.valid_from - now).days, row.amount_minor) for row in rows] == [
        (0, 15_000),
        (1, 16_000),
        (9, 18_000),
    ]
    assert all(one.valid_until == two.valid_from for one, two in pairwise(rows))


async def test_lists_and_quantity_steps_have_columns_of_their_own(floor: ShopFloor, now: datetime) -> None:
    await a_list(floor, now)
    grosir = await a_list(floor, now, "grosir", customer_group="grosir", rank=10)

    await bring_in(
        floor, "sku,produk,harga,harga:grosir,harga:grosir@12\nTEH,Teh,15000,14000,12500\n", now=now
    )

    skus = await floor.run(lambda tx: skus_by_code(tx, ["TEH"]))
    prices = await floor.run(lambda tx: prices_of(tx, [skus["TEH"].id]))
    assert {
        (price.min_quantity, price.amount_minor) for price in prices if price.price_list_id == grosir.id
    } == {
        (1, 14_000),
        (12, 12_500),
    }


async def test_a_misspelt_column_is_refused_with_what_was_meant(floor: ShopFloor, now: datetime) -> None:
    with pytest.raises(UnknownColumns) as refused:
        await check(floor, "sku,produk,hraga,harga:ecer\nA,Kopi,1,2\n", now=now)
    assert refused.value.columns == ("hraga",)
    assert refused.value.meant == ("harga",)
    with pytest.raises(UnknownColumns) as refused:
        await check(floor, "sku,harga:ecer\nA,2\n", now=now)
    assert refused.value.columns == ("harga:ecer",)


@pytest.mark.parametrize("content", [b"", b"\n", b"PK\x03\x04\0\0xlsx", b'sku\n"A'])
async def test_what_is_no_sheet_is_refused(floor: ShopFloor, now: datetime, content: bytes) -> None:
    with pytest.raises(SheetUnreadable):
        await check(floor, content, now=now)


async def test_a_sheet_without_skus_is_refused(floor: ShopFloor, now: datetime) -> None:
    with pytest.raises(ColumnsMissing):
        await check(floor, "produk,harga\nKopi,1\n", now=now)


async def test_rows_that_disagree_about_their_product_are_refused(floor: ShopFloor, now: datetime) -> None:
    made = await check(floor, "sku,produk,merek\nA,Kopi,Gayo\nB,Kopi,Toraja\n", now=now)
    assert wrong(made) == [(3, "merek", "disagrees", "2")]


async def test_an_import_is_applied_once(floor: ShopFloor, now: datetime) -> None:
    made = await bring_in(floor, GOOD, now=now)
    with pytest.raises(ImportApplied):
        await floor.run(lambda tx: apply_sheet(tx, made.id, currency="IDR", now=now))


async def test_a_gtin_moves_to_another_sku_in_one_sheet(floor: ShopFloor, now: datetime) -> None:
    await bring_in(floor, GOOD, now=now)
    done = await bring_in(floor, "sku,gtin\nKAOS-S,-\nKAOS-M,8992761002015\n", now=now)
    assert done.counts["changed"] == 2
    assert await floor.value("SELECT code FROM sku WHERE gtin IS NOT NULL") == "KAOS-M"


async def a_rich_catalogue(floor: ShopFloor, now: datetime) -> None:
    await ppn(floor)
    umum = await a_list(floor, now)
    grosir = await a_list(floor, now, "grosir", customer_group="grosir", rank=10)
    nasty = SkuFields(
        "=1+1",
        name="-",
        options={"warna": 'Merah "tua"'},
        gtin="012345678905",
        weight_g=250,
        lot_tracked=True,
    )
    _, skus = await a_product(
        floor, now, nasty, SkuFields("GULA"), name="@Kopi; Gayo,", description="baris\nkedua", brand="-"
    )
    paket = SkuFields("PAKET", is_bundle=True, is_stocked=False, parts={"=1+1": 2, "GULA": 1})
    await a_product(floor, now, paket, name="Paket", tax_class="ppn")

    async def pricing(tx: Tx) -> None:
        for row in (
            PriceRow(umum.id, skus["GULA"].id, 1, now, None, 15_000),
            PriceRow(grosir.id, skus["GULA"].id, 12, now, now + timedelta(days=3), 12_500),
            PriceRow(umum.id, skus["=1+1"].id, 1, now + timedelta(days=3), None, 9_000),
        ):
            await set_price(tx, row, replacing=False, now=now)

    await floor.run(pricing)


async def everything(floor: ShopFloor) -> list[list[Any]]:
    return [
        await floor.all("SELECT * FROM product ORDER BY id"),
        await floor.all("SELECT * FROM sku ORDER BY id"),
        await floor.all("SELECT * FROM bundle_part ORDER BY bundle_id, part_id"),
        await floor.all("SELECT * FROM price ORDER BY sku_id, price_list_id, min_quantity, valid_from"),
        await floor.all("SELECT * FROM price_list ORDER BY id"),
    ]


@pytest.mark.parametrize(("locale", "delimiter"), [("id", ","), ("en", ","), ("id", ";")])
async def test_what_is_exported_and_brought_in_again_changes_nothing(
    floor: ShopFloor, now: datetime, locale: str, delimiter: str
) -> None:
    await a_rich_catalogue(floor, now)
    before = await everything(floor)
    later = now + timedelta(days=1)

    sheet = await floor.run(lambda tx: export_sheet(tx, locale=locale, delimiter=delimiter, now=later))
    done = await bring_in(floor, sheet, now=later)

    assert done.counts == {"rows": 3, "new": 0, "changed": 0, "unchanged": 3, "refused": 0}
    assert await everything(floor) == before


async def test_no_cell_of_an_export_is_run_as_a_formula(floor: ShopFloor, now: datetime) -> None:
    await a_rich_catalogue(floor, now)
    sheet = (await floor.run(lambda tx: export_sheet(tx, now=now))).decode("utf-8-sig")
    assert "\n'=1+1,'@Kopi" in sheet.replace('"', "")


async def test_a_whole_catalogue_moves_into_an_empty_shop_bundles_above_their_parts(
    floor: ShopFloor, now: datetime
) -> None:
    text = "sku,produk,isi_bundel,harga\nPAKET,Paket,KOPI*2; GULA,50000\nKOPI,Kopi,,20000\nGULA,Gula,,15000\n"

    done = await bring_in(floor, text, now=now)

    assert done.counts["new"] == 3
    skus = await floor.run(lambda tx: skus_by_code(tx, ["PAKET"]))
    assert skus["PAKET"].is_bundle
    parts = await floor.run(lambda tx: bundle_parts(tx, [skus["PAKET"].id]))
    assert {part.code: part.quantity for part in parts} == {"KOPI": 2, "GULA": 1}


async def test_ten_thousand_rows_take_seconds_and_a_fixed_number_of_statements(
    floor: ShopFloor, now: datetime
) -> None:
    rows = "".join(
        f"S{n},Produk {n // 4},V{n % 4},ukuran={n % 4},{n + 1},{10_000 + n}\n" for n in range(10_000)
    )
    began = time.monotonic()

    made = await bring_in(floor, f"sku,produk,varian,pilihan,berat_g,harga\n{rows}", now=now)

    assert made.counts["new"] == 10_000
    assert await floor.value("SELECT count(*) FROM product") == 2_500
    assert await floor.value("SELECT count(*) FROM price") == 10_000
    assert time.monotonic() - began < 20  # about two seconds here; generous for a busy machine
