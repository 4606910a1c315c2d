"""Order pages through HTTP: whole errands of a clerk, and what somebody else's order answers."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked, place
from orderan.flows.place_order import Placed
from orderan.inventory import Receipt, receive_stock
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.orders import Order, Terms
from orderan.shops import ChannelKind, add_channel
from orders.acting import look, open_entries, pay, placed, shipped

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    return await a_shop(floor, now, stock={"kopi": 50, "teh": 50})


@pytest.fixture
async def owner(house: House, hire: Hire, world: World) -> AsyncIterator[AsyncClient]:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        yield browser


def path(order: Order) -> str:
    return f"/orders/{to_text('ord', order.id)}"


def words(answer: Any) -> str:
    """What a person reads on a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def test_the_list_shows_filters_and_finds(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    unpaid = await placed(world, keyring, asked(("kopi", 1), buyer=a_buyer()), now)
    cod = await placed(
        world, keyring, asked(("teh", 2), terms=Terms.COD, buyer=a_buyer("Siti", "+628111222333")), now
    )

    whole = await owner.get("/orders")
    assert whole.status_code == 200
    assert str(unpaid.number) in whole.text
    assert str(cod.number) in whole.text
    only = await owner.get("/orders", params={"status": "accepted"})
    assert str(cod.number) in only.text
    assert str(unpaid.number) not in only.text
    swapped = await owner.get("/orders?terms=cod", headers={"hx-request": "true"})
    assert "<html" not in swapped.text
    assert str(cod.number) in swapped.text
    by_phone = await owner.get("/orders", params={"q": "0811-1222-333"})
    assert str(cod.number) in by_phone.text
    assert str(unpaid.number) not in by_phone.text
    straight = await owner.get("/orders", params={"q": f"#{cod.number}"})
    assert (straight.status_code, straight.headers["location"]) == (303, path(cod))
    nothing = await owner.get("/orders", params={"q": "zzz"})
    assert "Tidak ada yang cocok" in words(nothing)
    for odd in ("after=x", "after=2026-01-01~zz", "from=gestern", "min=abc", "status=x", "before=~"):
        assert (await owner.get(f"/orders?{odd}")).status_code == 200


async def test_a_clerk_confirms_a_payment_and_the_page_says_what_comes_next(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now)
    before = words(await owner.get(path(order)))
    assert "Konfirmasi pembayaran Rp20.000" in before
    assert "0812-****-7890" in before

    done = await send(
        owner, f"{path(order)}/pay", {"amount": "20.000", "method": "bank_transfer", "reference": "BCA1"}
    )
    assert (done.status_code, done.headers["location"]) == (303, f"{path(order)}?said=paid")
    after = words(await owner.get(done.headers["location"]))
    assert "Pembayaran dicatat." in after
    assert "Lepas pekerjaan ke gudang" in after
    assert "Pembayaran Rp20.000 diterima" in after
    again = await send(owner, f"{path(order)}/pay", {"amount": "20.000", "reference": "BCA1"})
    assert again.status_code == 422
    assert "BCA1" in words(again)
    assert (await look(world, order.id))[0].paid_minor == 20_000


async def test_a_clerk_holds_notes_tags_and_cancels_a_part(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 3), ("teh", 1), terms=Terms.COD), now)

    await send(owner, f"{path(order)}/holds", {"kind": "address", "reason": "Nomor rumah?", "expires_at": ""})
    page = await owner.get(path(order))
    assert "Periksa lalu lepas penahanan" in words(page)
    [hold] = set(re.findall(r"/holds/(hld_\w+)/release", page.text))
    await send(owner, f"{path(order)}/holds/{hold}/release", {"reason": "Sudah ditelepon"})
    await send(owner, f"{path(order)}/notes", {"body": "<b>Kirim</b> sore"})
    await send(owner, f"{path(order)}/tags", {"add": "VIP, kado"})
    await send(owner, f"{path(order)}/tags", {"remove": "kado"})
    await send(owner, f"{path(order)}/cancel", {"reason": "Kurang satu", "units_1": "1", "units_2": "0"})

    page = await owner.get(path(order))
    said = words(page)
    assert "<b>Kirim</b> sore" in said
    assert "&lt;b&gt;Kirim" in page.text
    assert "Penahanan dilepas: Alamat perlu diperiksa" in said
    assert "1 barang dibatalkan" in said
    stored, lines = await look(world, order.id)
    assert ([line.cancelled for line in lines], stored.total_minor, stored.version) == ([1, 0], 30_000, 2)
    kept = words(await owner.get(f"{path(order)}/versions/1"))
    assert "Rp40.000" in kept
    empty = await send(owner, f"{path(order)}/notes", {"body": "  "})
    assert empty.status_code == 422


@pytest.mark.parametrize(
    ("form", "fields", "told"),
    [
        ("holds", {"kind": "stock", "reason": "Opname", "expires_at": "besok"}, "“besok” bukan tanggal."),
        ("cancel", {"reason": "Kurang", "units_1": "1", "units_2": "1,5"}, "“1,5” bukan jumlah barang."),
        ("pay", {"amount": "dua puluh"}, "“dua puluh” bukan jumlah uang."),
        ("change", {"units_1": "-1"}, "“-1” bukan jumlah barang."),
        ("change", {"sku_0_text": "teh", "new_0": "banyak"}, "“banyak” bukan jumlah barang."),
        ("change", {"units_1": "5", "discount": "10%"}, "“10%” bukan jumlah uang."),
    ],
)
async def test_what_cannot_be_read_is_told_and_nothing_is_done(
    owner: AsyncClient,
    world: World,
    keyring: Keyring,
    now: datetime,
    form: str,
    fields: dict[str, str],
    told: str,
) -> None:
    order = await placed(world, keyring, asked(("kopi", 3), ("teh", 2)), now)
    before = await look(world, order.id)

    answer = await send(owner, f"{path(order)}/{form}", fields)

    assert answer.status_code == 422
    assert told in words(answer)
    assert await look(world, order.id) == before
    for table in ("order_hold", "order_change", "payment_event"):
        assert await world.floor.value(f"SELECT count(*) FROM {table}") == 0


async def test_a_cancelled_and_paid_order_asks_for_the_refund_and_finance_sends_it(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    await pay(world, order, 20_000, now)
    await send(owner, f"{path(order)}/cancel", {"reason": "Batal", "whole": "1"})
    assert "Kembalikan Rp20.000 ke pembeli" in words(await owner.get(path(order)))

    await send(owner, f"{path(order)}/refunds", {"amount": "20.000", "reason": "Dibatalkan"})
    page = await owner.get(path(order))
    assert "Kirim pengembalian dana Rp20.000" in words(page)
    [refund] = set(re.findall(r"/refunds/(rfd_\w+)/execute", page.text))
    await send(
        owner, f"{path(order)}/refunds/{refund}/execute", {"method": "bank_transfer", "reference": "R1"}
    )

    stored, _ = await look(world, order.id)
    assert (stored.refunded_minor, stored.money) == (20_000, "refunded")
    assert await open_entries(world) == []
    assert "Tidak ada: pesanan dibatalkan" in words(await owner.get(path(order)))


async def test_a_change_is_previewed_then_confirmed_and_a_second_editor_is_told(
    owner: AsyncClient, house: House, hire: Hire, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2), terms=Terms.COD), now)
    opened = await send(
        owner,
        f"{path(order)}/change",
        {"units_1": "3", "sku_0_text": "teh", "new_0": "2", "reason": "Tambah"},
    )
    assert (opened.status_code, opened.headers["location"]) == (303, f"{path(order)}/change")
    page = await owner.get(opened.headers["location"])
    assert "pembeli membayar lagi Rp30.000" in words(page)
    change = re.search(r'name="change" value="(chg_\w+)"', page.text)
    assert change is not None

    await hire("operasi@toko.test", "operations", name="Bayu")
    async with house.browser() as other:
        await sign_in(other, "operasi@toko.test")
        refused = await send(other, f"{path(order)}/change", {"units_1": "1"})
        assert refused.status_code == 422
        assert "Pemilik" in words(await other.get(f"{path(order)}/change"))

    wrong = await send(owner, f"{path(order)}/change/confirm", {"change": change[1], "expected": "1"})
    assert wrong.status_code == 422
    for unseen in ("", "²", "9" * 5_000):
        blind = await send(owner, f"{path(order)}/change/confirm", {"change": change[1], "expected": unseen})
        assert blind.status_code == 422
    assert (await look(world, order.id))[0].total_minor == 20_000
    done = await send(owner, f"{path(order)}/change/confirm", {"change": change[1], "expected": "50000"})
    assert done.headers["location"] == f"{path(order)}?said=changed"
    stored, lines = await look(world, order.id)
    assert (stored.total_minor, [line.quantity for line in lines]) == (50_000, [3, 2])
    assert "Tambah" in words(await owner.get(path(order)))


async def test_a_phone_sale_is_quoted_and_placed_once(
    owner: AsyncClient, world: World, keyring: Keyring
) -> None:
    form = await owner.get("/orders/new")
    cart = re.search(r'name="cart" value="(new-\w+)"', form.text)
    assert cart is not None
    typed = {
        "cart": cart[1],
        "channel": "web",
        "phone": "0812 3456 7890",
        "name": "Ani Lestari",
        "line": "Jl. Mawar 1",
        "village_text": "Gambir",
        "sku_0_text": "kopi",
        "units_0": "2",
        "sku_1": "teh",
        "units_1": "",
        "terms": "cod",
        "service": "",
        "discount": "1.000",
        "note": "Telepon dulu",
    }
    token = owner.cookies.get("orderan_csrf", "")
    quote = await owner.post(
        "/orders/new/quote", data=typed | {"_csrf_token": token}, headers={"hx-request": "true"}
    )
    assert "Buat pesanan Rp29.000" in words(quote)
    assert "<html" not in quote.text
    without = await send(owner, "/orders/new", typed)
    assert without.status_code == 200
    assert "Buat pesanan Rp29.000" in words(without)

    first = await send(owner, "/orders/new", typed | {"expected": "29000"})
    again = await send(owner, "/orders/new", typed | {"expected": "29000"})
    assert first.status_code == 303
    assert again.headers["location"] == first.headers["location"]
    assert await world.stock("kopi") == (50, 0, 2)
    assert "Pesanan dibuat." in words(await owner.get(first.headers["location"]))

    known = await owner.post(
        "/orders/new/buyer",
        data={"phone": "081234567890", "_csrf_token": token},
        headers={"hx-request": "true"},
    )
    assert "Pembeli lama" in words(known)
    assert 'value="Jl. Mawar 1"' in known.text
    read = await world.floor.value("SELECT purpose FROM personal_access ORDER BY id DESC LIMIT 1")
    assert "pesanan baru" in read


async def test_what_cannot_be_sold_is_said_beside_what_was_typed(
    owner: AsyncClient, world: World, keyring: Keyring
) -> None:
    typed = {"cart": "new-1", "channel": "web", "sku_0_text": "kopi", "units_0": "99", "terms": "cod"}

    quote = await send(owner, "/orders/new", typed)
    assert "Stok kopi kurang: perlu 99, tersedia 50." in words(quote)
    placed_anyway = await send(owner, "/orders/new", typed | {"expected": "990000"})
    assert placed_anyway.status_code == 422
    assert "Stok tidak cukup." in words(placed_anyway)
    unknown = await send(owner, "/orders/new", typed | {"sku_0_text": "gula"})
    assert "gula" in words(unknown)
    bad_phone = await send(
        owner, "/orders/new", typed | {"units_0": "1", "phone": "abc", "name": "A", "expected": "10000"}
    )
    assert bad_phone.status_code == 422
    assert 'value="abc"' in bad_phone.text
    few = typed | {"units_0": "1", "expected": "10000"}
    for odd, told in (
        ({"units_0": "1O"}, "“1O” bukan jumlah barang."),
        ({"discount": "10%"}, "“10%” bukan jumlah uang."),
    ):
        unread = await send(owner, "/orders/new", few | odd)
        assert unread.status_code == 422
        assert told in words(unread)
    for odd in ({"expected": "²"}, {"expected": "9" * 5_000}, {"units_²": "1", f"units_{'9' * 5_000}": "1"}):
        assert (await send(owner, "/orders/new", few | {"expected": ""} | odd)).status_code == 200
    ahead = await owner.get("/orders/skus", params={"q": "kopi", "channel": "web"})
    assert [one["value"] for one in ahead.json()] == ["kopi", "teh"]  # both are of the product Kopi
    assert "Rp10.000" in ahead.json()[0]["sub"]
    assert "stok 50" in ahead.json()[0]["sub"]
    assert await world.floor.value("SELECT count(*) FROM sales_order") == 0


async def test_what_is_wrong_with_a_buyer_is_said_beside_the_field_and_stays_typed(
    owner: AsyncClient, world: World
) -> None:
    typed = {
        "cart": "new-1",
        "channel": "web",
        "sku_0_text": "kopi",
        "units_0": "1",
        "terms": "cod",
        "expected": "10000",
        "phone": "0812345",
        "name": "",
        "email": "ani@gmial.com",
        "line": "Jl. Mawar 1",
        "village": "99.99.99.9999",
        "village_text": "Entah",
        "postcode": "1012",
    }

    refused = await send(owner, "/orders/new", typed)

    said = words(refused)
    assert refused.status_code == 422
    for complaint in (
        "Nomor ini kurang angka.",
        "Isian ini wajib diisi.",
        "Alamat e-mail ini mungkin salah ketik. Maksud Anda ani@gmail.com?",
        "Pilih kelurahan atau desa.",
        "Kode pos terdiri dari lima angka.",
    ):
        assert complaint in said, complaint
    for kept in ("0812345", "ani@gmial.com", "Entah", "1012", "99.99.99.9999"):
        assert f'value="{kept}"' in refused.text, kept
    assert await world.floor.value("SELECT count(*) FROM sales_order") == 0
    assert await world.floor.value("SELECT count(*) FROM customer") == 0

    mended = typed | {"phone": "081234567890", "name": "Ani", "village": "31.71.01.1001", "postcode": "60286"}
    elsewhere = await send(owner, "/orders/new", mended)
    assert "Kode pos ini bukan dari wilayah yang dipilih." in words(elsewhere)
    quoting = await send(owner, "/orders/new", mended | {"step": "quote"})
    assert "Maksud Anda ani@gmail.com?" in words(quoting)
    insisted = await send(owner, "/orders/new", mended | {"postcode": "10110", "insist_email": "yes"})

    assert insisted.status_code == 303
    where = await world.floor.all("SELECT village_code, postcode FROM customer_address")
    assert [tuple(row) for row in where] == [("31.71.01.1001", "10110")]


async def test_one_thing_is_done_to_many_orders_each_with_its_own_answer(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    first = await placed(world, keyring, asked(("kopi", 1)), now)
    gone = await placed(world, keyring, asked(("kopi", 1), terms=Terms.COD), now)
    await shipped(world, gone.id, [(1, "kopi", 1)], now=now)
    ids = [to_text("ord", order.id) for order in (first, gone)]

    done = await send(owner, "/orders/bulk", {"verb": "cancel", "reason": "Salah", "order_id": ids})
    assert done.status_code == 303
    page = words(await owner.get(done.headers["location"]))
    assert "1 berhasil, 1 tidak." in page
    assert "hanya bisa diretur" in page
    refused = await owner.get(f"{done.headers['location']}/refused.csv")
    assert str(gone.number) in refused.text
    assert str(first.number) not in refused.text
    assert (await look(world, first.id))[0].commercial == "cancelled"

    tagged = await send(owner, "/orders/bulk", {"verb": "tag", "tags": "lebaran", "whole": "1", "query": ""})
    assert "2 berhasil, 0 tidak." in words(await owner.get(tagged.headers["location"]))
    nobody = await send(owner, "/orders/bulk", {"verb": "cancel", "reason": "-"})
    assert nobody.status_code == 422


async def test_what_is_seen_is_exported_and_formulas_are_defused(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 1), buyer=a_buyer("=1+1", "+628133333333")), now)
    await placed(world, keyring, asked(("kopi", 1), terms=Terms.COD), now)

    answer = await owner.get("/orders/export.csv?status=awaiting_payment")

    header, row, *rest = answer.text.splitlines()
    assert header.startswith("number,placed_at,status")
    assert row.startswith(f"{order.number},")
    assert ",'=1+1," in row
    assert rest == []


async def test_an_export_goes_on_to_the_oldest_order_however_few_fit(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A page of the list looks at one order only, so that most pages of the file are empty.
    monkeypatch.setattr("orderan.orders.views_list.LOOKED_THROUGH", 1)
    [oldest] = await place(world, keyring, asked(("kopi", 1), terms=Terms.COD), now=now)
    assert isinstance(oldest, Placed)
    more = [Receipt(world.skus["teh"], world.locations["JKT"], 60)]
    await world.floor.run(lambda tx: receive_stock(tx, more, now=now))
    later = await place(
        world, keyring, *(asked(("teh", 1)) for _ in range(101)), now=now + timedelta(minutes=1)
    )
    assert all(isinstance(one, Placed) for one in later)

    text = (await owner.get("/orders/export.csv?terms=cod")).text

    assert [line.split(",")[0] for line in text.splitlines()] == ["number", str(oldest.order.number)]


async def test_all_that_a_filter_finds_is_counted_before_something_is_done_to_it(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    for terms in (Terms.COD, Terms.COD, Terms.PREPAID):
        await placed(world, keyring, asked(("kopi", 1), terms=terms, buyer=a_buyer()), now)

    every = await owner.get("/orders/whole")
    cash = await owner.get("/orders/whole?terms=cod")
    page = (await owner.get("/orders?terms=cod")).text

    assert every.json() == {"orders": "3 pesanan"}
    assert cash.json() == {"orders": "2 pesanan"}
    assert 'data-whole="/orders/whole?terms=cod"' in page
    assert 'data-one="1 pesanan" data-many="# pesanan"' in page


async def test_an_export_of_whole_names_is_logged_once_per_person_and_of_initials_not(
    owner: AsyncClient, house: House, hire: Hire, world: World, keyring: Keyring, now: datetime
) -> None:
    for name, phone in (("Ani Lestari", "+628133333333"), ("Budi Santoso", "+628144444444")):
        for _ in range(2):
            await placed(world, keyring, asked(("kopi", 1), buyer=a_buyer(name, phone)), now)
    await placed(world, keyring, asked(("kopi", 1)), now)
    readings = "SELECT customer_id, fields, purpose, actor FROM personal_access"

    await hire("gudang@toko.test", "warehouse")
    async with house.browser() as other:
        await sign_in(other, "gudang@toko.test")
        assert "Lestari" not in (await other.get("/orders/export.csv")).text
    assert await world.floor.all(readings) == []

    answer = await owner.get("/orders/export.csv")

    assert answer.text.count("Ani Lestari") == 2
    kept = await world.floor.all(readings)
    people = await world.floor.all("SELECT id FROM customer")
    assert {row.customer_id for row in kept} == {row.id for row in people}
    [name] = re.findall(r'filename="(.+)"', answer.headers["content-disposition"])
    assert [(row.fields, row.purpose) for row in kept] == [(["name"], f"ekspor pesanan {name}")] * 2
    assert {row.actor.partition(":")[0] for row in kept} == {"staff"}


async def test_a_view_is_kept_shown_as_a_tab_and_forgotten(owner: AsyncClient) -> None:
    await send(owner, "/orders/views", {"name": "COD saja", "query": "terms=cod"})
    page = await owner.get("/orders?terms=cod")
    assert "COD saja" in words(page)
    [view] = set(re.findall(r"/orders/views/(viw_\w+)/forget", page.text))
    await send(owner, f"/orders/views/{view}/forget", {})
    assert "COD saja" not in words(await owner.get("/orders"))


async def test_orders_outside_the_scope_are_not_found_and_nothing_about_them_is_told(
    owner: AsyncClient, house: House, hire: Hire, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    await hire("luar@toko.test", "operations", channel_ids=[world.locations["JKT"]])
    async with house.browser() as other:
        await sign_in(other, "luar@toko.test")
        assert str(order.number) not in (await other.get("/orders")).text
        assert str(order.number) not in (await other.get("/orders/export.csv")).text
        for address in (path(order), f"{path(order)}/change", f"{path(order)}/versions/1"):
            assert (await other.get(address)).status_code == 404
        for verb, fields in (
            ("pay", {"amount": "1"}),
            ("cancel", {"whole": "1", "reason": "-"}),
            ("holds", {"kind": "other", "reason": "-"}),
            ("notes", {"body": "x"}),
            ("tags", {"add": "x"}),
            ("complete", {}),
            ("reveal", {}),
            ("change", {"units_1": "1"}),
        ):
            assert (await send(other, f"{path(order)}/{verb}", fields)).status_code == 404, verb
        ids = [to_text("ord", order.id)]
        chosen = await send(other, "/orders/bulk", {"verb": "cancel", "reason": "-", "order_id": ids})
        assert chosen.status_code == 422
    stored, _ = await look(world, order.id)
    assert (stored.commercial, stored.version, stored.open_holds) == ("awaiting_payment", 1, 0)


async def test_a_viewer_sees_and_changes_nothing(
    house: House, hire: Hire, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now)
    await hire("tamu@toko.test", "viewer")
    async with house.browser() as guest:
        await sign_in(guest, "tamu@toko.test")
        page = words(await guest.get(path(order)))
        assert "Ani L." in page
        assert "Ani Lestari" not in page
        assert (await send(guest, f"{path(order)}/cancel", {"whole": "1", "reason": "-"})).status_code == 403
        assert (await send(guest, f"{path(order)}/pay", {"amount": "1"})).status_code == 403
        denied = await send(guest, "/orders/bulk", {"verb": "cancel", "order_id": [to_text("ord", order.id)]})
        assert denied.status_code == 403


async def test_a_form_sent_twice_is_booked_once_and_leads_to_the_same_place(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 4)), now)
    form = {"amount": "10.000", "method": "bank_transfer", "_once": "formulir-1"}

    answers = await asyncio.gather(*(send(owner, f"{path(order)}/pay", form) for _ in range(3)))

    assert {(answer.status_code, answer.headers.get("location")) for answer in answers} == {
        (303, f"{path(order)}?said=paid")
    }
    assert (await look(world, order.id))[0].paid_minor == 10_000
    # A form that was opened anew is another payment.
    assert (await send(owner, f"{path(order)}/pay", form | {"_once": "formulir-2"})).status_code == 303
    assert (await look(world, order.id))[0].paid_minor == 20_000


async def test_control_with_an_id_each_every_sending_is_booked(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 4)), now)
    form = {"amount": "10.000", "method": "bank_transfer"}

    answers = await asyncio.gather(
        *(send(owner, f"{path(order)}/pay", form | {"_once": f"formulir-{turn}"}) for turn in range(2))
    )

    assert [answer.status_code for answer in answers] == [303, 303]
    assert (await look(world, order.id))[0].paid_minor == 20_000


async def test_every_form_of_a_page_has_an_id_of_its_own(
    owner: AsyncClient, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 1)), now)

    page = (await owner.get(path(order))).text

    ids = re.findall(r'name="_once" value="([^"]+)"', page)
    assert len(ids) == page.count('name="_csrf_token"') > 3
    assert len(set(ids)) == len(ids)


async def test_a_clerk_of_one_channel_neither_places_elsewhere_nor_sees_what_others_did(
    owner: AsyncClient, house: House, hire: Hire, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now)
    await pay(world, order, 20_000, now)
    done = await send(owner, "/orders/bulk", {"verb": "complete", "order_id": [to_text("ord", order.id)]})
    bulk = done.headers["location"]
    assert (await owner.get(f"{bulk}/refused.csv")).status_code == 200
    other = await world.floor.run(
        lambda tx: add_channel(tx, code="pasar", name="Pasar", kind=ChannelKind.MARKETPLACE, now=now)
    )
    await hire("pasar@toko.test", "operations", channel_ids=[other.id])
    async with house.browser() as clerk:
        await sign_in(clerk, "pasar@toko.test")
        assert (await clerk.get(f"{bulk}/refused.csv")).status_code == 404
        customer = f"/customers/{to_text('cus', order.customer_id)}" if order.customer_id else ""
        page = await clerk.get(customer)
        assert page.status_code == 200
        assert str(order.number) not in page.text
        assert "Rp20.000" not in words(page)
        assert str(order.number) in (await owner.get(customer)).text
        typed = {
            "channel": "web",
            "sku": ["teh"],
            "quantity": ["1"],
            "expected": "10000",
            "terms": "prepaid",
            "kind": "b2c",
            "cart": "keranjang-9",
            "verb": "place",
        }
        assert (await send(clerk, "/orders/new", typed)).status_code == 422
    assert await world.stock("teh") == (50, 0, 0)


async def test_home_counts_only_what_a_person_may_see(
    owner: AsyncClient, house: House, hire: Hire, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await placed(world, keyring, asked(("kopi", 2)), now)
    await pay(world, order, 27_000, now)
    await hire("lain@toko.test", "operations", channel_ids=[world.locations["JKT"]])
    async with house.browser() as other:
        await sign_in(other, "lain@toko.test")
        assert "Rp7.000" not in words(await other.get("/"))
    assert "Rp7.000 dipertaruhkan" in words(await owner.get("/"))
