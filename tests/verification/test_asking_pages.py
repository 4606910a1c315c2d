"""Asking buyers in the browser: the list and its script, the policy, the buyer's own link; and over the API."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked, place
from orderan.access import Permission, make_key
from orderan.auditor import audit
from orderan.flows.asking_steps import Asked, NotAsked
from orderan.flows.place_order import Placed
from orderan.flows.verify_order import Verifier, advance_cases
from orderan.kit.crypto import Keyring
from orderan.kit.db import Caller
from orderan.kit.events import sequence
from orderan.kit.ids import to_text
from orderan.kit.twilio import signature
from orderan.orders import Order, Terms, orders_by_id
from orderan.reach import open_reach
from orderan.verification import (
    Attempt,
    Begun,
    Failure,
    Policy,
    Step,
    Way,
    attempts_of,
    keep_policy,
    overtake_attempts,
    policy_now,
)

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

AGENTS = Policy(steps=(Step(Way.AGENT, tries=2, answer_minutes=240, spacing_minutes=30),))
FORM = {
    "version": "0",
    "rule_1_name": "Langganan",
    "rule_1_verdict": "waive",
    "rule_1_delivered_at_least": "2",
    "rule_1_at_most": "1.500.000",
    "rule_1_areas": "31, 32.73",
    "step_1_way": "whatsapp",
    "step_1_tries": "1",
    "step_1_answer_minutes": "120",
    "step_1_spacing_minutes": "60",
    "step_2_way": "agent",
    "step_2_tries": "3",
    "step_2_answer_minutes": "240",
    "step_2_spacing_minutes": "60",
    "from_hour": "8",
    "to_hour": "20",
    "deadline_hours": "48",
    "silence": "cancel",
}


@dataclass
class Desk:
    """A shop that asks by its own people, and somebody signed in."""

    world: World
    keyring: Keyring
    house: House
    browser: AsyncClient

    @property
    def floor(self) -> ShopFloor:
        return self.world.floor

    @property
    def now(self) -> datetime:
        return self.house.clock.at

    async def order(self, *, turn: bool = True) -> tuple[Order, str]:
        """A COD order that waits for its buyer's word, and what only they were given."""
        buyer = replace(a_buyer(), phone="+6281234567890")
        [placed] = await place(
            self.world, self.keyring, asked(("kopi", 2), buyer=buyer, terms=Terms.COD), now=self.now
        )
        assert isinstance(placed, Placed)
        begun: list[Begun] = await self.floor.run(
            lambda tx: advance_cases(tx, [placed.order.id] if turn else [], (), now=self.now)
        )
        return await self.stands(placed.order.id), begun[0].token if begun else ""

    async def stands(self, order_id: UUID) -> Order:
        found: dict[UUID, Order] = await self.floor.run(lambda tx: orders_by_id(tx, [order_id]))
        return found[order_id]

    def path(self, order: Order, verb: str = "") -> str:
        return f"/verification/{to_text('ord', order.id)}{verb}"


@pytest.fixture
async def desk(floor: ShopFloor, keyring: Keyring, now: datetime, house: House, hire: Hire) -> Any:
    world = await a_shop(floor, now, stock={"kopi": 50}, policy=AGENTS)
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        yield Desk(world, keyring, house, browser)


async def test_a_buyer_is_taken_off_the_list_called_with_the_script_and_answered_for_once(
    desk: Desk, hire: Hire
) -> None:
    order, _ = await desk.order()
    listed = await desk.browser.get("/verification")
    assert f"#{order.number}" in listed.text
    page = await desk.browser.get(desk.path(order))
    assert "Apakah benar Anda yang memesan?" in page.text
    assert "0812-3456-7890" not in page.text

    taken = await send(desk.browser, desk.path(order, "/take"), {})
    assert "0812-3456-7890" in taken.text
    assert await desk.floor.value("SELECT count(*) FROM personal_access WHERE 'phone' = ANY(fields)") >= 1
    await hire("rekan@toko.test", "care")
    async with desk.house.browser() as colleague:
        await sign_in(colleague, "rekan@toko.test")
        assert "Sedang ditelepon Pemilik" in (await colleague.get("/verification")).text
        assert (await send(colleague, desk.path(order, "/take"), {})).status_code == 422
        # A colleague who heard from the buyer all the same may say so.
        once = {"_once": "satu-kali", "note": "benar"}
        first = await send(colleague, desk.path(order, "/confirm"), once)
        second = await send(colleague, desk.path(order, "/confirm"), once)
    assert (
        first.headers["location"]
        == second.headers["location"]
        == f"/verification?said=confirm&about={order.number}"
    )
    assert (await desk.stands(order.id)).verification == "confirmed"
    [attempt] = await desk.floor.run(lambda tx: attempts_of(tx, order.id))
    assert (str(attempt.state), attempt.note) == ("confirmed", "benar")


async def test_the_page_of_a_call_says_how_far_the_asking_is_and_when_a_buyer_may_be_called(
    desk: Desk,
) -> None:
    order, _ = await desk.order()
    by_day = (await desk.browser.get(desk.path(order))).text
    assert "Telepon pembeli, lalu catat jawabannya" in by_day
    for page in (by_day, (await desk.browser.get("/verification")).text):
        assert "Petugas, 1 dari 2" in page
        assert "mulai 08.00" not in page
    assert "Petugas, 1 dari 2" in (await desk.browser.get(f"/orders/{to_text('ord', order.id)}")).text

    # 21.00 in Jakarta.
    desk.house.clock.at = desk.now.replace(hour=14)
    night = (await desk.browser.get(desk.path(order))).text
    assert "Belum waktunya menelepon: tunggu sampai pukul 08.00 WIB di tempat pembeli" in night
    assert "Telepon pembeli, lalu catat jawabannya" not in night
    assert "Boleh ditelepon mulai 08.00 WIB" in (await desk.browser.get("/verification")).text
    _, secret = await desk.floor.run(
        lambda tx: make_key(tx, name="uji", permissions=frozenset({Permission.ORDERS_READ}), now=desk.now)
    )
    async with desk.house.browser(authorization=f"Bearer {secret}") as api:
        [waits] = (await api.get("/api/v1/verifications")).json()["data"]
        told = (await api.get(f"/api/v1/verifications/{to_text('ord', order.id)}")).json()
    assert (waits["tried"], waits["tries"], waits["may_ring_at"]) == (1, 2, "2026-11-12T01:00:00Z")
    assert (told["way"], told["tried"], told["tries"]) == ("agent", 1, 2)


async def test_a_recording_is_for_whoever_may_read_personal_data(desk: Desk, hire: Hire) -> None:
    order, _ = await desk.order()
    await desk.floor.all(
        "UPDATE verification_attempt SET recording_url = 'https://rekaman.test/1' RETURNING id"
    )
    shown = [desk.path(order), f"/orders/{to_text('ord', order.id)}"]
    await hire("tamu@toko.test", "viewer")
    async with desk.house.browser() as colleague:
        await sign_in(colleague, "tamu@toko.test")
        for page in shown:
            assert "https://rekaman.test/1" in (await desk.browser.get(page)).text
            seen = await colleague.get(page)
            assert "rekaman.test" not in seen.text
    may = [frozenset({Permission.ORDERS_READ}), frozenset({Permission.ORDERS_READ, Permission.PERSONAL_READ})]
    heard = []
    for permissions in may:
        _, secret = await desk.floor.run(
            lambda tx, permissions=permissions: make_key(
                tx, name=str(len(permissions)), permissions=permissions, now=desk.now
            )
        )
        async with desk.house.browser(authorization=f"Bearer {secret}") as api:
            told = (await api.get(f"/api/v1/verifications/{to_text('ord', order.id)}")).json()
            heard.append(told["attempts"][0]["recording_url"])
    assert heard == [None, "https://rekaman.test/1"]


async def test_a_no_wants_a_reason_and_a_call_is_put_off_by_the_clock(desk: Desk) -> None:
    order, _ = await desk.order()
    refused = await send(desk.browser, desk.path(order, "/refuse"), {"note": " "})
    assert (refused.status_code, "Tulis alasannya" in refused.text) == (422, True)
    assert (await desk.stands(order.id)).commercial == "accepted"

    later = (desk.now + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    put_off = await send(desk.browser, desk.path(order, "/later"), {"at": later, "note": "rapat"})
    assert put_off.status_code == 303
    assert await desk.floor.value("SELECT tries FROM verification_case") == 0
    past = await send(desk.browser, desk.path(order, "/later"), {"at": later})
    assert "sedang tidak ada di daftar telepon" in past.text

    done = await send(
        desk.browser, desk.path(order, "/refuse"), {"note": "Tidak merasa memesan", "back": "order"}
    )
    assert done.headers["location"] == f"/orders/{to_text('ord', order.id)}?said=verified"
    assert (await desk.stands(order.id)).commercial == "cancelled"
    assert await desk.world.stock("kopi") == (50, 0, 0)
    shown = await desk.browser.get(f"/orders/{to_text('ord', order.id)}")
    assert "minta ditelepon lagi nanti" in shown.text
    assert "Tidak merasa memesan" in shown.text


async def test_an_order_goes_on_without_a_word_only_with_a_reason_and_is_asked_anew(desk: Desk) -> None:
    order, _ = await desk.order()
    assert (await send(desk.browser, desk.path(order, "/waive"), {"note": ""})).status_code == 422
    for _ in range(2):
        assert (await send(desk.browser, desk.path(order, "/missed"), {"note": "sibuk"})).status_code == 303
        desk.house.clock.at += timedelta(minutes=31)
        await desk.floor.run(lambda tx: advance_cases(tx, [order.id], (), now=desk.now))
    assert (await desk.stands(order.id)).verification == "unreachable"
    assert f"#{order.number}" in (await desk.browser.get("/verification?tab=unreachable")).text
    assert (await send(desk.browser, desk.path(order, "/again"), {})).status_code == 303
    assert (await desk.stands(order.id)).verification == "waiting"
    assert (
        await send(desk.browser, desk.path(order, "/waive"), {"note": "pelanggan toko"})
    ).status_code == 303
    assert (await desk.stands(order.id)).verification == "waived"


async def test_a_policy_is_written_read_back_and_its_faults_stand_beside_their_fields(desk: Desk) -> None:
    stale = await send(desk.browser, "/settings/verification", FORM)
    assert (stale.status_code, "sudah diubah menjadi versi 1" in stale.text) == (422, True)
    wrong = FORM | {"version": "1", "rule_1_areas": "Jakarta", "step_1_tries": "banyak", "from_hour": "24"}
    first = await send(desk.browser, "/settings/verification", wrong)
    assert "Tulis dengan angka." in first.text
    second = await send(desk.browser, "/settings/verification", wrong | {"step_1_tries": "1"})
    assert second.status_code == 422
    for told in ("Tulis kode wilayah seperti 31", "Jam mulai 0 sampai 23", 'value="Jakarta"'):
        assert told in second.text

    saved = await send(desk.browser, "/settings/verification", FORM | {"version": "1"})
    assert saved.headers["location"] == "/settings/verification?said=saved"
    kept = await desk.floor.run(policy_now)
    assert kept.version == 2
    assert [str(step.way) for step in kept.policy.steps] == ["whatsapp", "agent"]
    assert kept.policy.rules[0].when.areas == ("31", "32.73")
    assert kept.policy.rules[0].when.at_most_minor == 1_500_000
    shown = await desk.browser.get("/settings/verification")
    assert 'value="1.500.000"' in shown.text
    assert "Versi 1" in shown.text


async def test_a_link_shows_the_order_takes_one_word_and_looking_changes_nothing(
    desk: Desk, database_url: str
) -> None:
    order, token = await desk.order()
    link = f"/ya/{desk.floor.shop.shop_id}-{token}"
    async with desk.house.browser() as buyer:
        await buyer.get(link)
        page = await buyer.get(link)
        assert (page.status_code, "Benar Anda memesan ini?" in page.text) == (200, True)
        assert "Ani" not in page.text
        assert page.headers["cache-control"] == "no-store"
        assert (await desk.stands(order.id)).verification == "waiting"
        english = await buyer.get(link, headers={"accept-language": "en"})
        assert "Did you order this?" in english.text
        for _ in range(2):
            yes = await send(buyer, link, {"word": "yes"}, page=link)
            assert (yes.status_code, "Terima kasih" in yes.text) == (200, True)
        no = await send(buyer, link, {"word": "no"}, page=link)
        assert "Terima kasih" in no.text
        assert (await desk.stands(order.id)).verification == "confirmed"

        other, given = await desk.order()
        gone = await send(buyer, f"/ya/{desk.floor.shop.shop_id}-{given}", {"word": "no"}, page=link)
        assert "Pesanan ini dibatalkan" in gone.text
        assert (await desk.stands(other.id)).commercial == "cancelled"
        assert "Tidak wajib" in gone.text
        refused = f"/ya/{desk.floor.shop.shop_id}-{given}"

        async def reason() -> list[str | None]:
            made = await desk.floor.run(lambda tx: attempts_of(tx, other.id))
            return [one.note for one in made]

        await send(buyer, refused, {"why": "<b>"}, page=refused)
        assert await reason() == [None]
        desk.house.clock.at += timedelta(minutes=3)
        for why in ("twice", "not_mine"):
            told = await send(buyer, refused, {"why": why}, page=refused)
            assert "Alasan Anda kami catat" in told.text
        assert await reason() == ["Pesanan ganda"], "the first reason stays"
        await desk.floor.run(sequence)
        assert audit(database_url, now=desk.now).findings == [], (
            "the answer still is of the moment it was given"
        )
        # Of an order that was meant there is no reason to give.
        meant = await send(buyer, link, {"why": "twice"}, page=link)
        assert "Terima kasih" in meant.text
        assert [one.note for one in await desk.floor.run(lambda tx: attempts_of(tx, order.id))] == [None]

        for guess in (f"/ya/{desk.floor.shop.shop_id}-tebakan", "/ya/9-x", "/ya/-", f"/ya/{token}"):
            assert (await buyer.get(guess)).status_code == 404
        desk.house.clock.at += timedelta(hours=49)
        stale = await buyer.get(link)
        assert (stale.status_code, "tidak berlaku lagi" in stale.text) == (404, True)
        answers = [(await buyer.get("/ya/1-x")).status_code for _ in range(20)]
        assert answers[-1] == 429


async def test_a_link_about_an_order_that_was_changed_takes_no_word_and_says_where_to_look(
    desk: Desk,
) -> None:
    order, token = await desk.order()
    link = f"/ya/{desk.floor.shop.shop_id}-{token}"
    await desk.floor.run(lambda tx: overtake_attempts(tx, order.id, now=desk.now))
    async with desk.house.browser() as buyer:
        page = await buyer.get(link)
        assert "Pesanan ini sudah berubah" in page.text
        assert 'name="word"' not in page.text
        assert 'href="/track"' in page.text
        said = await send(buyer, link, {"word": "yes"}, page=link)
        assert (said.status_code, "Pesanan ini sudah berubah" in said.text) == (200, True)
    assert (await desk.stands(order.id)).verification == "waiting"


async def test_asking_nobody_is_a_version_of_the_policy_and_is_said_so(desk: Desk) -> None:
    saved = await send(desk.browser, "/settings/verification", FORM | {"version": "1", "nobody": "yes"})
    assert saved.status_code == 303
    kept = await desk.floor.run(policy_now)
    assert (kept.version, kept.policy.asks) == (2, False)
    for page in ("/settings/verification", "/verification"):
        assert "Toko ini tidak bertanya" in (await desk.browser.get(page)).text
    assert (await desk.order(turn=False))[0].verification == "waived"
    again = await send(desk.browser, "/settings/verification", FORM | {"version": "2"})
    assert again.status_code == 303
    assert (await desk.order(turn=False))[0].verification == "waiting"


async def test_the_api_reads_and_writes_the_policy_lists_who_waits_and_hears_answers(desk: Desk) -> None:
    _, secret = await desk.floor.run(
        lambda tx: make_key(tx, name="uji", permissions=frozenset(Permission), now=desk.now)
    )
    headers = {"authorization": f"Bearer {secret}"}
    order, _ = await desk.order()
    other, _ = await desk.order()
    async with desk.house.browser(**headers) as api:
        policy = (await api.get("/api/v1/verification-policy")).json()
        assert (policy["version"], policy["steps"][0]["way"]) == (1, "agent")
        told = policy | {"deadline_hours": 24}
        written = await api.put("/api/v1/verification-policy", json=told)
        assert (written.status_code, written.json()["version"]) == (200, 2)
        stale = await api.put("/api/v1/verification-policy", json=told | {"deadline_hours": 12})
        assert (stale.status_code, stale.json()["code"]) == (409, "verification_policy_moved_on")
        odd = await api.put("/api/v1/verification-policy", json=told | {"version": 2, "steps": []})
        assert (odd.status_code, odd.json()["code"]) == (422, "verification_policy_not_usable")

        first = (await api.get("/api/v1/verifications?turn=call&limit=1")).json()
        assert [one["order_id"] for one in first["data"]] == [to_text("ord", order.id)]
        rest = (await api.get(f"/api/v1/verifications?cursor={first['next_cursor']}")).json()
        assert [one["number"] for one in rest["data"]] == [str(other.number)]

        at = f"/api/v1/verifications/{to_text('ord', order.id)}"
        said = {"answer": "refused", "note": "salah nomor"}
        answers = [
            await api.post(f"{at}/answer", json=said, headers={"idempotency-key": "satu"}) for _ in range(2)
        ]
        assert [one.json()["commercial"] for one in answers] == ["cancelled", "cancelled"]
        late = await api.post(f"{at}/waive", json={"reason": "x"}, headers={"idempotency-key": "dua"})
        assert (late.status_code, late.json()["code"]) == (409, "order_not_being_verified")
        [attempt] = (await api.get(at)).json()["attempts"]
        assert (attempt["state"], attempt["note"]) == ("refused", "salah nomor")


async def test_a_telephone_provider_is_answered_only_where_it_signs_and_the_account_is_there(
    desk: Desk,
) -> None:
    account = await desk.floor.run(
        lambda tx: open_reach(
            tx,
            desk.keyring,
            provider="twilio",
            name="Twilio",
            base_url="https://api.twilio.com",
            fields={"account_sid": "AC1", "auth_token": "rahasia", "caller_id": "+622150001234"},
            now=desk.now,
        )
    )
    at = f"/asks/{desk.floor.shop.shop_id}/{to_text('rch', account.id)}"
    said = {"CallSid": "CA1", "AccountSid": "AC1", "Digits": "1"}
    async with desk.house.browser() as stranger:
        assert (await stranger.post(at, data=said)).status_code == 403
        assert (await stranger.post(at.replace("/asks/1/", "/asks/7/"), data=said)).status_code == 404
        assert (await stranger.post("/asks/1/rch_x", data=said)).status_code == 404
        whole = f"http://127.0.0.1:8000{at}"
        signed = {"x-twilio-signature": signature("rahasia", whole, list(said.items()))}
        # Signed well, and about a call nobody of this shop placed.
        assert (await stranger.post(at, data=said, headers=signed)).status_code == 403


async def test_why_a_try_asked_nobody_is_told_on_every_page_and_over_the_api(desk: Desk) -> None:
    phones = Policy(steps=(Step(Way.WHATSAPP), Step(Way.AGENT)))
    await desk.floor.run(lambda tx: keep_policy(tx, phones, expected=1, now=desk.now))
    order, _ = await desk.order(turn=False)

    class NoNumber:
        async def ask(self, caller: Caller, attempt: Attempt, token: str) -> Asked:
            raise NotAsked("whatsapp", Failure.NUMBER, "131026")

    verifier = Verifier(desk.floor.db, desk.house.clock, {Way.WHATSAPP: NoNumber()})
    while await verifier.work_due(desk.floor.caller):
        pass

    why = "nomornya tidak bisa dihubungi lewat cara ini"
    pages = {
        "queue": "/verification",
        "call": desk.path(order),
        "order": f"/orders/{to_text('ord', order.id)}",
    }
    told = {name: (await desk.browser.get(path)).text for name, path in pages.items()}
    assert {name: f"{why} (131026)" in text for name, text in told.items()} == dict.fromkeys(pages, True)
    _, secret = await desk.floor.run(
        lambda tx: make_key(tx, name="uji", permissions=frozenset({Permission.ORDERS_READ}), now=desk.now)
    )
    async with desk.house.browser(authorization=f"Bearer {secret}") as api:
        [waiting] = (await api.get("/api/v1/verifications")).json()["data"]
        tries = (await api.get(f"/api/v1/verifications/{to_text('ord', order.id)}")).json()["attempts"]
    assert [waiting[name] for name in ("failed_way", "failure", "failure_code")] == [
        "whatsapp",
        "number",
        "131026",
    ]
    assert [(one["failure"], one["failure_code"]) for one in tries] == [("number", "131026"), (None, None)]


async def test_the_page_of_a_call_writes_nothing_of_strangers_into_its_markup(desk: Desk) -> None:
    order, _ = await desk.order()
    note = "<script>alert(1)</script>"
    await send(desk.browser, desk.path(order, "/missed"), {"note": note})
    page = await desk.browser.get(desk.path(order))
    assert note not in page.text
    assert re.search(r"&lt;script&gt;alert\(1\)", page.text)
