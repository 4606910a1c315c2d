"""A quote is what placement charges, and asking for one leaves nothing behind."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from given import JAKARTA, LONG_AGO, World, a_buyer, a_shop, asked, place
from orderan.catalog import PriceListFields, PriceRow, UnknownSkus, add_price_list, set_price
from orderan.flows.place_order import Placed
from orderan.flows.quote_order import Inquiry, InquiryLine, Priced, quote_order
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import new_id
from orderan.pricing import Discount, NoShippingFee, TotalChanged
from orderan.shops import UnknownChannel

pytestmark = pytest.mark.anyio


async def quoted(floor: ShopFloor, keyring: Keyring, inquiry: Inquiry, now: datetime) -> Priced:
    priced, currency = await floor.run(
        lambda tx: quote_order(tx, floor.shop, inquiry, keyring=keyring, now=now)
    )
    assert currency == "IDR"
    assert isinstance(priced, Priced)
    return priced


async def ship(world: World) -> None:
    async def adding(tx: Tx) -> None:
        zone = new_id()
        values = {"shop": tx.shop_id, "zone": zone, "from": LONG_AGO}
        await tx.run("INSERT INTO shipping_zone VALUES (%(shop)s, %(zone)s, 'jkt', 'Jakarta')", values)
        await tx.run("INSERT INTO shipping_zone_area VALUES (%(shop)s, '31', %(zone)s)", values)
        await tx.run(
            "INSERT INTO shipping_fee VALUES (%(shop)s, %(zone)s, 'reg', %(from)s, 9000, 7000)", values
        )

    await world.floor.run(adding)


async def test_a_quote_is_what_placement_charges(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50, "gula": 50}, bundles={"paket": {"kopi": 2}})
    await ship(world)
    off = [Discount("HEMAT", "merchant", 1_001), Discount("BRAND", "brand", 500, 2)]
    wanted = [("kopi", 3), ("gula", 1), ("paket", 2)]
    inquiry = Inquiry(
        "web",
        [InquiryLine(*line) for line in wanted],
        off,
        shipping_service="reg",
        phone="+6281234567890",
        village_code=JAKARTA,
    )

    told = (await quoted(floor, keyring, inquiry, now)).quote
    [placed] = await place(
        world,
        keyring,
        asked(
            *wanted,
            discounts=off,
            shipping_service="reg",
            buyer=a_buyer(),
            expected_total_minor=told.total_minor,
        ),
        now=now,
    )

    assert isinstance(placed, Placed)
    order = placed.order
    assert told.total_minor == 60_000 - 1_501 + 9_000 + 2 * 7_000
    assert (
        order.goods_minor,
        order.discount_minor,
        order.shipping_minor,
        order.tax_minor,
        order.total_minor,
    ) == (
        told.goods_minor,
        told.discount_minor,
        told.shipping_minor,
        told.tax_minor,
        told.total_minor,
    )
    assert [line.tax_minor for line in placed.lines] == [line.tax_minor for line in told.lines]


async def test_asking_leaves_nothing_behind(floor: ShopFloor, keyring: Keyring, now: datetime) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})

    await quoted(floor, keyring, Inquiry("web", [InquiryLine("kopi", 9)], phone="+6281234567890"), now)

    assert await world.stock("kopi") == (5, 0, 0)
    assert await floor.value("SELECT count(*) FROM customer") == 0
    assert await floor.value("SELECT count(*) FROM sales_order") == 0


async def test_a_known_buyer_is_quoted_the_price_of_their_group(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await place(world, keyring, asked(("kopi", 1), buyer=a_buyer()), now=now)

    async def grosir(tx: Tx) -> None:
        fields = PriceListFields("grosir", "Grosir", customer_group="grosir", rank=10)
        made = await add_price_list(tx, fields, currency="IDR", now=now)
        for step, amount in ((1, 9_000), (12, 8_000)):
            row = PriceRow(made.id, world.skus["kopi"], step, LONG_AGO, None, amount)
            await set_price(tx, row, replacing=False, now=now)
        await tx.run("UPDATE customer SET customer_group = 'grosir' WHERE shop_id = %(s)s", {"s": tx.shop_id})

    await floor.run(grosir)

    async def unit(quantity: int, phone: str | None) -> int:
        inquiry = Inquiry("web", [InquiryLine("kopi", quantity)], phone=phone)
        return (await quoted(floor, keyring, inquiry, now)).prices[0]

    assert await unit(1, "+6281234567890") == 9_000
    assert await unit(11, "+6281234567890") == 9_000
    assert await unit(12, "+6281234567890") == 8_000
    assert await unit(12, "+6285211112222") == 10_000
    assert await unit(12, None) == 10_000


async def test_a_changed_total_comes_with_the_whole_new_quote(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    await a_shop(floor, now, stock={"kopi": 5})
    inquiry = Inquiry("web", [InquiryLine("kopi", 2)], expected_total_minor=19_000)

    with pytest.raises(TotalChanged) as refused:
        await quoted(floor, keyring, inquiry, now)

    facts = refused.value.facts()
    assert facts["expected_minor"] == 19_000
    assert facts["total_minor"] == facts["goods_minor"] == 20_000
    assert facts["tax_minor"] == 1_982
    assert [line.goods_minor for line in facts["lines"]] == [20_000]


@pytest.mark.parametrize(
    ("inquiry", "refusal"),
    [
        (Inquiry("telepon", [InquiryLine("kopi", 1)]), UnknownChannel),
        (Inquiry("web", [InquiryLine("teh", 1)]), UnknownSkus),
        (Inquiry("web", [InquiryLine("kopi", 1)], shipping_service="kilat"), NoShippingFee),
    ],
)
async def test_what_cannot_be_priced_is_refused(
    floor: ShopFloor, keyring: Keyring, now: datetime, inquiry: Inquiry, refusal: type[Exception]
) -> None:
    await a_shop(floor, now, stock={"kopi": 5})
    with pytest.raises(refusal):
        await quoted(floor, keyring, inquiry, now)
