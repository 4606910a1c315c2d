"""Goods that are back, browsers, the shop's own app, and the daily letter for staff."""

import asyncio
import html
import json
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest

from access.conftest import Hire, send, sign_in
from messaging.test_webpush import ENDPOINT, given
from notifications.telling import a_policy
from orderan.access import Permission, make_key
from orderan.flows.merge_customers import merge_customers
from orderan.flows.send_digests import Digests
from orderan.flows.tell_restock import tell_restock, wait_for
from orderan.inventory import Receipt, receive_stock
from orderan.kit import inbox
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.kit.inbox import Stuck
from orderan.notifications import set_policy, subscribe_browser
from orderan.notifications.commands.subscribe import MOST_BROWSERS
from orderan.web.words import words
from reach.stand import Stand

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)


async def api(stand: Stand) -> dict[str, str]:
    """Headers of a key that may write customers."""
    asked = [Permission.CUSTOMERS_WRITE, Permission.CUSTOMERS_READ]
    made = await stand.floor.run(
        lambda tx: make_key(tx, name="toko daring", permissions=asked, now=stand.clock.at)
    )
    return {"authorization": f"Bearer {made[1]}"}


async def tell_by(stand: Stand, *channels: str) -> None:
    await stand.floor.run(lambda tx: set_policy(tx, a_policy(*channels), now=stand.clock.at))


async def test_who_waits_for_goods_is_told_once_when_they_are_back(stand: Stand) -> None:
    await stand.open("whatsapp")
    order = await stand.order()
    assert order.customer_id is not None
    customer, key = to_text("cus", order.customer_id), await api(stand)
    address = f"/api/v1/customers/{customer}/restock-wishes"
    wish = {"sku": "kopi", "link": "https://toko.test/kopi"}

    async def ask(name: str, **changed: str) -> tuple[int, dict[str, str]]:
        answer = await stand.web.post(
            address, json={**wish, **changed}, headers={**key, "idempotency-key": name}
        )
        return answer.status_code, answer.json()

    status, refused = await ask("1")
    assert (status, refused["code"]) == (409, "restock_can_be_had")
    await stand.floor.run(
        lambda tx: tx.run("UPDATE stock SET on_hand = reserved WHERE shop_id = %(shop)s", {"shop": 1})
    )
    first, again, other = await ask("2"), await ask("2"), await ask("3")
    assert (first[0], first, other[1]) == (201, again, first[1])
    assert (await ask("4", link="javascript:alert(1)"))[0] == 400
    assert await stand.floor.run(lambda tx: tell_restock(tx, now=stand.clock.at)) == 0

    [place] = [stand.world.locations["JKT"]]
    sku = stand.world.skus["kopi"]
    await stand.floor.run(lambda tx: receive_stock(tx, [Receipt(sku, place, 9)], now=stand.clock.at))
    told = await asyncio.gather(
        *(stand.floor.run(lambda tx: tell_restock(tx, now=stand.clock.at)) for _ in range(3))
    )
    assert sorted(told) == [0, 0, 1]
    await stand.tell("whatsapp")
    await stand.tell("whatsapp")
    [message] = [one for one in stand.on_phone() if one.text.startswith("[orderan_back_in_stock]")]
    assert "https://toko.test/kopi" in message.text


async def test_goods_that_are_gone_again_are_waited_for_on_and_by_a_merged_buyer_once(
    stand: Stand, hire: Hire
) -> None:
    await stand.open("whatsapp")
    await stand.open("webpush", subject="mailto:halo@toko.test")
    stand.strangers["push.example.net"] = 201
    sku, [place] = stand.world.skus["kopi"], [stand.world.locations["JKT"]]
    orders = [await stand.order(), await stand.order(phone="+6281300000000")]
    people = [order.customer_id for order in orders]
    assert None not in people
    survivor, merged = [UUID(str(person)) for person in people]
    link = "https://toko.test/kopi"

    async def sold_out(tx: Tx) -> None:
        await tx.run("UPDATE stock SET on_hand = reserved WHERE shop_id = %(shop)s", {"shop": tx.shop_id})

    async def wait(tx: Tx) -> None:
        for person in (merged, survivor):
            await wait_for(tx, sku, "kopi", person, customer="", link=link, now=stand.clock.at)
        address = json.loads(given())
        await subscribe_browser(tx, stand.keyring, merged, address, now=stand.clock.at)
        await merge_customers(tx, stand.keyring, survivor, [merged], now=stand.clock.at)

    async def restocked(tx: Tx) -> int:
        await receive_stock(tx, [Receipt(sku, place, 9)], now=stand.clock.at)
        return await tell_restock(tx, now=stand.clock.at)

    def told() -> list[str]:
        return [one.text for one in stand.on_phone() if one.text.startswith("[orderan_back_in_stock]")]

    await stand.floor.run(sold_out)
    await stand.floor.run(wait)
    assert await stand.floor.run(restocked) == 1
    await stand.floor.run(sold_out)
    await stand.tell("whatsapp")
    assert told() == []
    assert await stand.floor.run(restocked) == 1
    await stand.tell("whatsapp")
    assert len(told()) == 1
    assert await stand.floor.value("SELECT count(*) FROM restock_wish WHERE told_at IS NULL") == 0

    # The browser of the record that was merged away is the person's, and its address opens under their key.
    await stand.follow()
    await tell_by(stand, "push")
    await stand.order()
    await stand.tell("push")
    assert [str(request.url) for request in stand.went] == [ENDPOINT]
    await hire()
    await sign_in(stand.web)
    shown = html.unescape((await stand.web.get("/messages/templates/back_in_stock")).text)
    assert "Dengan barang" in shown
    assert link in shown


async def test_a_browser_is_told_until_its_service_says_it_is_gone(stand: Stand) -> None:
    account = await stand.open("webpush", subject="mailto:halo@toko.test")
    await stand.open("smtp")
    stand.strangers["push.example.net"] = 201
    first = await stand.order()
    await stand.follow()
    assert first.customer_id is not None
    customer, key = to_text("cus", first.customer_id), await api(stand)
    await tell_by(stand, "push", "email")
    shown = (await stand.web.get("/api/v1/push-key", headers=key)).json()["key"]
    assert len(shown) == 87
    answer = await stand.web.post(
        f"/api/v1/customers/{customer}/browsers",
        json=json.loads(given()),
        headers={**key, "idempotency-key": "b"},
    )
    assert answer.status_code == 201, answer.text
    sealed = await stand.floor.value("SELECT address_enc FROM push_subscription")
    assert ENDPOINT.encode() not in bytes(sealed)

    await stand.order()
    await stand.tell("push", "email")
    [pushed] = stand.went
    assert str(pushed.url) == ENDPOINT
    assert pushed.headers["authorization"].startswith("vapid ")
    assert account.kind == "push"

    stand.strangers["push.example.net"] = 410
    stand.later(MINUTE)
    await stand.order()
    await stand.tell("push", "email")
    await stand.tell("push", "email")
    await stand.order()
    await stand.tell("push", "email")
    assert len(stand.went) == 2
    assert len(stand.mail.letters) >= 2
    assert await stand.floor.value("SELECT count(*) FROM push_subscription") == 0


async def test_every_browser_of_a_person_is_told_once_and_a_dead_one_is_let_go(stand: Stand) -> None:
    await stand.open("webpush", subject="mailto:halo@toko.test")
    await stand.open("smtp")
    first = await stand.order()
    await stand.follow()
    person = first.customer_id
    assert person is not None
    await tell_by(stand, "push", "email")
    hosts = [f"{name}.example.net" for name in ("phone", "laptop", "work")]

    async def subscribe(tx: Tx) -> None:
        for host in hosts:
            address = json.loads(given()) | {"endpoint": f"https://{host}/1"}
            await subscribe_browser(tx, stand.keyring, person, address, now=stand.clock.at)

    async def told(**answers: int) -> list[str]:
        """An order is placed while the services answer so; which of them were asked."""
        stand.strangers.update({f"{name}.example.net": status for name, status in answers.items()})
        stand.later(MINUTE)
        before = len(stand.went)
        await stand.order()
        for _ in range(2):
            await stand.tell("push", "email")
        return sorted(str(request.url.host).partition(".")[0] for request in stand.went[before:])

    await stand.floor.run(subscribe)
    everywhere = ["laptop", "phone", "work"]
    assert await told(phone=201, laptop=201, work=201) == everywhere
    assert await told(phone=201, laptop=410, work=503) == everywhere
    assert await told(phone=404, laptop=201, work=201) == ["phone", "work"]
    pushed = await stand.floor.all(
        """
        SELECT delivery.state FROM delivery
        JOIN message ON message.shop_id = delivery.shop_id AND message.id = delivery.message_id
        WHERE delivery.channel = 'push' AND message.kind = 'pay_now'
        """
    )
    assert [row.state for row in pushed] == ["sent"] * 3
    assert stand.mail.letters == []
    # The last one goes too: nobody is told any more this way, and the next channel takes over.
    assert await told(work=410) == ["work"]
    assert await stand.floor.value("SELECT count(*) FROM push_subscription") == 0
    stand.later(timedelta(minutes=40))
    await stand.tell("push", "email")
    assert len(stand.mail.letters) >= 1


async def test_whoever_subscribes_browser_after_browser_keeps_the_newest(stand: Stand) -> None:
    person = (await stand.order()).customer_id
    assert person is not None

    async def subscribe(tx: Tx) -> None:
        for turn in range(MOST_BROWSERS + 3):
            address = json.loads(given()) | {"endpoint": f"https://push.example.net/{turn}"}
            at = stand.clock.at + timedelta(seconds=turn)
            await subscribe_browser(tx, stand.keyring, person, address, now=at)

    await stand.floor.run(subscribe)
    kept = await stand.floor.all("SELECT made_at FROM push_subscription ORDER BY made_at")
    assert len(kept) == MOST_BROWSERS
    assert kept[0].made_at == stand.clock.at + timedelta(seconds=3)


async def test_the_shops_own_app_is_told_whom_a_message_is_for(stand: Stand) -> None:
    await stand.open("webhook", address="https://aplikasi.example/pesan")
    stand.strangers["aplikasi.example"] = 500
    order = await stand.order(email=None)
    await stand.follow()
    assert order.customer_id is not None
    await tell_by(stand, "webhook")
    await stand.order(email=None)
    await stand.tell("webhook")
    stand.strangers["aplikasi.example"] = 200
    for _ in range(4):
        stand.later(5 * MINUTE)
        await stand.tell("webhook")

    told = [json.loads(request.content) for request in stand.went]
    assert len({request.headers["webhook-id"] for request in stand.went}) == 1
    assert told[-1]["type"] == "message.pay_now"
    assert told[-1]["data"]["customer"] == to_text("cus", order.customer_id)
    assert "menunggu" in told[-1]["data"]["text"] or "Bayar" in told[-1]["data"]["text"]
    assert ("webhook", "sent", None) in await stand.deliveries()


async def test_whoever_wants_it_gets_one_letter_a_day_about_what_waits(stand: Stand, hire: Hire) -> None:
    await stand.open("smtp")
    owner = await hire()
    await hire("gudang@toko.test", "warehouse")
    await sign_in(stand.web)
    await send(stand.web, "/account/digest", {"hour": "8"})
    shown = (await stand.web.get("/account")).text
    assert '<option value="8" selected>' in shown
    digests = Digests(stand.floor.db, stand.clock, stand.clients, stand.links, words)
    at = datetime.combine((stand.clock.at + timedelta(days=2)).date(), time(1, 5), stand.clock.at.tzinfo)

    async def day(moment: datetime) -> None:
        stand.clock.at = moment
        for _ in range(2):
            await asyncio.gather(*(digests.send_due(stand.floor.caller) for _ in range(2)))
            stand.clock.at += MINUTE

    await day(at)
    assert stand.mail.letters == []
    await stand.floor.run(lambda tx: inbox.report(tx, [_stuck(order) for order in range(3)], now=at))
    await day(at + timedelta(days=1))
    [letter] = stand.mail.letters
    assert letter.to == (owner.email,)
    assert letter.headers["Subject"] == "3 perkara menunggu di Toko Uji"
    assert "Cari barangnya" in letter.plain
    await day(at + timedelta(days=2))
    assert len(stand.mail.letters) == 2
    await sign_in(stand.web)
    await send(stand.web, "/account/digest", {"hour": ""})
    await day(at + timedelta(days=3))
    assert len(stand.mail.letters) == 2


def _stuck(turn: int) -> Stuck:
    return Stuck(
        kind="task_short",
        reason="short",
        subject_kind="shop",
        subject_id=None,
        dedupe_key=f"test:{turn}",
        payload={},
        money_minor=1_000,
        currency="IDR",
        deadline=None,
        next_step="Cari barangnya, ambil dari lokasi lain, atau batalkan bagian yang kurang.",
    )
