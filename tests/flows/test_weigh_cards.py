"""Ranges of cards that gateways tell once money came: how many orders of one range there are is a sign."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.test_score_orders import act_on, decision_of, one, order_of
from given import a_buyer, a_shop, asked
from orderan.auditor import audit
from orderan.flows.score_orders import Origin
from orderan.flows.weigh_cards import weigh_cards
from orderan.kit.crypto import Keyring
from orderan.orders import holds_of
from orderan.trust import Bands, Ended, Measure, Rule, note_ends, open_reviews_of

pytestmark = pytest.mark.anyio

MANY = Rule("satu jenis kartu", Measure.CARD_ORDERS_DAY, 2, 60)


async def test_the_third_order_of_one_range_of_cards_is_held_once_it_is_paid(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, MANY, prepaid=Bands(refuse=50))

    async def bought(phone: str, origin: Origin | None = None) -> UUID:
        placed = await one(world, keyring, asked(("kopi", 1), buyer=a_buyer(phone=phone), origin=origin), now)
        return order_of(placed).order.id

    async def told(digits: str, *orders: UUID, at: datetime = now) -> None:
        await floor.run(lambda tx: weigh_cards(tx, keyring, dict.fromkeys(orders, digits), now=at))

    first, second, third, fourth = [await bought(f"+62811000{number}") for number in range(4)]
    other, ended = await bought("+628117777"), await bought("+628118888")
    known = await bought("+628116666", Origin(card="48111111"))
    await floor.run(lambda tx: note_ends(tx, [(ended, Ended.DELIVERED, now)]))

    await told("52000000", other)
    await told("4811", other)
    await told("48111111", ended, known)
    await told("48111111", first)
    await told("48111111", first)
    assert await floor.run(lambda tx: open_reviews_of(tx, now=now, limit=9)) == []
    await told("48111111", second, third)
    await told("48111111", fourth, at=now + timedelta(days=2))

    [*reviews] = await floor.run(lambda tx: open_reviews_of(tx, now=now, limit=9))
    assert {review.id for review in reviews} == {second, third}
    [hold] = await floor.run(lambda tx: holds_of(tx, third))
    assert hold.kind == "fraud"
    made = await floor.all("SELECT kind FROM decision WHERE subject_id = %(id)s", id=third)
    assert [row.kind for row in made].count("trust") == 2
    because = await floor.value(
        "SELECT outcome FROM decision WHERE subject_id = %(id)s AND kind = 'trust' ORDER BY id DESC LIMIT 1",
        id=third,
    )
    assert (because["outcome"], because["because"][0]["code"], because["because"][0]["value"]) == (
        "hold",
        "card_orders_day",
        3,
    )
    assert (await decision_of(floor, fourth)).outcome["outcome"] == "accept"
    assert b"48111111" not in str(await floor.all("SELECT * FROM trust_key")).encode()
    assert audit(database_url, now=now).findings == []
