"""Pictures of what comes back: sealed with the request or the judgement they belong to, shown to the desk, nothing but pictures."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, hire, house, password_hash, sign_in
from catalog.test_pictures import png
from conftest import ShopFloor
from fulfilment.working import delivered, pay
from given import a_shop, asked, place
from orderan.catalog import ImageTooLarge, NotAnImage
from orderan.flows.complete_orders import complete_order
from orderan.flows.erase_customer import erase_customer
from orderan.flows.place_order import Placed
from orderan.flows.return_photos import keep_return_photos, opened_photo
from orderan.flows.return_portal import take_back_request
from orderan.flows.settle_return import ask_return
from orderan.kit.crypto import Keyring
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id, to_text
from orderan.returns import PhotoMoment, PhotosOfNobody, ReturnNotFound, TooManyPhotos, Wanted, photos_of
from returns.test_return_portal import BROKEN, PAGE, Desk, desk, words

pytestmark = pytest.mark.anyio
__all__ = ["desk", "hire", "house", "password_hash"]

FRONT, BACK = png(3, 2), png(4, 4, shade=90)
HOSTILE = {
    "page.png": b"<html><script>alert(1)</script></html>",
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "moving.gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "cut.png": FRONT[:18],
    "bomb.png": png(1, 1)[:16] + (60_000).to_bytes(4) * 2 + png(1, 1)[24:],
}


async def upload(
    browser: AsyncClient, address: str, fields: dict[str, str], *photos: tuple[str, bytes], page: str
) -> Any:
    """Send a form with pictures, as a browser does."""
    await browser.get(page)
    token = browser.cookies.get("orderan_csrf", "")
    data = {"_once": new_id().hex, **fields, "_csrf_token": token}
    # A field nothing was chosen in is sent as a file without a name.
    sent = [("photos", (name, content)) for name, content in photos] or [("photos", ("", b""))]
    return await browser.post(address, data=data, files=sent)


async def test_what_a_buyer_shows_is_sealed_with_the_request_and_seen_by_the_desk(
    desk: Desk, hire: Hire
) -> None:
    form = BROKEN | {"_once": "formulir-1"}
    shown = [("IMG 1.png", FRONT), ("../../etc/passwd", BACK)]
    for _ in range(2):
        sent = await upload(desk.phone, PAGE, form, *shown, page=PAGE)
        assert sent.headers["location"] == f"{PAGE}?said=asked"
    rows = await desk.world.floor.all("SELECT no, moment, taken_by, photo_enc FROM return_photo ORDER BY no")
    assert [tuple(row[:3]) for row in rows] == [(1, "request", "buyer"), (2, "request", "buyer")]
    assert all(b"IHDR" not in bytes(row.photo_enc) for row in rows)
    assert "2 foto dari Anda" in words(await desk.phone.get(PAGE))

    made = to_text("ret", await desk.world.floor.value("SELECT id FROM goods_return"))
    await hire(name="Rina")
    async with desk.house.browser() as owner:
        await sign_in(owner)
        page = await owner.get(f"/returns/{made}")
        assert f'src="/returns/{made}/photos/2"' in page.text
        assert "Dari pembeli" in words(page)
        seen = await owner.get(f"/returns/{made}/photos/2")
        assert (seen.content, seen.headers["content-type"]) == (BACK, "image/png")
        assert (seen.headers["x-content-type-options"], seen.headers["cache-control"]) == (
            "nosniff",
            "private, no-store",
        )
        assert (await owner.get(f"/returns/{made}/photos/3")).status_code == 404
        assert (await owner.get(f"/returns/{to_text('ret', new_id())}/photos/1")).status_code == 404
    assert (await desk.phone.get(f"/returns/{made}/photos/2")).status_code in {302, 303, 401, 403}


async def test_nothing_but_pictures_is_taken_and_the_form_keeps_what_was_typed(desk: Desk) -> None:
    for name, content in HOSTILE.items():
        refused = await upload(desk.phone, PAGE, BROKEN, ("baik.png", FRONT), (name, content), page=PAGE)
        assert refused.status_code == 422, name
        assert 'id="f-photos-error' in refused.text, name
        assert 'value="Kemasannya sobek"' in refused.text
    many = await upload(desk.phone, PAGE, BROKEN, *[("foto.png", FRONT)] * 5, page=PAGE)
    assert "Paling banyak 4 foto sekali kirim." in words(many)
    assert await desk.world.floor.all("SELECT FROM goods_return") == []
    assert await desk.world.floor.all("SELECT FROM return_photo") == []

    none = await upload(desk.phone, PAGE, BROKEN, page=PAGE)
    assert none.headers["location"] == f"{PAGE}?said=asked"
    assert await desk.world.floor.all("SELECT FROM return_photo") == []


async def test_the_table_photographs_what_came_and_what_was_judged_with_the_step_or_not_at_all(
    desk: Desk, hire: Hire
) -> None:
    await upload(desk.phone, PAGE, BROKEN, ("foto.png", FRONT), page=PAGE)
    made = to_text("ret", await desk.world.floor.value("SELECT id FROM goods_return"))
    there = f"/returns/{made}"
    await hire(name="Rina")
    async with desk.house.browser() as owner:
        await sign_in(owner)
        await upload(owner, f"{there}/step", {"step": "approve"}, page=there)
        came = {"step": "receive", "place": to_text("loc", desk.world.locations["JKT"]), "came_1": "1"}
        refused = await upload(owner, f"{there}/step", came, ("foto.png", b"<svg/>"), page=there)
        assert (refused.status_code, "Terima barang" in words(refused)) == (409, True)
        await upload(owner, f"{there}/step", came, ("foto.png", BACK), page=there)
        judged = {"step": "inspect", "stock_1": "0", "aside_1": "1", "condition_1": "penyok"}
        for _ in range(2):
            await upload(owner, f"{there}/step", judged, ("a.png", FRONT), ("b.png", BACK), page=there)
        assert "Waktu diperiksa" in words(await owner.get(there))
    rows = await desk.world.floor.all("SELECT no, moment FROM return_photo ORDER BY no")
    assert [tuple(row) for row in rows] == [
        (1, "request"), (2, "reception"), (3, "inspection"), (4, "inspection"),
    ]  # fmt: skip


async def test_who_is_erased_takes_their_pictures_along(desk: Desk, keyring: Keyring) -> None:
    floor = desk.world.floor
    await upload(desk.phone, PAGE, BROKEN, ("foto.png", FRONT), page=PAGE)
    made = await floor.value("SELECT id FROM goods_return")
    assert await floor.run(lambda tx: opened_photo(tx, keyring, made, 1)) == ("png", FRONT)
    await floor.run(lambda tx: take_back_request(tx, desk.order.id, made, now=desk.now))
    await floor.run(lambda tx: complete_order(tx, desk.order.id, now=desk.now))
    customer = desk.order.customer_id
    assert customer is not None

    await floor.run(lambda tx: erase_customer(tx, customer, reason="Diminta", now=desk.now))

    assert await floor.run(lambda tx: photos_of(tx, [made])) == {made: []}
    assert await floor.run(lambda tx: opened_photo(tx, keyring, made, 1)) is None
    with pytest.raises(PhotosOfNobody):
        await floor.run(
            lambda tx: keep_return_photos(tx, keyring, made, [FRONT], PhotoMoment.RECEPTION, now=desk.now)
        )


async def test_of_an_order_without_a_buyer_no_picture_can_be_kept(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 5})
    [placed] = await place(world, keyring, asked(("kopi", 1)), now=now)
    assert isinstance(placed, Placed)
    await pay(world, placed.order, now=now)
    await delivered(world, placed.order, now=now)
    made = await floor.run(
        lambda tx: ask_return(tx, placed.order.id, [Wanted(1, 1)], reason="Rusak", now=now)
    )

    async def refused(kind: type[Refusal], photos: list[bytes], return_id: UUID = made.id) -> None:
        with pytest.raises(kind):
            await floor.run(
                lambda tx: keep_return_photos(tx, keyring, return_id, photos, PhotoMoment.REQUEST, now=now)
            )

    await refused(PhotosOfNobody, [FRONT])
    await refused(ReturnNotFound, [FRONT], new_id())
    await refused(NotAnImage, [FRONT, b""])
    await refused(ImageTooLarge, [FRONT + b"\0" * 5 * 1024 * 1024])
    await refused(TooManyPhotos, [FRONT] * 5)
    assert await floor.run(lambda tx: photos_of(tx, [made.id])) == {made.id: []}
