"""Labels of goods and bins are read back as they were written, and printed once however often they are asked for."""

from datetime import date, datetime
from typing import Any

import pytest

from given import World
from inventory.conftest import STOCK, Api, Person, api, client, person, world
from orderan.inventory import BinAsked, Goods, draw_bins, receive_goods
from orderan.kit.ids import to_text
from orderan.marks import read_mark
from orderan.printing import Sticker, StickerSize, sticker_pdf, sticker_zpl
from printing.labelled import codes_on, pages_of, text_of
from printing.zebra import labels_in

pytestmark = pytest.mark.anyio
__all__ = ["api", "client", "person", "world"]

SMALL, WIDE = StickerSize.SMALL, StickerSize.WIDE
GTIN = "8991234567891"
ELEMENTS = "[01]08991234567891[17]271231[10]"
SEEN = "(01)08991234567891(17)271231(10)"


@pytest.mark.parametrize(
    ("size", "code", "elements", "kind", "read"),
    [
        (SMALL, GTIN, "", "Code128", GTIN),
        (SMALL, "A1-01-1", "", "Code128", "A1-01-1"),
        (SMALL, "kode panjang, tidak muat di garis", "", "QRCode", "kode panjang, tidak muat di garis"),
        (WIDE, "ñandú-1", "", "QRCode", "ñandú-1"),
        (SMALL, GTIN, f"{ELEMENTS}L-7/A", "DataMatrix", f"{SEEN}L-7/A"),
        (WIDE, GTIN, f"{ELEMENTS}L-7/A", "Code128", f"{SEEN}L-7/A"),
        (WIDE, GTIN, f"{ELEMENTS}ABCDEFGHIJKLMNOPqRST", "DataMatrix", f"{SEEN}ABCDEFGHIJKLMNOPqRST"),
    ],
)
async def test_a_code_is_read_back_from_pdf_and_zpl(
    size: StickerSize, code: str, elements: str, kind: str, read: str
) -> None:
    sticker = Sticker(size, "KOPI-GAYO", "Kopi Gayo ^XZ~JA " * 9, code, elements, ("Lot L-7",), copies=2)

    pages = pages_of(await sticker_pdf([sticker]))
    zpl = sticker_zpl([sticker])
    [drawn] = labels_in(zpl)

    assert [codes_on(page) for page in pages] == [{(kind, read)}] * 2
    assert codes_on(drawn) == {(kind, read)}
    assert "^PQ2" in zpl
    assert "~" not in zpl


async def prepared(world: World, now: datetime) -> str:
    """Kopi with a barcode and a lot, and three bins in two zones; the location's name."""
    place = world.locations["JKT"]
    await world.floor.all(
        "UPDATE sku SET gtin = %(gtin)s WHERE shop_id = %(shop)s AND id = %(sku)s RETURNING id",
        gtin=GTIN,
        sku=world.skus["kopi"],
    )
    bins = [BinAsked("A1-01-1", zone="A"), BinAsked("A1-02-1", zone="A"), BinAsked("B1-01-1", zone="B")]
    goods = [Goods("kopi", 4, "L-7/A", date(2027, 12, 31))]

    async def make(tx: Any) -> None:
        await draw_bins(tx, place, bins, now=now)
        await receive_goods(tx, goods, location_id=place, now=now)

    await world.floor.run(make)
    return to_text("loc", place)


def read_of(pages: Any) -> list[str]:
    return [text for page in pages for _, text in codes_on(page)]


async def test_a_program_prints_goods_and_bins_once_under_a_key(api: Api, now: datetime) -> None:
    place = await prepared(api.world, now)
    goods = {"goods": [{"sku": GTIN, "copies": 2, "lot": "L-7/A"}, {"sku": "gula"}]}

    made = await api.ask("POST", "/sticker-prints/goods", goods, key="satu")
    again = await api.ask("POST", "/sticker-prints/goods", goods, key="satu")
    assert (made.status_code, again.json()) == (201, made.json())
    told = made.json()
    assert [(one["code"], one["copies"]) for one in told["stickers"]] == [("kopi", 2), ("gula", 1)]
    pdf = (await api.ask("GET", told["pdf"].removeprefix("/api/v1"))).content
    assert read_of(pages_of(pdf)) == [f"{SEEN}L-7/A", f"{SEEN}L-7/A", "gula"]
    assert "Kedaluwarsa 31 Des 2027" in text_of(pdf)
    mark = read_mark(f"]d2{read_of(pages_of(pdf))[0]}".replace("(", "").replace(")", ""), today=now.date())
    assert (mark.gtin, mark.batch, mark.expires_on) == (f"0{GTIN}", "L-7/A", date(2027, 12, 31))

    zone = await api.ask("POST", "/sticker-prints/bins", {"location_id": place, "zone": "A"})
    zpl = (await api.ask("GET", zone.json()["zpl"].removeprefix("/api/v1"))).text
    assert read_of(labels_in(zpl)) == ["A1-01-1", "A1-02-1"]
    named = await api.ask("POST", "/sticker-prints/bins", {"location_id": place, "bins": ["B1-01-1"]})
    assert [one["code"] for one in named.json()["stickers"]] == ["B1-01-1"]
    assert await api.world.floor.value("SELECT count(*) FROM print_job WHERE shop_id = %(shop)s") == 3


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("goods", {"goods": [{"sku": "tidak-ada"}]}, 422, "unknown_stocked_sku"),
        (
            "goods",
            {"goods": [{"sku": "kopi", "copies": 900}, {"sku": "gula", "copies": 101}]},
            422,
            "too_many_stickers",
        ),
        ("bins", {"zone": "Z"}, 409, "nothing_to_print"),
        ("bins", {"bins": ["Z-9"]}, 404, "unknown_bin"),
    ],
)
async def test_what_cannot_be_printed_is_refused_and_nothing_is_written_down(
    api: Api, now: datetime, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    place = await prepared(api.world, now)
    asked = body if path == "goods" else {"location_id": place} | body

    answer = await api.ask("POST", f"/sticker-prints/{path}", asked)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await api.world.floor.value("SELECT count(*) FROM print_job WHERE shop_id = %(shop)s") == 0


async def test_labels_of_a_place_outside_the_scope_are_neither_printed_nor_seen(
    api: Api, now: datetime
) -> None:
    place = await prepared(api.world, now)
    made = (await api.ask("POST", "/sticker-prints/bins", {"location_id": place})).json()

    await api.may(STOCK, locations=[api.world.locations["SBY"]])

    refused = await api.ask("POST", "/sticker-prints/bins", {"location_id": place})
    assert refused.status_code == 403
    for path in ("", "/stickers.pdf", "/stickers.zpl"):
        assert (await api.ask("GET", f"/sticker-prints/{made['id']}{path}")).status_code == 404


async def test_goods_that_arrive_get_a_label_each_and_a_form_sent_twice_prints_once(
    person: Person, now: datetime
) -> None:
    place = await prepared(person.world, now)
    arrived = {
        "location": place,
        "sku": ["kopi", "gula"],
        "lot": ["L-8", ""],
        "expires_on": ["2028-01-31", ""],
        "quantity": ["3", "1"],
        "labels": "yes",
        "verb": "save",
        "_once": "satu-kali",
    }

    first = await person.send("/stock/receive", arrived)
    second = await person.send("/stock/receive", arrived)

    assert (first.status_code, second.status_code) == (303, 422)
    job = first.headers["location"].partition("?")[0]
    pdf = (await person.open(f"{job}/stickers.pdf")).content
    assert read_of(pages_of(pdf)) == [f"(01)0{GTIN}(17)280131(10)L-8"] * 3 + ["gula"]
    assert "4 label siap dicetak" in (await person.open(first.headers["location"])).text

    again = await person.send(f"{job}/again", {"_once": "lagi"})
    twice = await person.send(f"{job}/again", {"_once": "lagi"})
    assert (again.status_code, twice.status_code) == (303, 409)
    assert again.headers["location"] != job
    assert await person.world.floor.value("SELECT count(*) FROM print_job WHERE shop_id = %(shop)s") == 2


async def test_the_form_keeps_what_was_typed_and_the_pages_lead_to_it(person: Person, now: datetime) -> None:
    place = await prepared(person.world, now)
    typed = {"sku": ["kopi", "tidak-ada"], "lot": ["L-7/A", ""], "quantity": ["7", "5"], "size": "wide"}

    wrong = await person.send("/stock/stickers", typed | {"verb": "save"})
    right = await person.send("/stock/stickers", typed | {"sku": ["kopi", "gula"], "verb": "save"})

    assert wrong.status_code == 422
    assert "tidak dikenal" in wrong.text
    assert 'value="tidak-ada"' in wrong.text
    assert right.status_code == 303
    assert "dan 1 lainnya" in (await person.open("/stock/stickers")).text
    bins = await person.send("/stock/stickers/bins", {"location": place, "zone": "B"})
    zpl = (await person.open(f"{bins.headers['location']}/stickers.zpl")).text
    assert read_of(labels_in(zpl)) == ["B1-01-1"]
    assert (
        "/stock/stickers?sku=kopi"
        in (await person.open(f"/stock/items/{to_text('sku', person.world.skus['kopi'])}")).text
    )
    assert "Cetak label rak" in (await person.open(f"/stock/bins?location={place}")).text
