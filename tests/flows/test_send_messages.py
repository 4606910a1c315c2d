"""What is due goes out once; what fails goes on; what nobody knows of is never sent twice."""

import asyncio
from datetime import datetime, timedelta

import pytest

from conftest import ShopFloor
from notifications.telling import MINUTE, Died, Town, a_policy, a_town, with_email
from orderan.kit.crypto import Keyring
from orderan.notifications import (
    Breaker,
    Doubt,
    Fate,
    Kind,
    Receipt,
    hear_receipts,
    policy_of,
    resend,
    set_policy,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def town(floor: ShopFloor, keyring: Keyring, now: datetime) -> Town:
    return await a_town(floor, keyring, now)


async def test_a_letter_says_what_is_due_and_where_to_pay(town: Town) -> None:
    await town.order(with_email())

    await town.tell()

    [letter] = town.posts["whatsapp"].out
    assert (letter.to, letter.kind, letter.locale) == ("+6281234567890", "pay_now", "id")
    assert "Halo Ani Lestari" in letter.text
    assert "Rp10.000" in letter.text
    assert "https://toko.test/pay/" in letter.text
    assert list(letter.values) == ["buyer", "shop", "amount", "until", "link"]
    assert (await town.deliveries())[0] == ("pay_now", "whatsapp", "sent", None)
    assert (await town.messages())[0] == ("pay_now", "told", None)
    [row] = await town.floor.all("SELECT * FROM delivery WHERE state = 'sent'")
    assert (row.cost_minor, row.template_version, row.tries) == (50, 0, 1)
    assert b"Ani" not in bytes(row.words_enc)
    [read] = await town.floor.all("SELECT fields, purpose FROM personal_access")
    assert (sorted(read.fields), read.purpose) == (["email", "name", "phone"], "pesan ke pembeli")


async def test_an_email_has_a_subject_and_html_that_says_the_same(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    town = await a_town(floor, keyring, now, policy=a_policy("email"))
    order = await town.order(with_email("Budi <b>Besar</b>"))

    await town.tell("email")

    [letter] = town.posts["email"].out
    assert letter.to == "ani@contoh.id"
    assert letter.subject == f"Pesanan {order.number} menunggu pembayaran"
    assert "Halo Budi <b>Besar</b>" in letter.text
    assert "Halo Budi &lt;b&gt;Besar&lt;/b&gt;" in letter.html
    assert '<a href="https://toko.test/pay/' in letter.html


async def test_refused_for_good_goes_on_by_the_next_channel_at_once(town: Town) -> None:
    await town.order(with_email())
    town.posts["whatsapp"].how = "for_good"

    await town.tell()
    await town.send("email")

    assert [row for row in await town.deliveries() if row[0] == "pay_now"] == [
        ("pay_now", "whatsapp", "failed", "not_there"),
        ("pay_now", "email", "sent", None),
    ]
    assert (await town.messages())[0] == ("pay_now", "told", None)
    assert await town.untold() == []


async def test_where_no_channel_is_left_a_person_hears_of_it_and_can_send_it_again(town: Town) -> None:
    await town.order()
    town.posts["whatsapp"].how = "for_good"
    await town.tell()
    assert (await town.messages())[0] == ("pay_now", "untold", "not_there")
    assert await town.untold() == ["not_there"]
    message = await town.message("pay_now")

    town.posts["whatsapp"].how = "ok"
    shop = town.floor.shop

    await town.floor.run(
        lambda tx: resend(tx, message.id, shop=shop, policy=a_policy("whatsapp"), now=town.now)
    )
    assert await town.untold() == []
    await town.send()

    assert (await town.messages())[0] == ("pay_now", "told", None)
    assert town.posts["whatsapp"].kinds() == ["pay_now"]


@pytest.mark.parametrize("how", ["for_now", "failed"])
async def test_what_would_not_be_taken_now_waits_longer_each_time_and_then_goes_on(
    town: Town, how: str
) -> None:
    await town.order(with_email())
    town.posts["whatsapp"].how = how
    waits = []
    for _ in range(4):
        await town.tell()
        [row] = await town.floor.all(
            "SELECT delivery.due_at, delivery.state FROM delivery JOIN message ON message.id = delivery.message_id"
            " WHERE message.kind = 'pay_now' AND delivery.channel = 'whatsapp'"
        )
        waits.append((row.due_at - town.now, row.state))
        town.later(timedelta(minutes=16))
    assert [state for _, state in waits] == ["queued", "queued", "queued", "failed"]
    assert [wait for wait, _ in waits[:3]] == [MINUTE, 5 * MINUTE, 15 * MINUTE]
    await town.send("email")
    assert town.posts["email"].kinds() == ["pay_now"]


@pytest.mark.parametrize("how", ["lost_before", "lost_after", "died_before", "died_after", "broken"])
async def test_a_channel_that_cannot_tell_never_gets_a_letter_of_unknown_fate_again(
    town: Town, how: str
) -> None:
    await town.order(with_email())
    town.posts["whatsapp"].how = how
    await town.follow()
    if how.startswith("died"):
        with pytest.raises(BaseException) as died:
            await town.send()
        assert died.group_contains(Died) if isinstance(died.value, BaseExceptionGroup) else True
    else:
        await town.send()
    town.posts["whatsapp"].how = "ok"

    for _ in range(30):
        town.later(MINUTE)
        await town.send()
    await town.send("email")

    assert town.posts["whatsapp"].kinds().count("pay_now") == (1 if how.endswith("after") else 0)
    # What people lose money by not knowing is told once more another way; its state says that nobody knows.
    assert [row[1:] for row in await town.deliveries() if row[0] == "pay_now"] == [
        ("whatsapp", "failed", "in_doubt"),
        ("email", "sent", None),
    ]


async def test_what_can_wait_for_a_person_is_rather_told_too_little_than_twice(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    town = await a_town(floor, keyring, now)
    order = await town.order(with_email())
    await town.floor.run(
        lambda tx: tx.run(
            "UPDATE sales_order SET commercial = 'expired' WHERE shop_id = %(shop)s AND id = %(id)s",
            {"shop": tx.shop_id, "id": order.id},
        )
    )
    await town.follow()
    await town.floor.run(
        lambda tx: tx.run(
            "UPDATE message SET kind = 'expired' WHERE shop_id = %(shop)s AND kind = 'pay_now'",
            {"shop": tx.shop_id},
        )
    )
    town.posts["whatsapp"].how = "lost_after"
    await town.send()
    for _ in range(17):
        town.later(MINUTE)
        await town.send()
    await town.send("email")

    assert town.posts["whatsapp"].kinds() == ["expired"]
    assert town.posts["email"].out == []
    assert (await town.messages())[0] == ("expired", "untold", "in_doubt")
    assert await town.untold() == ["in_doubt"]


@pytest.mark.parametrize("doubt", [Doubt.ASK, Doubt.REPEAT])
@pytest.mark.parametrize("how", ["lost_before", "lost_after"])
async def test_a_provider_that_knows_our_reference_settles_every_doubt(
    floor: ShopFloor, keyring: Keyring, now: datetime, doubt: Doubt, how: str
) -> None:
    town = await a_town(floor, keyring, now, doubt=doubt)
    await town.order(with_email())
    post = town.posts["whatsapp"]
    post.how = how
    await town.follow()
    await town.send()
    assert (await town.deliveries())[0][2] == "unknown"
    post.how = "ok"

    for _ in range(5):
        town.later(MINUTE)
        await town.send()

    assert post.kinds() == ["pay_now"]
    assert (await town.deliveries())[0][:3] == ("pay_now", "whatsapp", "sent")
    assert (await town.messages())[0][:2] == ("pay_now", "told")


async def test_two_workers_at_once_send_each_letter_once(town: Town) -> None:
    for n in range(10):
        await town.order(with_email(f"Budi {n}", f"+62812345670{n:02}"))
    await town.follow()

    await asyncio.gather(*(town.send() for _ in range(4)))

    assert sorted(letter.to for letter in town.posts["whatsapp"].out) == [
        f"+62812345670{n:02}" for n in range(10)
    ]


async def test_a_channel_the_shop_does_not_use_any_more_holds_nothing_back(town: Town) -> None:
    await town.order(with_email("Ani", "+628111111111"))
    town.posts["whatsapp"].how = "lost_after"
    await town.follow()
    await town.send()
    await town.order(with_email("Budi", "+628122222222"))
    await town.follow()
    for policy in (a_policy("email"), a_policy("email", silent=frozenset({Kind.PAY_SOON}))):
        await town.floor.run(lambda tx, policy=policy: set_policy(tx, policy, now=town.now))
    del town.posts["whatsapp"]
    caller = town.floor.caller

    assert await town.messenger.channels(caller) == ("email", "whatsapp")
    for _ in range(20):
        town.later(MINUTE)
        for channel in await town.messenger.channels(caller):
            await town.send(channel)

    assert town.posts["email"].kinds() == ["pay_now"] * 2
    assert sorted(await town.deliveries()) == [
        ("pay_now", "email", "sent", None),
        ("pay_now", "email", "sent", None),
        ("pay_now", "whatsapp", "failed", "in_doubt"),
        ("pay_now", "whatsapp", "failed", "not_used"),
        ("pay_soon", "whatsapp", "queued", None),
        ("pay_soon", "whatsapp", "queued", None),
    ]
    town.later(timedelta(days=1))
    for channel in await town.messenger.channels(caller):
        await town.send(channel)
    assert await town.messenger.channels(caller) == ("email",)


async def test_a_slow_provider_delays_only_its_own_channel(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    town = await a_town(floor, keyring, now, policy=a_policy("whatsapp", "email"))
    await town.order(with_email("Ani", "+628111111111"))
    town.posts["whatsapp"].how = "for_good"
    await town.tell()
    await town.order(with_email("Budi", "+628122222222"))
    await town.follow()
    town.posts["whatsapp"].how = "ok"
    town.posts["whatsapp"].opened = asyncio.Event()

    slow = asyncio.create_task(town.send("whatsapp"))
    while town.posts["whatsapp"].handed < 2:
        await asyncio.sleep(0)
        assert not slow.done()
    await town.send("email")
    assert [letter.kind for letter in town.posts["email"].out] == ["pay_now"]
    assert len(town.posts["whatsapp"].out) == 0

    town.posts["whatsapp"].opened.set()
    await slow
    assert len(town.posts["whatsapp"].out) == 1


async def test_a_dead_provider_is_left_alone_and_what_can_go_another_way_does(town: Town) -> None:
    for n in range(3):
        await town.order(with_email(f"Budi {n}", f"+62812345670{n:02}"))
    post = town.posts["whatsapp"]
    post.how = "failed"
    await town.follow()
    for wait in (6, 6, 0):
        await town.send()
        town.later(wait * MINUTE)
    assert post.handed == 9

    assert await town.send() == 0
    town.messenger._breakers[town.floor.shop.shop_id, "whatsapp"] = Breaker(9, town.now + 120 * MINUTE)
    town.later(60 * MINUTE)
    assert await town.send() == 3
    await town.send("email")

    assert post.handed == 9
    assert town.posts["email"].kinds() == ["pay_now"] * 3


async def test_what_has_no_other_way_waits_for_its_channel_to_come_back(
    floor: ShopFloor, keyring: Keyring, now: datetime
) -> None:
    town = await a_town(floor, keyring, now, policy=a_policy("whatsapp"))
    await town.order(with_email())
    await town.follow()
    town.messenger._breakers[floor.shop.shop_id, "whatsapp"] = Breaker(9, now + 120 * MINUTE)
    town.later(90 * MINUTE)
    assert await town.send() == 0
    assert (await town.messages())[0] == ("pay_now", "waiting", None)

    town.later(30 * MINUTE)
    await town.send()

    assert town.posts["whatsapp"].kinds() == ["pay_now"]


async def test_receipts_in_any_order_and_twice_say_the_most_that_is_known(town: Town) -> None:
    await town.order(with_email())
    await town.tell()
    [letter] = town.posts["whatsapp"].out
    sent = f"whatsapp-{letter.reference}"
    at = town.now + MINUTE
    receipts = [
        Receipt(Fate.SEEN, at, provider_id=sent),
        Receipt(Fate.DELIVERED, town.now, provider_id=sent),
        Receipt(Fate.SENT, town.now, reference=letter.reference),
        Receipt(Fate.DELIVERED, town.now, provider_id="somebody else's"),
    ]

    async def hear() -> int:
        moved: int = await town.floor.run(
            lambda tx: hear_receipts(tx, "whatsapp", receipts, policy=a_policy(), now=at)
        )
        return moved

    assert (await hear(), await hear()) == (1, 0)
    [row] = await town.floor.all("SELECT * FROM delivery WHERE provider_id IS NOT NULL")
    assert (row.state, row.seen_at) == ("seen", at)


async def test_what_comes_back_goes_another_way(town: Town) -> None:
    await town.order(with_email())
    await town.tell()
    [letter] = town.posts["whatsapp"].out
    back = Receipt(Fate.FAILED, town.now, reference=letter.reference, reason="bounced")
    await town.floor.run(lambda tx: hear_receipts(tx, "whatsapp", [back], policy=a_policy(), now=town.now))
    assert (await town.messages())[0] == ("pay_now", "waiting", None)

    await town.send("email")

    assert town.posts["email"].kinds() == ["pay_now"]
    assert (await town.messages())[0] == ("pay_now", "told", None)


async def test_word_that_a_letter_went_out_after_all_takes_its_substitute_back(town: Town) -> None:
    await town.order(with_email())
    town.posts["whatsapp"].how = "lost_after"
    await town.follow()
    await town.send()
    for _ in range(17):
        town.later(MINUTE)
        await town.send()
    assert [row[1:3] for row in await town.deliveries() if row[0] == "pay_now"] == [
        ("whatsapp", "failed"),
        ("email", "queued"),
    ]
    [letter] = town.posts["whatsapp"].out
    word = Receipt(Fate.DELIVERED, town.now, reference=letter.reference)

    await town.floor.run(lambda tx: hear_receipts(tx, "whatsapp", [word], policy=a_policy(), now=town.now))
    await town.send("email")

    assert town.posts["email"].out == []
    assert (await town.messages())[0] == ("pay_now", "told", None)
    policy = await town.floor.run(policy_of)
    assert policy.channels == ("whatsapp", "email")
