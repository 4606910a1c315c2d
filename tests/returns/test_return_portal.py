"""A buyer asks for a return on their phone: by the shop's policy, in plain words, once."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from fulfilment.working import an_order, delivered, pay
from given import World, a_shop
from orderan.access import Permission, make_key
from orderan.flows.return_portal import Asked, ask_by_buyer, look
from orderan.kit.crypto import Keyring
from orderan.kit.errors import Refusal
from orderan.kit.ids import new_id, to_text
from orderan.orders import Order
from orderan.returns import (
    FIRST_POLICY,
    Cause,
    CauseNotAccepted,
    CauseRule,
    CauseUnexplained,
    Condition,
    NotByPolicy,
    NothingToReturn,
    Payer,
    Remedy,
    ReturnPolicy,
    Why,
    keep_return_policy,
    return_policy_now,
)

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

PAGE = "/track/order/return"
BROKEN = {"cause": "damaged", "words": "Kemasannya sobek", "units_1": "1"}


@dataclass
class Desk:
    """An order of two that arrived, and its buyer's phone, let in to it."""

    world: World
    order: Order
    phone: AsyncClient
    house: House

    @property
    def now(self) -> datetime:
        return self.house.clock.at

    async def policy(self, **changes: Any) -> None:
        version, policy = await self.world.floor.run(return_policy_now)
        changed = replace(policy, **changes)
        await self.world.floor.run(lambda tx: keep_return_policy(tx, changed, expected=version, now=self.now))

    async def ask(self, *asked: Asked, words: str = "sobek", now: datetime | None = None) -> str:
        made = await self.world.floor.run(
            lambda tx: ask_by_buyer(tx, self.order.id, asked, words=words, now=now or self.now)
        )
        return str(made.state)

    async def refused(
        self, kind: type[Refusal], *asked: Asked, words: str = "sobek", now: datetime | None = None
    ) -> Any:
        with pytest.raises(kind) as found:
            await self.ask(*asked, words=words, now=now)
        assert await self.world.floor.all("SELECT FROM goods_return") == []
        return found.value


@pytest.fixture
async def desk(floor: ShopFloor, house: House, keyring: Keyring) -> AsyncIterator[Desk]:
    now = house.clock.at
    world = await a_shop(floor, now, stock={"kopi": 10, "teh": 5})
    order = await an_order(world, keyring, ("kopi", 2), ("teh", 1), now=now)
    await pay(world, order, now=now)
    await delivered(world, order, now=now)
    async with house.browser() as phone:
        await send(phone, "/track", {"number": str(order.number), "digits": "7890"}, page="/track")
        yield Desk(world, order, phone, house)


def words(answer: Any) -> str:
    """What a page says, in one line."""
    text = re.sub(r"<(script|style|svg)[^>]*>.*?</\1>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


async def test_a_buyer_asks_is_told_what_it_needs_and_follows_it(desk: Desk) -> None:
    assert f'href="{PAGE}"' in (await desk.phone.get("/track/order")).text
    assert "Barang mana, berapa" in words(await desk.phone.get(PAGE))

    silent = await send(desk.phone, PAGE, BROKEN | {"words": ""}, page=PAGE)
    assert silent.status_code == 422
    assert "Ceritakan apa yang salah" in words(silent)
    assert 'value="damaged" checked' in silent.text
    many = await send(desk.phone, PAGE, BROKEN | {"units_1": "3"}, page=PAGE)
    assert "tidak bisa diretur sebanyak itu" in words(many)
    odd = await send(desk.phone, PAGE, BROKEN | {"units_1": "dua"}, page=PAGE)
    assert "Pilih setidaknya satu barang" in words(odd)
    asked = await send(desk.phone, PAGE, BROKEN, page=PAGE)
    assert asked.headers["location"] == f"{PAGE}?said=asked"

    page = words(await desk.phone.get(asked.headers["location"]))
    assert f"{desk.order.number}-R1" in page
    assert "Toko memeriksa permintaan Anda." in page
    assert "Paling banyak 1" in page
    [row] = await desk.world.floor.all(
        """
        SELECT goods_return.state, goods_return.policy_version, goods_return.way_paid_by, return_line.cause,
               return_line.quantity, goods_return.requested_by
        FROM goods_return JOIN return_line ON return_line.return_id = goods_return.id
        """
    )
    assert tuple(row) == ("requested", 0, "shop", "damaged", 1, "buyer")


async def test_a_form_sent_twice_and_two_at_once_open_one_return(desk: Desk) -> None:
    form = (await desk.phone.get(PAGE)).text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    await asyncio.gather(*(desk.phone.post(PAGE, data=fields | BROKEN) for _ in range(2)))
    await desk.phone.post(PAGE, data=fields | BROKEN)
    assert len(await desk.world.floor.all("SELECT FROM goods_return")) == 1

    rest = Asked(1, 1, Cause.CHANGED_MIND)
    both = await asyncio.gather(desk.ask(rest), desk.ask(rest), return_exceptions=True)

    assert sorted(type(one).__name__ for one in both) == ["NotByPolicy", "str"]


async def test_the_policy_says_what_until_when_and_why_not(desk: Desk) -> None:
    one = Asked(1, 1, Cause.CHANGED_MIND)
    late = desk.now + timedelta(days=7, seconds=1)
    assert (await desk.refused(NotByPolicy, one, now=late)).lines == ((1, 1, 0),)
    assert (await desk.refused(NotByPolicy, Asked(9, 1, Cause.CHANGED_MIND))).lines == ((9, 1, 0),)
    assert (await desk.refused(NotByPolicy, one, one, one)).lines == ((1, 3, 2),)
    await desk.refused(NothingToReturn)
    await desk.refused(NothingToReturn, Asked(1, 0, Cause.CHANGED_MIND))
    await desk.refused(CauseUnexplained, Asked(1, 1, Cause.DAMAGED), words=" ")
    await desk.policy(causes=(CauseRule(Cause.DAMAGED, Payer.SHOP),))
    await desk.refused(CauseNotAccepted, one)
    portal = await desk.world.floor.run(lambda tx: look(tx, desk.order.id, now=late))
    assert {may.why_not for may in portal.returnable.values()} == {Why.TOO_LATE}
    assert "waktu untuk retur sudah lewat" not in words(await desk.phone.get(PAGE))


async def test_a_category_that_never_comes_back_says_so(desk: Desk) -> None:
    await desk.world.floor.run(
        lambda tx: tx.run(
            "UPDATE product SET category = 'Makanan' WHERE shop_id = %(shop)s", {"shop": tx.shop_id}
        )
    )
    await desk.policy(never=("makanan",))

    assert "jenis barang ini tidak menerima retur" in words(await desk.phone.get(PAGE))
    await desk.refused(NotByPolicy, Asked(1, 1, Cause.CHANGED_MIND))


async def test_of_little_nobody_is_asked_and_its_code_is_there_at_once(desk: Desk) -> None:
    await desk.policy(agreed_below_minor=15_000)

    assert await desk.ask(Asked(1, 1, Cause.CHANGED_MIND)) == "approved"
    assert await desk.ask(Asked(1, 1, Cause.CHANGED_MIND), Asked(2, 1, Cause.DAMAGED)) == "requested"

    page = await desk.phone.get(PAGE)
    assert "Kode retur" in page.text
    assert "ongkos kirim kembali Anda tanggung" in words(page)
    payers = await desk.world.floor.all("SELECT way_paid_by FROM goods_return ORDER BY number")
    assert [row.way_paid_by for row in payers] == ["buyer", "shop"]


async def test_who_is_not_let_in_to_an_order_sees_no_returns(desk: Desk) -> None:
    async with desk.house.browser() as stranger:
        assert (await stranger.get(PAGE)).headers["location"] == "/track"
        await stranger.get("/track")
        sent = await send(stranger, PAGE, BROKEN, page="/track")
    assert sent.headers["location"] == "/track"
    assert await desk.world.floor.all("SELECT FROM goods_return") == []


async def test_a_thing_is_exchanged_on_the_phone_and_kept_after_all(desk: Desk) -> None:
    form = (await desk.phone.get(PAGE)).text
    assert 'name="sku_1"' in form
    assert "harga sama" in form
    swap = {"cause": "wrong_size", "units_1": "1", "way": "exchange"}
    unsaid = await send(desk.phone, PAGE, swap, page=PAGE)
    assert unsaid.status_code == 422
    assert "Pilih barang pengganti" in words(unsaid)
    many = await send(desk.phone, PAGE, swap | {"units_1": "2", "sku_1": "teh", "words": "besar"}, page=PAGE)
    assert many.headers["location"] == f"{PAGE}?said=asked"
    page = await desk.phone.get(PAGE)
    assert "Gantinya sudah kami simpan untuk Anda" in words(page)
    assert await desk.world.stock("teh") == (4, 2, 0)
    [replaced] = await desk.world.floor.all(
        "SELECT number FROM sales_order WHERE commercial = 'awaiting_payment'"
    )
    async with desk.house.browser() as other:
        await send(other, "/track", {"number": str(replaced.number), "digits": "7890"}, page="/track")
        follows = words(await other.get("/track/order"))
        assert "Menunggu barang lama Anda" in follows
        assert "Bayar sekarang" not in follows

    back = re.findall(r'name="return" value="([^"]+)"', page.text)[0]
    kept = await send(desk.phone, f"{PAGE}/keep", {"return": back}, page=PAGE)
    assert kept.headers["location"] == f"{PAGE}?said=kept"
    again = await send(desk.phone, f"{PAGE}/keep", {"return": back}, page=PAGE)
    assert again.status_code == 422
    assert await desk.world.stock("teh") == (4, 0, 0)
    strange = await send(desk.phone, f"{PAGE}/keep", {"return": to_text("ret", new_id())}, page=PAGE)
    assert strange.status_code == 404


async def test_what_is_gone_meanwhile_is_said_beside_the_choice_and_nothing_is_opened(desk: Desk) -> None:
    swap = {"cause": "wrong_size", "units_1": "1", "way": "exchange", "sku_1": "teh"}
    await desk.world.floor.run(
        lambda tx: tx.run(
            "UPDATE stock SET reserved = 4 WHERE sku_id = %(sku)s", {"sku": desk.world.skus["teh"]}
        )
    )
    gone = await send(desk.phone, PAGE, swap, page=PAGE)
    assert gone.status_code == 422
    assert 'value="exchange" checked' in gone.text
    assert await desk.world.floor.all("SELECT FROM goods_return") == []


async def test_the_owner_writes_the_policy_and_what_cannot_hold_comes_back(desk: Desk, hire: Hire) -> None:
    await hire(name="Rina")
    typed = {"days": "14", "never": "Makanan\nObat", "agreed_below": "50.000", "version": "0"}
    typed |= {
        "pays_damaged": "shop",
        "explained_damaged": "yes",
        "pays_wrong_size": "buyer",
        "condition_wrong_size": "sealed",
        "way_credit": "yes",
    }
    async with desk.house.browser() as owner:
        await sign_in(owner)
        wrong = await send(owner, "/settings/returns", typed | {"days": "400", "agreed_below": "murah"})
        assert wrong.status_code == 422
        assert "Tulis 0 sampai 365 hari." in words(wrong)
        assert 'value="murah"' in wrong.text
        kept = await send(owner, "/settings/returns", typed)
        assert kept.headers["location"] == "/settings/returns?said=saved"
        late = await send(owner, "/settings/returns", typed | {"days": "3"})
        assert late.status_code == 409
        assert "sudah diubah orang lain" in words(late)
        assert "14 hari" in words(await owner.get("/settings/returns"))

    version, policy = await desk.world.floor.run(return_policy_now)
    assert (version, policy) == (
        1,
        ReturnPolicy(
            14,
            ("Makanan", "Obat"),
            (
                CauseRule(Cause.DAMAGED, Payer.SHOP, explained=True),
                CauseRule(Cause.WRONG_SIZE, Payer.BUYER, Condition.SEALED),
            ),
            50_000,
            (Remedy.REFUND, Remedy.CREDIT),
        ),
    )


async def test_a_program_reads_and_writes_the_policy(desk: Desk) -> None:
    _, secret = await desk.world.floor.run(
        lambda tx: make_key(
            tx, name="uji", permissions=[Permission.SETTINGS_READ, Permission.SETTINGS_WRITE], now=desk.now
        )
    )
    headers = {"authorization": f"Bearer {secret}"}
    async with desk.house.browser() as client:
        before = (await client.get("/api/v1/return-policy", headers=headers)).json()
        body = {"version": 0, "days": 30, "causes": [{"cause": "damaged", "pays": "shop"}]}
        written = await client.post(
            "/api/v1/return-policy", json=body, headers=headers | {"idempotency-key": new_id().hex}
        )
        stale = await client.post(
            "/api/v1/return-policy", json=body, headers=headers | {"idempotency-key": new_id().hex}
        )

    assert (before["version"], before["days"], len(before["causes"])) == (0, FIRST_POLICY.days, 7)
    assert (written.json()["version"], written.json()["days"]) == (1, 30)
    assert (stale.status_code, stale.json()["code"]) == (409, "return_policy_moved_on")
