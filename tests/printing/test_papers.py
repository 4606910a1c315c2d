"""Invoices say what the order says, to the rupiah; slips and notes say what is in the box and who gets it."""

import re
from datetime import datetime

import pytest

from access.conftest import Hire, House, hire, house, password_hash, sign_in
from conftest import ShopFloor
from fulfilment.working import an_order, packed, pay
from given import World, a_buyer, a_shop, asked, place
from orderan.access import Permission, Role, make_key
from orderan.flows.cancel_order import cancel_order
from orderan.flows.pay_links import PayLinks
from orderan.flows.place_order import Placed
from orderan.flows.views_papers import OrderPaper, order_paper
from orderan.kit.crypto import Keyring
from orderan.kit.i18n import format_money
from orderan.kit.ids import to_text
from orderan.orders import Order, Terms, Units
from orderan.printing import Block, Column, Paper, paper_pdf
from orderan.web.papers import invoice
from orderan.web.words import words
from printing.labelled import codes_on, pages_of, text_of

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]
ZONE = "Asia/Jakarta"


@pytest.fixture
async def world(floor: ShopFloor, now: datetime) -> World:
    return await a_shop(floor, now, stock={"kopi": 50, "teko": 20}, prices={"kopi": 33_333, "teko": 99_999})


async def an_invoice(world: World, order: Order) -> OrderPaper:
    found: OrderPaper = await world.floor.run(lambda tx: order_paper(tx, order.id))
    return found


def amounts(paper: Paper) -> dict[str, int]:
    """What stands beside each label, in rupiah."""
    return {one.label: int(re.sub(r"[^\d-]", "", one.amount.replace("−", "-"))) for one in paper.sums}


@pytest.mark.parametrize("locale", ["id", "en"])
async def test_an_invoice_adds_up_to_what_the_order_says(
    world: World, keyring: Keyring, now: datetime, locale: str
) -> None:
    order = await an_order(world, keyring, ("kopi", 3), ("teko", 2), now=now)
    await pay(world, order, 50_000, now=now)
    await world.floor.run(
        lambda tx: cancel_order(tx, order.id, units=[Units(1, 1)], reason="kurang", now=now)
    )
    found = await an_invoice(world, order)
    paper = invoice(found, words(locale), ZONE)
    say = words(locale).gettext
    told = amounts(paper)
    stands = found.order

    lines = [int(re.sub(r"\D", "", row[-1])) for row in paper.rows]
    assert [row[1] for row in paper.rows] == ["2", "2"]
    assert sum(lines) == stands.goods_minor - stands.discount_minor == told[say("Barang")]
    assert told[say("Total")] == stands.total_minor
    assert told[say("Dibayar")] == 50_000
    assert told[say("Sisa tagihan")] == stands.due_minor
    taxes = [amount for label, amount in told.items() if "PPN" in label or "VAT" in label]
    assert sum(taxes) == stands.tax_minor > 0
    extra = 0 if stands.tax_included else sum(taxes)
    assert sum(lines) + told[say("Ongkir")] + extra == stands.total_minor

    read = text_of(await paper_pdf([paper]))
    for words_ in (paper.title, str(order.number), format_money(stands.total_minor, "IDR", locale), "11/12"):
        assert words_ in read
    [page] = pages_of(await paper_pdf([paper]))
    assert codes_on(page) == {("QRCode", str(order.number))}


async def test_who_may_not_read_personal_data_gets_no_address_and_a_buyer_none_either(
    house: House, hire: Hire, world: World, keyring: Keyring, floor: ShopFloor, now: datetime
) -> None:
    [placed] = await place(world, keyring, asked(("kopi", 1), buyer=a_buyer(), terms=Terms.PREPAID), now=now)
    assert isinstance(placed, Placed)
    order = placed.order
    path = f"/orders/{to_text('ord', order.id)}/invoice.pdf"
    await hire("pemilik@toko.test", Role.OWNER)
    owner = house.browser()
    await sign_in(owner, "pemilik@toko.test")
    whole = await owner.get(path)
    assert whole.headers["content-type"] == "application/pdf"
    assert whole.headers["cache-control"] == "private, no-store"
    assert "Ani Lestari" in text_of(whole.content)
    assert "Jl. Mawar 1" in text_of(whole.content)
    logged = await floor.value(
        "SELECT count(*) FROM personal_access WHERE shop_id = %(shop)s AND purpose = 'faktur'"
    )
    assert logged == 1

    ticket = PayLinks("", keyring).ticket(1, order.id, now=now)
    own = await house.browser().get(f"/pay/{ticket}/invoice.pdf")
    assert own.status_code == 200
    _, secret = await floor.run(
        lambda tx: make_key(tx, name="buku", permissions=frozenset({Permission.ORDERS_READ}), now=now)
    )
    program = house.browser(authorization=f"Bearer {secret}")
    kept = await program.get(f"/api/v1/orders/{to_text('ord', order.id)}/invoice.pdf?language=en")
    for answer in (own, kept):
        read = text_of(answer.content)
        assert str(order.number) in read
        assert "Lestari" not in read
        assert "Mawar" not in read
    assert "Invoice" in text_of(kept.content)
    stranger = await house.browser().get("/track/order/invoice.pdf")
    assert (stranger.status_code, stranger.headers["location"]) == (303, "/track")
    assert (await house.browser().get("/pay/nonsense/invoice.pdf")).status_code == 404


async def test_a_slip_says_what_is_packed_and_a_note_who_gets_it(
    house: House, hire: Hire, world: World, keyring: Keyring, now: datetime
) -> None:
    order = await an_order(world, keyring, ("kopi", 2), ("teko", 1), now=now, terms=Terms.COD)
    task = to_text("tsk", await packed(world, order, now=now))
    await hire("gudang@toko.test", Role.WAREHOUSE)
    browser = house.browser()
    await sign_in(browser, "gudang@toko.test")

    slip = text_of((await browser.get(f"/warehouse/tasks/{task}/packing-slip.pdf")).content)
    note = text_of((await browser.get(f"/warehouse/tasks/{task}/delivery-note.pdf")).content)

    for read in (slip, note):
        assert "Kopi – kopi" in read
        assert "Kopi – teko" in read
        assert str(order.number) in read
        assert "Rp" not in read
    assert "Lestari" not in slip
    for words_ in ("Surat jalan", "Ani Lestari", "Jl. Mawar 1", "0812-3456-7890", "Penerima", "2 pcs"):
        assert words_ in note


async def test_a_table_goes_on_over_pages_with_its_head_and_no_text_is_a_command() -> None:
    cell = '#panic("x") *tebal* $x^2$ \\ [a] ' + "W" * 200
    paper = Paper(
        language="id",
        title="Faktur #x",
        reference="100",
        sender=Block("Penjual", cell),
        parties=(Block("Pembeli", cell, (cell,)),),
        facts=((cell, cell),),
        columns=(Column("Barang", 4), Column("Jumlah", 1, number=True)),
        rows=((cell, "1"),) * 120,
    )
    pdf = await paper_pdf([paper, paper])
    pages = pages_of(pdf)
    assert len(pages) > 4
    assert text_of(pdf).count("Jumlah") == len(pages)
    assert '#panic("x") *tebal* $x^2$' in text_of(pdf)
