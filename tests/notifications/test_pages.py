"""The pages of messages: what was told, sent again, worded anew, and what a customer wants."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from notifications.telling import Town, a_town, with_email
from orderan.kit.crypto import Keyring
from orderan.kit.ids import to_text
from orderan.notifications import policy_of, wants_of
from orderan.orders import Order

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@dataclass
class Desk:
    town: Town
    owner: AsyncClient
    order: Order

    async def look(self, path: str) -> str:
        answer = await self.owner.get(path)
        assert answer.status_code == 200, html.unescape(answer.text)
        return html.unescape(answer.text)

    async def path(self, kind: str) -> str:
        return f"/messages/{to_text('msg', (await self.town.message(kind)).id)}"


@pytest.fixture
async def desk(
    floor: ShopFloor, keyring: Keyring, house: House, hire: Hire, now: datetime
) -> AsyncIterator[Desk]:
    town = await a_town(floor, keyring, now)
    order = await town.order(with_email())
    await hire()
    async with house.browser() as owner:
        await sign_in(owner)
        yield Desk(town, owner, order)


async def test_a_message_is_listed_found_opened_and_its_reading_is_kept(desk: Desk) -> None:
    await desk.town.tell()

    listed = await desk.look("/messages")
    other = await desk.look("/messages?tab=untold")
    path = await desk.path("pay_now")
    shown = await desk.look(path)

    for said in (
        "Menunggu pembayaran",
        f"Pesanan {desk.order.number}",
        "Ani Lestari",
        "Tersampaikan",
        "Rp50",
    ):
        assert said in listed
    assert path in listed
    assert path not in other
    assert "Halo Ani Lestari" not in shown
    opened = await send(desk.owner, f"{path}/words", {})
    assert "Halo Ani Lestari" in html.unescape(opened.text)
    assert opened.headers["cache-control"] == "no-store"
    read = await desk.town.floor.all("SELECT fields FROM personal_access WHERE purpose = 'isi pesan'")
    assert [row.fields for row in read] == [["name"]]


async def test_what_reached_nobody_is_sent_again_once_and_the_inbox_entry_closes(desk: Desk) -> None:
    for post in desk.town.posts.values():
        post.how = "for_good"
    await desk.town.tell()
    await desk.town.tell("email")
    assert await desk.town.untold() == ["not_there"]
    path = await desk.path("pay_now")
    entry = re.search(r'href="(/inbox/exc_[^"]+)"', await desk.look("/inbox?kind=message_untold"))
    assert entry is not None
    assert path in await desk.look(entry[1])

    sent = await send(desk.owner, f"{path}/resend", {"channel": "whatsapp"})
    assert sent.status_code == 303
    again = await send(desk.owner, f"{path}/resend", {"channel": "whatsapp"})
    assert again.status_code == 409
    assert "masih dikirim" in html.unescape(again.text)
    assert await desk.town.untold() == []
    desk.town.posts["whatsapp"].how = "ok"
    await desk.town.tell()

    assert desk.town.posts["whatsapp"].kinds() == ["pay_now"]
    assert "Tersampaikan" in await desk.look(path)


async def test_words_are_looked_at_with_a_real_order_kept_as_a_version_and_given_back(desk: Desk) -> None:
    path = "/messages/templates/pay_now"
    editor = f"{path}?channel=whatsapp&locale=id"
    assert "Rp10.000" in await desk.look(editor)
    fields = {
        "channel": "whatsapp",
        "locale": "id",
        "body": "Hai {{ buyer }}, bayar {{ amount }} ya: {{ link }}",
        "verb": "preview",
        "number": str(desk.order.number),
    }
    seen = html.unescape((await send(desk.owner, path, fields)).text)
    assert "Hai Ani L., bayar Rp10.000 ya: " in seen
    assert await desk.town.floor.value("SELECT count(*) FROM message_template") == 0

    wrong = await send(desk.owner, path, fields | {"verb": "save", "body": "Hai {{ awb }}"})
    assert wrong.status_code == 422
    assert "Pesan ini tidak punya isian: awb" in html.unescape(wrong.text)
    for _ in range(2):
        assert (await send(desk.owner, path, fields | {"verb": "save"})).status_code == 303
    await desk.town.tell()
    [letter] = desk.town.posts["whatsapp"].out
    assert letter.text.startswith("Hai Ani Lestari, bayar Rp10.000 ya: ")
    kept = await desk.town.floor.all("SELECT version FROM message_template")
    assert [row.version for row in kept] == [1]
    assert await desk.town.floor.value("SELECT max(template_version) FROM delivery") == 1

    assert (await send(desk.owner, path, fields | {"verb": "restore"})).status_code == 303
    assert "sudah kami catat" in await desk.look(editor)
    assert "Versi 2" in await desk.look(editor)


async def test_a_kind_nothing_happened_of_says_so_instead_of_a_letter_with_gaps(desk: Desk) -> None:
    assert "Belum ada pesanan yang cocok" in await desk.look("/messages/templates/shipped")


async def test_the_rules_of_the_shop_are_set_and_what_cannot_be_is_refused(desk: Desk) -> None:
    fields = {
        "channel_0": "email",
        "channel_1": "email",
        "channel_2": "sms",
        "quiet_from": "20:30",
        "quiet_until": "06:00",
        "reminder_minutes": "90",
        "review_days": "0",
        "kind": "pay_now",
    }
    assert (await send(desk.owner, "/messages/policy", fields)).status_code == 303
    policy = await desk.town.floor.run(policy_of)
    assert (policy.channels, policy.reminder_minutes, policy.review_days) == (("email", "sms"), 90, 0)
    assert policy.quiet_from.isoformat() == "20:30:00"
    assert "pay_now" not in policy.silent
    assert "shipped" in policy.silent

    refused = await send(desk.owner, "/messages/policy", fields | {"reminder_minutes": "2"})
    assert refused.status_code == 422
    assert await desk.town.floor.run(policy_of) == policy


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "ulasan.test",
        "https://",
        "https://a.test/{name}",
        "https://a.test/ b",
        "x" * 400,
    ],
)
async def test_a_link_to_reviews_that_leads_nowhere_is_refused_and_stays_typed(desk: Desk, link: str) -> None:
    before = await desk.town.floor.run(policy_of)
    fields = {"channel_0": "email", "reminder_minutes": "90", "review_days": "3", "review_link": link}
    answer = await send(desk.owner, "/messages/policy", fields)
    assert answer.status_code == 422
    assert link in html.unescape(answer.text)
    assert await desk.town.floor.run(policy_of) == before


async def test_a_review_is_asked_for_on_the_shops_page_or_by_reply(desk: Desk) -> None:
    editor = "/messages/templates/review?channel=whatsapp&locale=en"
    assert "Reply to this message" in await desk.look(editor)
    fields = {
        "channel_0": "email",
        "reminder_minutes": "90",
        "review_days": "3",
        "review_link": "https://ulasan.test/tulis?pesanan={number}",
    }
    assert (await send(desk.owner, "/messages/policy", fields)).status_code == 303
    assert f"Write a review: https://ulasan.test/tulis?pesanan={desk.order.number}" in await desk.look(editor)
    assert "https://ulasan.test/tulis?pesanan={number}" in await desk.look("/messages/policy")


async def test_a_letter_is_shown_as_a_mail_program_shows_it_and_runs_nothing(desk: Desk) -> None:
    answer = await desk.owner.get("/messages/templates/pay_now?channel=email&locale=id")
    [frame] = re.findall(r'<iframe[^>]*srcdoc="([^"]*)"[^>]*>', answer.text)
    assert "sandbox" in re.findall(r"<iframe[^>]*>", answer.text)[0]
    letter = html.unescape(frame)
    assert letter.startswith("<!")
    assert "Rp10.000" in letter
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    other = await desk.owner.get("/messages/templates/pay_now?channel=sms&locale=id")
    assert "<iframe" not in other.text
    assert "unsafe-inline" not in other.headers["content-security-policy"]


async def test_an_older_version_is_read_and_used_again_as_a_new_one(desk: Desk) -> None:
    path, editor = "/messages/templates/pay_now", "/messages/templates/pay_now?channel=sms&locale=id"
    bodies = ["Satu {{ link }}\nbaris dua", "Dua {{ link }}"]
    fields = {"channel": "sms", "locale": "id", "verb": "save"}
    for body in bodies:
        assert (await send(desk.owner, path, fields | {"body": body})).status_code == 303
    shown = await desk.look(editor)
    assert "Pakai versi 1 lagi" in shown
    assert "Pakai versi 2 lagi" not in shown
    [old] = re.findall(r'name="body" value="([^"]*)"', shown)
    for _ in range(2):
        assert (await send(desk.owner, path, fields | {"subject": "", "body": old})).status_code == 303
    kept = await desk.town.floor.all("SELECT version, body FROM message_template ORDER BY version")
    assert [(row.version, row.body) for row in kept] == [(1, bodies[0]), (2, bodies[1]), (3, bodies[0])]


async def test_what_a_customer_wants_is_set_on_their_page(desk: Desk) -> None:
    assert desk.order.customer_id is not None
    person = desk.order.customer_id
    path = f"/customers/{to_text('cus', person)}"

    sent = await send(
        desk.owner,
        f"{path}/messages",
        {"open": "email", "first": "email", "unwanted": "pay_soon", "locale": "en"},
    )

    assert sent.status_code == 303
    wants = (await desk.town.floor.run(lambda tx: wants_of(tx, [person])))[person]
    assert (wants.channels, wants.stopped) == (("email",), frozenset({"whatsapp", "sms", "push", "webhook"}))
    assert (wants.unwanted, wants.locale) == (frozenset({"pay_soon"}), "en")
    await desk.town.tell("email")
    assert "Menunggu pembayaran" in await desk.look(path)


async def test_both_languages_speak(desk: Desk) -> None:
    await desk.town.tell()
    desk.owner.cookies.set("bahasa", "en")
    listed = await desk.look("/messages")
    assert "Messages to buyers" in listed
    assert "Waiting for payment" in listed or "Awaiting payment" in listed
    assert "Quiet hours from" in await desk.look("/messages/policy")
