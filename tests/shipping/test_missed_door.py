"""A parcel nobody took: its buyer says once what is to be done, by a link; the courier is told, or it went on meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from fulfilment.working import pay, shipped
from given import World, a_buyer, a_shop, asked, place
from orderan.flows.deliver import move_on
from orderan.flows.missed_door import OFFERED_DAYS, door_of_parcel, pass_on, wish_at_door, words_of
from orderan.flows.pay_links import PayLinks
from orderan.flows.place_order import Placed
from orderan.flows.telling_words import Voice, values
from orderan.flows.views_telling import abouts
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.kit.states import IllegalMove
from orderan.notifications import Kind, Policy
from orderan.shipping import (
    DoorNotFound,
    DoorOver,
    DoorWish,
    MissedDoor,
    Parcel,
    ParcelEvent,
    WishDayUnusable,
    WishUnusable,
    WishWordsUnusable,
)
from orderan.shops import shop_by_id

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]
WHERE = "Jl. Melati 9, pagar biru di seberang masjid"
_E = ParcelEvent


@dataclass
class Street:
    """A parcel of a known buyer on its way."""

    world: World
    keyring: Keyring
    parcel: Parcel
    now: datetime

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    async def goes(self, *events: ParcelEvent) -> None:
        for event in events:
            await self.floor.run(lambda tx, e=event: move_on(tx, [self.parcel.id], e, now=self.now))

    async def doors(self) -> list[Any]:
        rows: list[Any] = await self.floor.all("SELECT * FROM missed_door ORDER BY missed_at, id")
        return rows

    async def wishes(self, wish: DoorWish | None, on: date | None = None, words: str = "") -> MissedDoor:
        door = (await self.doors())[-1]
        made: MissedDoor = await self.floor.run(
            lambda tx: wish_at_door(tx, self.keyring, door.id, wish, deliver_on=on, words=words, now=self.now)
        )
        return made

    async def entries(self) -> Sequence[tuple[str, str]]:
        rows = await self.floor.all("SELECT reason, state FROM exception_entry WHERE kind = 'door_wish'")
        return [tuple(row) for row in rows]

    @property
    def tomorrow(self) -> date:
        return self.now.date() + timedelta(days=1)


@pytest.fixture
async def street(floor: ShopFloor, keyring: Keyring, now: datetime) -> Street:
    world = await a_shop(floor, now, stock={"kopi": 50})
    buyer = replace(a_buyer(), phone="+6281234567890")
    [placed] = await place(world, keyring, asked(("kopi", 2), buyer=buyer), now=now)
    assert isinstance(placed, Placed)
    await pay(world, placed.order, now=now)
    [parcel] = await shipped(world, placed.order, now=now)
    return Street(world, keyring, parcel, now)


async def test_a_failed_try_opens_a_door_and_the_message_of_it_leads_there(street: Street) -> None:
    await street.goes(_E.GO_OUT, _E.FAIL)

    [door] = await street.doors()
    assert (door.parcel_id, door.state, door.wish) == (street.parcel.id, "waiting", None)
    links = PayLinks("https://toko.test", street.keyring)

    async def link() -> str:
        async def read(tx: Any) -> str:
            [about] = await abouts(tx, [(street.parcel.order_id, street.parcel.id, None)])
            assert about is not None
            voice = Voice(await shop_by_id(tx, tx.shop_id), links, Policy())
            told = values(
                Kind.ATTEMPT_FAILED,
                about,
                voice,
                buyer="Ani",
                locale="id",
                zone="Asia/Jakarta",
                now=street.now,
            )
            return told["link"]

        return str(await street.floor.run(read))

    ticket = (await link()).removeprefix("https://toko.test/door/")
    assert links.door_of(ticket, now=street.now) == (street.floor.shop.shop_id, door.id)
    await street.wishes(DoorWish.SEND_BACK)
    assert "/track?" in await link()


async def test_another_day_is_the_parcels_and_the_courier_is_to_be_told_once(street: Street) -> None:
    await street.goes(_E.GO_OUT, _E.FAIL)
    await street.wishes(DoorWish.ANOTHER_DAY, street.tomorrow)

    [door] = await street.doors()
    assert (door.state, door.wish, door.deliver_on) == ("wished", "another_day", street.tomorrow)
    assert await street.floor.value("SELECT deliver_on FROM parcel") == street.tomorrow
    facts = await street.floor.all(
        "SELECT kind FROM event WHERE kind IN ('shipping.door_wished.v1', 'shipping.delivery_expected.v1') ORDER BY kind"
    )
    assert [row.kind for row in facts] == ["shipping.delivery_expected.v1", "shipping.door_wished.v1"]
    assert await street.entries() == [("another_day", "open")]
    with pytest.raises(DoorOver):
        await street.wishes(DoorWish.SEND_BACK)

    await street.floor.run(lambda tx: pass_on(tx, door.id, now=street.now))
    assert await street.entries() == [("another_day", "resolved")]
    with pytest.raises(IllegalMove):
        await street.floor.run(lambda tx: pass_on(tx, door.id, now=street.now))


async def test_an_address_is_sealed_and_read_by_whoever_may(street: Street) -> None:
    await street.goes(_E.GO_OUT, _E.FAIL)
    made = await street.wishes(DoorWish.OTHER_ADDRESS, words=f"  {WHERE} ")

    assert made.words_enc is not None
    assert b"Melati" not in made.words_enc
    assert await street.floor.run(lambda tx: words_of(tx, street.keyring, made)) == WHERE
    written = await street.floor.all(
        "SELECT payload::text AS said FROM event UNION ALL SELECT payload::text FROM exception_entry"
    )
    assert not [row for row in written if "Melati" in row.said]


async def test_what_cannot_be_wished_for_changes_nothing(street: Street) -> None:
    await street.goes(_E.GO_OUT, _E.FAIL)
    for wish, on, words, refusal in (
        (None, None, "", WishUnusable),
        (DoorWish.ANOTHER_DAY, None, "", WishDayUnusable),
        (DoorWish.ANOTHER_DAY, street.now.date(), "", WishDayUnusable),
        (DoorWish.ANOTHER_DAY, street.now.date() + timedelta(days=OFFERED_DAYS + 1), "", WishDayUnusable),
        (DoorWish.OTHER_ADDRESS, None, " di sana ", WishWordsUnusable),
        (DoorWish.OTHER_ADDRESS, None, "x" * 501, WishWordsUnusable),
    ):
        with pytest.raises(refusal):
            await street.wishes(wish, on, words)
    assert [(door.state, door.wish) for door in await street.doors()] == [("waiting", None)]
    assert await street.entries() == []
    with pytest.raises(DoorNotFound):
        await street.floor.run(
            lambda tx: wish_at_door(tx, street.keyring, UUID(int=1), DoorWish.SEND_BACK, now=street.now)
        )


async def test_a_parcel_that_is_brought_again_needs_no_word_and_the_next_try_has_a_door_of_its_own(
    street: Street,
) -> None:
    await street.goes(_E.GO_OUT, _E.FAIL, _E.MOVE)
    assert [door.state for door in await street.doors()] == ["waiting"]
    await street.wishes(DoorWish.SEND_BACK)
    await street.goes(_E.GO_OUT)
    assert [door.state for door in await street.doors()] == ["overtaken"]
    assert await street.entries() == [("send_back", "resolved")]

    street.now += timedelta(hours=5)
    await street.goes(_E.FAIL)
    assert [door.state for door in await street.doors()] == ["overtaken", "waiting"]
    await street.goes(_E.SEND_BACK)
    with pytest.raises(DoorOver):
        await street.wishes(DoorWish.ANOTHER_DAY, street.tomorrow)
    seen = await street.floor.run(lambda tx: door_of_parcel(tx, street.parcel.id, now=street.now))
    assert seen is not None
    assert not seen.open


async def test_own_vans_bring_it_on_the_day_without_anybody_telling_them(street: Street) -> None:
    await street.floor.all("UPDATE parcel SET courier = 'own' RETURNING id")
    await street.goes(_E.GO_OUT, _E.FAIL)
    await street.wishes(DoorWish.ANOTHER_DAY, street.tomorrow)

    assert [door.state for door in await street.doors()] == ["told"]
    assert await street.entries() == []


async def test_the_link_takes_one_word_and_the_shop_passes_it_on(
    street: Street, house: House, hire: Hire
) -> None:
    await street.goes(_E.GO_OUT, _E.FAIL)
    [door] = await street.doors()
    links = PayLinks("", street.keyring)
    address = links.door_page(street.floor.shop.shop_id, door.id, now=street.now)
    async with house.browser() as buyer:
        assert (await buyer.get(address[:-3] + "abc")).status_code == 404
        page = await buyer.get(address)
        assert page.status_code == 200
        assert street.tomorrow.isoformat() in page.text
        refused = await send(buyer, address, {"wish": "other_address", "words": "sana"})
        assert refused.status_code == 422
        assert "10 sampai 500 huruf" in refused.text
        assert ">sana</textarea>" in refused.text
        for wish in ("other_address", "send_back"):
            answer = await send(buyer, address, {"wish": wish, "words": WHERE})
            assert (answer.status_code, answer.headers["location"]) == (303, address)
        said = await buyer.get(address)
        assert "Alamat dari Anda disampaikan ke kurir." in said.text
        assert "Melati" not in said.text
    [door] = await street.doors()
    assert (door.state, door.wish) == ("wished", "other_address")

    await hire()
    desk = f"/shipping/{to_text('pcl', street.parcel.id)}/door"
    async with house.browser() as staff:
        await sign_in(staff)
        assert desk in (await staff.get("/shipping?tab=failed")).text
        assert "Melati" not in (await staff.get(desk)).text
        assert WHERE in (await send(staff, f"{desk}/words", {})).text
        assert await street.floor.value("SELECT purpose FROM personal_access") == "antaran gagal"
        for status in (303, 409):
            assert (await send(staff, desk, {})).status_code == status
    assert [door.state for door in await street.doors()] == ["told"]
