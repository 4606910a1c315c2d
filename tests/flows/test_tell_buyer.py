"""Every fact that concerns a buyer becomes one message, whatever is retried, doubled or out of order."""

import asyncio
import random
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest

from conftest import ShopFloor
from fulfilment.working import delivered, pay, shipped
from given import a_buyer, place
from incidents.troubled import a_street
from notifications.telling import MINUTE, Town, a_policy, a_town, person_of, with_email
from orderan.auditor import audit
from orderan.customers import Purpose, give_consent, withdraw_consent
from orderan.flows.cancel_order import cancel_order
from orderan.flows.complete_orders import complete_delivered
from orderan.flows.deliver import move_on
from orderan.flows.expire_orders import expire_orders
from orderan.flows.hear_buyer import answer_by_hand
from orderan.flows.merge_customers import merge_customers
from orderan.flows.payment_incident import recover
from orderan.flows.place_order import Placed, Placement, PlacementLine
from orderan.flows.refund_order import execute_refund, promise_refund
from orderan.flows.tell_buyer import READINGS, tell_of, teller
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.events import Event, consume, read_log, sequence
from orderan.kit.ids import new_id
from orderan.notifications import (
    Channel,
    Kind,
    Wants,
    close_channel,
    open_channel,
    set_policy,
    set_wants,
    wants_of,
)
from orderan.orders import HoldKind, Order, Terms, lock_orders, place_hold, release_hold
from orderan.payments import GatewayAccount, Rail
from orderan.payments.store_attempts import insert_account, insert_rails
from orderan.shipping import ParcelEvent
from orderan.shops import ChannelKind, add_channel
from orderan.verification import AttemptEvent, Step, Way, keep_policy
from orderan.verification import Policy as Asking

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
ASKING = Asking(steps=(Step(Way.AGENT, tries=1, answer_minutes=120),), deadline_hours=24)


@pytest.fixture
async def town(floor: ShopFloor, keyring: Keyring, now: datetime) -> Town:
    return await a_town(floor, keyring, now)


async def told(town: Town) -> list[str]:
    """Kinds sent by WhatsApp so far, in their order."""
    await town.tell()
    return town.posts["whatsapp"].kinds()


async def test_an_order_paid_sent_and_delivered_is_told_step_by_step(town: Town, database_url: str) -> None:
    order = await town.order()
    assert await told(town) == ["pay_now"]
    await pay(town.world, order, now=town.now)
    assert await told(town) == ["pay_now", "accepted"]
    [parcel] = await shipped(town.world, order, now=town.now)
    assert (await told(town))[2:] == ["shipped"]
    assert "002589984055" in town.posts["whatsapp"].out[-1].text
    await town.floor.run(lambda tx: move_on(tx, [parcel.id], ParcelEvent.GO_OUT, now=town.now))
    assert (await told(town))[3:] == ["out_for_delivery"]
    await town.floor.run(lambda tx: move_on(tx, [parcel.id], ParcelEvent.DELIVER, now=town.now))
    assert (await told(town))[4:] == ["delivered"]
    # Nobody agreed to be asked for reviews.
    town.later(30 * DAY)
    await town.floor.run(lambda tx: complete_delivered(tx, now=town.now))
    assert (await told(town))[5:] == []
    assert ("review", "suppressed", "stopped") in await town.messages()
    assert audit(database_url, now=town.now).findings == []


async def test_who_agreed_is_asked_for_a_review_some_days_after_completion(town: Town) -> None:
    order = await town.order()
    assert order.customer_id is not None
    person = order.customer_id
    await town.floor.run(
        lambda tx: give_consent(tx, person, Purpose.MARKETING_WHATSAPP, source="chat", now=town.now)
    )
    await pay(town.world, order, now=town.now)
    await delivered(town.world, order, now=town.now)
    town.later(30 * DAY)
    await town.floor.run(lambda tx: complete_delivered(tx, now=town.now))
    assert "review" not in await told(town)
    town.later(3 * DAY)
    assert (await told(town))[-1] == "review"


async def test_a_review_nobody_agrees_to_any_more_is_not_asked_for_though_it_was_made(town: Town) -> None:
    orders = [await town.order(with_email(f"Budi {n}", f"+62812345670{n:02}")) for n in range(5)]
    gone, nay, first, second, still = [await person_of(town, order) for order in orders]
    chats = Purpose.MARKETING_WHATSAPP

    async def agree(tx: Tx) -> None:
        for person in (gone, nay, first, second, still):
            await give_consent(tx, person, chats, source="chat", now=town.now)

    await town.floor.run(agree)
    for number, order in enumerate(orders):
        await pay(town.world, order, now=town.now)
        await delivered(town.world, order, awb=f"00258998405{number}", now=town.now)
    await town.tell()
    town.later(30 * DAY)
    await town.floor.run(lambda tx: complete_delivered(tx, now=town.now))
    await town.tell()
    assert (await town.messages()).count(("review", "waiting", None)) == 5

    async def change(tx: Tx) -> None:
        await withdraw_consent(tx, gone, chats, source="chat", now=town.now)
        await set_wants(tx, nay, Wants(unwanted=frozenset({Kind.REVIEW})), now=town.now)
        # One record of a person took back what the other had agreed to.
        await withdraw_consent(tx, second, chats, source="chat", now=town.now)
        await merge_customers(tx, town.keyring, first, [second], now=town.now)

    await town.floor.run(change)
    town.later(3 * DAY)

    assert [kind for kind in await told(town) if kind == "review"] == ["review"]
    assert town.posts["whatsapp"].out[-1].to == "+6281234567004"
    reviews = [row for row in await town.messages() if row[0] == "review"]
    assert sorted(reviews) == [("review", "suppressed", "stopped")] * 4 + [("review", "told", None)]


async def test_a_cancelled_order_is_told_as_cancelled_and_nothing_else_of_it(town: Town) -> None:
    order = await town.order()
    await town.follow()
    await town.floor.run(lambda tx: cancel_order(tx, order.id, reason="berubah pikiran", now=town.now))

    assert await told(town) == ["cancelled"]

    assert sorted(await town.messages()) == [
        ("cancelled", "told", None),
        ("pay_now", "suppressed", "overtaken"),
        ("pay_soon", "suppressed", "overtaken"),
    ]


async def test_what_is_not_true_any_more_is_not_told_even_before_its_fact_is_heard(town: Town) -> None:
    order = await town.order()
    await town.follow()
    await town.floor.run(lambda tx: cancel_order(tx, order.id, reason="berubah pikiran", now=town.now))

    await town.send()

    assert town.posts["whatsapp"].out == []
    assert ("pay_now", "suppressed", "not_true") in await town.messages()


async def test_facts_in_any_order_and_any_number_of_times_make_the_same_messages(town: Town) -> None:
    order = await town.order()
    await pay(town.world, order, now=town.now)
    [parcel] = await shipped(town.world, order, now=town.now)
    await town.floor.run(lambda tx: move_on(tx, [parcel.id], ParcelEvent.DELIVER, now=town.now))
    other = await town.order(with_email("Budi", "+628122222222"))
    await town.floor.run(lambda tx: cancel_order(tx, other.id, reason="x", now=town.now))
    await town.floor.run(sequence)
    log = await town.floor.run(lambda tx: read_log(tx, after=0, limit=1_000))
    facts = [fact for fact in log if fact.kind in READINGS]

    async def forget(tx: Tx) -> None:
        await tx.run("DELETE FROM delivery WHERE shop_id = %(shop)s", {"shop": tx.shop_id})
        await tx.run("DELETE FROM message WHERE shop_id = %(shop)s", {"shop": tx.shop_id})

    for seed in range(6):
        await town.floor.run(forget)
        shuffled = random.Random(seed).sample(facts * 2, 2 * len(facts))
        for at in range(0, len(shuffled), 3):
            await town.floor.run(lambda tx, some=shuffled[at : at + 3]: tell_of(tx, some, now=town.now))

        assert sorted(await town.messages()) == [
            ("accepted", "waiting", None),
            ("cancelled", "waiting", None),
            ("delivered", "waiting", None),
            ("pay_now", "suppressed", "overtaken"),
            ("pay_now", "suppressed", "overtaken"),
            ("pay_soon", "suppressed", "overtaken"),
            ("pay_soon", "suppressed", "overtaken"),
            ("shipped", "suppressed", "overtaken"),
        ], f"seed {seed}"


async def test_two_consumers_at_once_make_each_message_once(town: Town) -> None:
    for n in range(5):
        await town.order(with_email(f"Budi {n}", f"+62812345670{n:02}"))
    await town.floor.run(sequence)
    consumer = teller(town.clock)

    await asyncio.gather(*(town.floor.run(lambda tx: consume(tx, consumer)) for _ in range(4)))

    assert len(await town.messages()) == 10


@pytest.mark.parametrize(("keyed", "made"), [(True, 2), (False, 4)])
async def test_a_fact_heard_twice_makes_one_message_because_of_the_key(
    town: Town, keyed: bool, made: int
) -> None:
    await town.order()
    await town.floor.run(sequence)
    facts = await town.floor.run(lambda tx: read_log(tx, after=0, limit=10))
    if not keyed:
        await town.floor.run(lambda tx: tx.run("ALTER TABLE message DROP CONSTRAINT message_once"))

    for _ in range(2):
        await town.floor.run(lambda tx: tell_of(tx, facts, now=town.now))

    assert len(await town.messages()) == made


async def test_a_shop_begins_with_what_happens_from_then_on(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    town = await a_town(floor, keyring, now, policy=a_policy("fax"))
    await town.order()
    await town.follow()
    assert await town.messages() == []
    await floor.run(lambda tx: set_policy(tx, a_policy("whatsapp"), now=now))
    await floor.run(lambda tx: tx.run("DELETE FROM event_cursor WHERE shop_id = %(s)s", {"s": tx.shop_id}))

    await town.order(with_email("Budi", "+628122222222"))
    await town.follow()

    assert sorted(kind for kind, _, _ in await town.messages()) == ["pay_now", "pay_soon"]


async def test_buyers_of_a_marketplace_hear_of_their_orders_there(
    town: Town, keyring: Keyring, now: datetime, database_url: str
) -> None:
    await town.floor.run(
        lambda tx: add_channel(tx, code="tokopedia", name="T", kind=ChannelKind.MARKETPLACE, now=now)
    )
    placement = Placement(channel="tokopedia", lines=[PlacementLine("kopi", 1)], buyer=a_buyer())
    [placed] = await place(town.world, keyring, placement, now=now)
    assert isinstance(placed, Placed)

    await town.follow()

    assert await town.messages() == []
    assert audit(database_url, now=now).findings == []


async def test_a_reminder_comes_before_the_limit_and_moves_with_it(town: Town) -> None:
    order = await town.order()
    assert order.hold_until is not None
    await town.tell()
    town.later(order.hold_until - town.now - timedelta(hours=3))
    assert await told(town) == ["pay_now"]
    await town.floor.run(
        lambda tx: tx.run(
            "UPDATE sales_order SET hold_until = hold_until + interval '1 hour' WHERE shop_id = %(shop)s",
            {"shop": tx.shop_id},
        )
    )
    town.later(61 * MINUTE)
    assert await told(town) == ["pay_now"]
    town.later(60 * MINUTE)
    assert await told(town) == ["pay_now", "pay_soon"]


async def test_quiet_hours_are_those_of_the_buyers_own_clock(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    """The shop is in Jakarta, the buyer in Jayapura, two hours ahead."""
    policy = a_policy("whatsapp", quiet_from=time(21), quiet_until=time(7))
    town = await a_town(floor, keyring, now, policy=policy)
    order = await town.order(a_buyer(village="91.71.01.1001"))
    await town.tell()
    # 20.30 WIB is 22.30 WIT.
    town.later(datetime(2026, 11, 11, 13, 30, tzinfo=now.tzinfo) - now)
    await pay(town.world, order, now=town.now)

    assert await told(town) == ["pay_now"]
    message = await town.message("accepted")
    morning = datetime(2026, 11, 11, 22, 0, tzinfo=now.tzinfo)
    assert (message.zone, message.due_at) == ("Asia/Jayapura", morning)
    town.later(morning - town.now)
    assert await told(town) == ["pay_now", "accepted"]


async def test_what_people_want_counts(town: Town) -> None:
    order = await town.order(with_email())
    assert order.customer_id is not None
    person = order.customer_id
    wants = Wants(
        channels=(Channel.EMAIL,),
        stopped=frozenset({Channel.WHATSAPP}),
        unwanted=frozenset({Kind.PAY_SOON}),
        locale="en",
    )
    await town.floor.run(lambda tx: set_wants(tx, person, wants, now=town.now))

    await town.tell("email")

    [letter] = town.posts["email"].out
    assert letter.subject == f"Order {order.number} is waiting for your payment"
    assert ("pay_soon", "suppressed", "stopped") in await town.messages()


async def test_who_closed_every_channel_after_it_was_queued_is_told_nothing(town: Town) -> None:
    order = await town.order()
    await town.follow()
    assert order.customer_id is not None
    person = order.customer_id
    closed = Wants(stopped=frozenset(Channel))
    await town.floor.run(lambda tx: set_wants(tx, person, closed, now=town.now))

    for channel in ("whatsapp", "email", "sms"):
        await town.send(channel)

    assert [post.out for post in town.posts.values()] == [[], [], []]
    assert ("pay_now", "untold", "stopped") in await town.messages()


async def test_what_a_person_stopped_stays_stopped_when_their_records_are_merged(town: Town) -> None:
    first = await person_of(town, await town.order())
    second = await person_of(town, await town.order(with_email("Budi", "+628122222222")))
    third = await person_of(town, await town.order(with_email("Citra", "+628133333333")))
    await town.floor.run(lambda tx: close_channel(tx, [second], "whatsapp", now=town.now))
    unwanted = Wants(unwanted=frozenset({Kind.PAY_SOON}), locale="en")
    await town.floor.run(lambda tx: set_wants(tx, third, unwanted, now=town.now))

    async def wanted() -> dict[UUID, Wants]:
        return dict(await town.floor.run(lambda tx: wants_of(tx, [first, second, third])))

    await town.floor.run(lambda tx: merge_customers(tx, town.keyring, first, [second, third], now=town.now))
    stopped, kinds = frozenset({Channel.WHATSAPP}), frozenset({Kind.PAY_SOON})
    one = Wants(stopped=stopped, unwanted=kinds, locale="en")
    assert await wanted() == dict.fromkeys([first, second, third], one)
    assert await told(town) == []

    # A link in an old letter still names the merged record; what is said by it is said of the person.
    await town.floor.run(lambda tx: close_channel(tx, [third], "sms", now=town.now))
    assert (await wanted())[first].stopped == {Channel.WHATSAPP, Channel.SMS}
    await town.floor.run(lambda tx: open_channel(tx, [second], "whatsapp", now=town.now))
    assert (await wanted())[first].stopped == {Channel.SMS}


async def test_a_reminder_says_what_to_pay_with_where_something_is_open(town: Town) -> None:
    await town.order(with_email("Budi", "+628122222222"))
    order = await town.order()
    assert order.hold_until is not None
    await town.tell()
    account = GatewayAccount(new_id(), "midtrans", "Utama", "https://gateway.test", b"", b"")
    rail = Rail(new_id(), "va_bca", account.id, "midtrans", 0, "open")

    async def offer(tx: Tx) -> None:
        await insert_account(tx, account, now=town.now)
        await insert_rails(tx, [rail])
        await tx.run(
            """
            INSERT INTO payment_attempt (shop_id, id, order_id, rail_id, method, gateway, reference, amount_minor,
                                         currency, state, instrument, began_at, expires_at, moved_at)
            VALUES (%(shop)s, %(id)s, %(order)s, %(rail)s, 'va_bca', 'midtrans', 'r', 5, 'IDR', 'offered',
                    '{"number": "8808123"}', %(now)s, %(until)s, %(now)s)
            """,
            {
                "shop": tx.shop_id,
                "id": new_id(),
                "order": order.id,
                "rail": rail.id,
                "now": town.now,
                "until": order.hold_until,
            },
        )

    await town.floor.run(offer)
    town.later(order.hold_until - town.now - 60 * MINUTE)
    await town.tell()
    texts = [one.text for one in town.posts["whatsapp"].out if one.kind == "pay_soon"]
    assert sum("8808123" in text and "BCA" in text for text in texts) == 1
    assert sum("di halaman pembayaran" in text for text in texts) == 1


async def test_a_refund_is_told_with_its_amount(town: Town) -> None:
    order = await town.order()
    await pay(town.world, order, now=town.now)
    refund = await town.floor.run(
        lambda tx: promise_refund(tx, order.id, amount_minor=4_000, reason="maaf", now=town.now)
    )
    await town.floor.run(
        lambda tx: execute_refund(tx, refund.id, method="cash", reference=None, now=town.now)
    )
    assert (await told(town))[-1] == "refunded"
    assert "Rp4.000" in town.posts["whatsapp"].out[-1].text


async def test_cash_on_delivery_is_accepted_at_once_and_never_asked_to_pay(town: Town) -> None:
    await town.order(terms=Terms.COD)
    assert await told(town) == ["accepted"]


async def test_an_order_is_told_as_accepted_once_its_buyer_meant_it_and_nothing_holds_it(
    town: Town, database_url: str
) -> None:
    async def free(order: Order, hold: UUID) -> None:
        locked = (await town.floor.run(lambda tx: lock_orders(tx, [order.id])))[order.id]
        await town.floor.run(lambda tx: release_hold(tx, locked, hold, reason="jelas", now=town.now))

    def found() -> list[object]:
        return list(audit(database_url, now=town.now).findings)

    queued = await town.order(with_email("Budi", "+628122222222"), terms=Terms.COD)
    await town.follow()
    late = await town.floor.run(
        lambda tx: place_hold(tx, queued, HoldKind.FRAUD, reason="dilihat dulu", now=town.now)
    )
    await town.floor.run(lambda tx: keep_policy(tx, ASKING, expected=1, now=town.now))
    order = await town.order(terms=Terms.COD)
    hold = await town.floor.run(
        lambda tx: place_hold(tx, order, HoldKind.ADDRESS, reason="alamat", now=town.now)
    )
    assert await told(town) == []
    assert await town.messages() == [("accepted", "waiting", None)]
    assert found() == []

    await town.floor.run(
        lambda tx: answer_by_hand(tx, order.id, AttemptEvent.CONFIRM, note="telepon", now=town.now)
    )
    assert await told(town) == []
    await free(order, hold)
    assert found() == []
    assert await told(town) == ["accepted"]
    await free(queued, late)
    town.later(20 * MINUTE)
    assert await told(town) == ["accepted", "accepted"]

    refused = await town.order(with_email("Citra", "+628133333333"), terms=Terms.COD)
    held = await town.floor.run(
        lambda tx: place_hold(tx, refused, HoldKind.FRAUD, reason="dilihat dulu", now=town.now)
    )
    await town.follow()
    await town.floor.run(
        lambda tx: answer_by_hand(tx, refused.id, AttemptEvent.REFUSE, note="tidak pesan", now=town.now)
    )
    assert held is not None
    assert (await told(town))[2:] == ["cancelled"]
    assert [kind for kind, _, _ in await town.messages()] == ["accepted", "accepted", "cancelled"]
    assert found() == []


async def test_an_order_nobody_paid_is_told_that_it_ended(town: Town) -> None:
    order = await town.order()
    assert order.hold_until is not None
    await town.tell()
    town.later(order.hold_until - town.now + MINUTE)
    await town.floor.run(lambda tx: expire_orders(tx, now=town.now))
    assert (await told(town))[-1] == "expired"


@pytest.mark.parametrize("goods_left", [True, False])
async def test_money_that_came_too_late_is_told_unless_the_order_came_back_for_it(
    town: Town, database_url: str, goods_left: bool
) -> None:
    order = await town.order()
    assert order.hold_until is not None
    town.later(order.hold_until - town.now + MINUTE)
    await town.floor.run(lambda tx: expire_orders(tx, now=town.now))
    assert (await told(town))[-1] == "expired"
    if not goods_left:
        await town.floor.run(lambda tx: tx.run("UPDATE stock SET on_hand = 0"))

    await pay(town.world, order, now=town.now)

    assert (await told(town))[-1] == ("accepted" if goods_left else "paid_late")
    text = town.posts["whatsapp"].out[-1].text
    assert ("Dalam tiga hari" in text) is not goods_left
    assert "Rp" in text
    assert await town.follow() == 0


async def test_exactly_the_buyers_an_incident_names_hear_of_it_and_of_its_end(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    town = await a_town(floor, keyring, now, stock=20)
    street = await a_street(floor, keyring, now, there=3, elsewhere=2, world=town.world)
    buyers = [await town.order(with_email(f"Budi {n}", f"+62812345670{n:02}")) for n in range(5)]

    async def name_them(tx: Tx) -> None:
        for order_id, buyer in zip([*street.there, *street.elsewhere], buyers, strict=True):
            await tx.run(
                "UPDATE sales_order SET customer_id = %(who)s WHERE shop_id = %(shop)s AND id = %(id)s",
                {"shop": tx.shop_id, "id": order_id, "who": buyer.customer_id},
            )

    await floor.run(name_them)
    await town.tell()
    followed = await street.opened(since=now)
    await town.tell()
    troubled = [letter for letter in town.posts["whatsapp"].out if letter.kind == "trouble"]
    assert sorted(letter.to for letter in troubled) == [f"+62812345670{n:02}" for n in range(3)]
    assert all("BCA" in letter.text for letter in troubled)

    await floor.run(lambda tx: recover(tx, followed.incident.id, now=town.now))
    await town.tell()
    assert town.posts["whatsapp"].kinds().count("recovered") == 3
    assert town.posts["whatsapp"].kinds().count("trouble") == 3


async def test_trouble_that_ended_before_it_was_told_is_not_told(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    town = await a_town(floor, keyring, now)
    order = await town.order()
    street = await a_street(floor, keyring, now, there=1, elsewhere=1, world=town.world)
    await floor.run(
        lambda tx: tx.run(
            "UPDATE sales_order SET customer_id = %(who)s WHERE shop_id = %(shop)s AND id = %(id)s",
            {"shop": tx.shop_id, "id": street.there[0], "who": order.customer_id},
        )
    )
    followed = await street.opened(since=now)
    await town.follow()
    await floor.run(lambda tx: recover(tx, followed.incident.id, now=town.now))
    kinds = await told(town)
    assert ("trouble" in kinds, kinds.count("recovered")) == (False, 1)


def test_every_reading_is_of_a_fact_that_is_told() -> None:
    known = {one.kind for one in Event.__subclasses__() if hasattr(one, "kind")}
    assert set(READINGS) <= known
