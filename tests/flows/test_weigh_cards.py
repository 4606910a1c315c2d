"""Ranges of cards that gateways tell once money came: how many orders of one range there are is a sign."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from conftest import ShopFloor
from flows.test_score_orders import act_on, decision_of, one, order_of
from given import a_buyer, a_shop, asked
from orderan.auditor import audit
from orderan.flows.list_buyers import Typed, list_typed
from orderan.flows.place_order import Placed
from orderan.flows.score_orders import Origin
from orderan.flows.weigh_cards import weigh_cards
from orderan.kit.crypto import Keyring
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text
from orderan.orders import holds_of
from orderan.trust import (
    DENIAL_PREFIX,
    Bands,
    DenialEvent,
    Ended,
    KeyKind,
    ListVerdict,
    Measure,
    Rule,
    TermsDenied,
    appeal,
    entries,
    judge,
    note_ends,
    open_reviews_of,
)

pytestmark = pytest.mark.anyio

MANY = Rule("satu jenis kartu", Measure.CARD_ORDERS_DAY, 2, 60)


async def test_the_longest_range_of_cards_on_a_list_decides_before_and_after_the_money_came(
    floor: ShopFloor, keyring: Keyring, now: datetime, database_url: str
) -> None:
    world = await a_shop(floor, now, stock={"kopi": 50})
    await act_on(floor, now, MANY, prepaid=Bands(refuse=50))
    numbers = iter(range(100))

    async def listed(digits: str, verdict: ListVerdict) -> None:
        typed = Typed(KeyKind.CARD, digits)
        await floor.run(
            lambda tx: list_typed(tx, keyring, typed, verdict, reason="bank", expires_at=None, now=now)
        )

    async def bought(card: str | None = None) -> Placed | Refusal:
        buyer, origin = a_buyer(phone=f"+628110{next(numbers):03}"), Origin(card=card) if card else None
        return await one(world, keyring, asked(("kopi", 1), buyer=buyer, origin=origin), now)

    await listed("481111", ListVerdict.BLOCK)
    await listed("48111122", ListVerdict.ALLOW)
    await listed("4811119", ListVerdict.BLOCK)
    blocked = await bought("48111199")
    for card in ("481111", "4811110", "48111100", "4811 1100 0000 0000"):
        refused = await bought(card)
        assert isinstance(refused, TermsDenied), card
        assert refused.reasons == ("blocked_card",)
    for card in ("48111122", "48111222", "482111", "48111"):
        assert isinstance(await bought(card), Placed), card

    later = [order_of(await bought()).order.id for _ in range(3)]
    told = dict(zip(later, ("48111133", "48111122", "48222222"), strict=True))
    await floor.run(lambda tx: weigh_cards(tx, keyring, told, now=now))
    [review] = await floor.run(lambda tx: open_reviews_of(tx, now=now, limit=9))
    assert review.id == later[0]
    assert audit(database_url, now=now).findings == []

    # An appeal that is heard takes every range off that stood in this card's way, and no other.
    assert isinstance(blocked, TermsDenied)
    denied = from_text(DENIAL_PREFIX, blocked.denial_id)
    await floor.run(lambda tx: appeal(tx, denied, "Kartu kantor", now=now))
    await floor.run(lambda tx: judge(tx, denied, DenialEvent.OVERTURN, "benar", now=now))
    assert isinstance(await bought("48111199"), Placed)
    left = await floor.run(lambda tx: entries(tx, now=now, limit=9))
    assert {(entry.verdict, entry.shown) for entry in left if entry.kind is KeyKind.CARD} == {
        (ListVerdict.ALLOW, "48111122**")
    }


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
