"""Money that goes back, as people do it in the dashboard and buyers by their link."""

import asyncio
import csv
import html
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, everything, send, sign_in
from orderan.flows.refund_order import promise_refund
from orderan.kit.ids import to_text
from orderan.payments import RefundLine, set_approval_limit
from orderan.sandbox.models import SimReply, SimRequest
from paying.conftest import Counter

pytestmark = pytest.mark.anyio

MAKER, SECOND = "pemilik@toko.test", "kedua@toko.test"
ACCOUNT = {"bank": "014", "number": "123 456-7890", "holder": "Ani Lestari"}


@dataclass
class Desk:
    """A paid order of 20,000 and two people of finance."""

    counter: Counter
    maker: AsyncClient
    second: AsyncClient
    maker_actor: str

    async def promised(self, amount: int = 7_000, lines: tuple[RefundLine, ...] = ()) -> str:
        """A refund that the maker promised; its page."""
        floor, now = self.counter.floor, self.counter.clock.at
        caller = floor.caller.__class__(floor.caller.shop_id, self.maker_actor)
        refund = await floor.db.run(
            caller,
            lambda tx: promise_refund(
                tx, self.counter.order.id, amount_minor=amount, reason="Barang rusak", lines=lines, now=now
            ),
        )
        return f"/payments/refunds/{to_text('rfd', refund.id)}"

    async def limit(self, above: int) -> None:
        now = self.counter.clock.at
        await self.counter.floor.run(lambda tx: set_approval_limit(tx, above, now=now))

    async def refund(self) -> Any:
        [row] = await self.counter.floor.all("SELECT * FROM refund")
        return row

    async def payout(self) -> Any:
        [row] = await self.counter.floor.all("SELECT * FROM refund_payout")
        return row

    async def booked(self) -> list[tuple[str, int]]:
        rows = await self.counter.floor.all(
            "SELECT kind, amount_minor FROM payment_event WHERE kind NOT IN ('pending', 'pending_cleared') ORDER BY seq"
        )
        return [(row.kind, row.amount_minor) for row in rows]

    async def pays_out(self) -> str:
        """A payout that waits for its account; its page."""
        refund = await self.promised()
        began = await send(self.second, f"{refund}/step", {"step": "payout"})
        assert began.status_code == 303
        where: str = began.headers["location"]
        return where

    async def link_of(self, payout: str) -> str:
        """The path of a fresh link for the buyer."""
        answer = await send(self.maker, f"{payout}/link", {})
        found = re.search(r'data-copy="[^"]*(/payout/[^"]+)"', answer.text)
        assert found is not None
        return found[1]

    async def entered(self) -> str:
        payout = await self.pays_out()
        assert (await send(self.maker, f"{payout}/account", ACCOUNT)).status_code == 303
        return payout

    async def unchanged(self, browser: AsyncClient, address: str, fields: dict[str, str]) -> Any:
        """Send what is to be refused: nothing may change."""
        before = await everything(self.counter.floor)
        answer = await send(browser, address, fields)
        assert await everything(self.counter.floor) == before
        return answer


async def paid_by(counter: Counter, method: str) -> None:
    await counter.choose(method)
    counter.there.book.pay(counter.charged(), 20_000, now=counter.clock.at)
    await counter.buyer.get(f"{counter.page}/back")
    await counter.work()
    assert (await counter.row()).money == "paid"


@pytest.fixture
async def desk(counter: Counter, hire: Hire) -> AsyncIterator[Desk]:
    maker = await hire(MAKER, name="Rina Hartati")
    await hire(SECOND, name="Bayu Prasetyo")
    async with counter.house.browser() as first, counter.house.browser() as other:
        await sign_in(first, MAKER)
        await sign_in(other, SECOND)
        yield Desk(counter, first, other, f"staff:{maker.id}")


@pytest.fixture
async def qris(desk: Desk) -> Desk:
    """Paid by a method its gateway sends back, at once."""
    await paid_by(desk.counter, "qris")
    answer = desk.counter.there.answer

    def at_once(request: SimRequest, *, now: datetime) -> SimReply:
        reply = answer(request, now=now)
        told = json.loads(reply.body)
        if "refund_chargeback_id" not in told:
            return reply
        return SimReply(reply.status, json.dumps(told | {"bank_confirmed_at": "2026-11-11"}).encode())

    desk.counter.there.answer = at_once  # type: ignore[method-assign]
    return desk


@pytest.fixture
async def slow(desk: Desk) -> Desk:
    """Paid by a method whose refunds are a while at the bank."""
    await paid_by(desk.counter, "qris")
    return desk


@pytest.fixture
async def account(desk: Desk) -> Desk:
    """Paid by a method no gateway sends back."""
    await paid_by(desk.counter, "va_bca")
    return desk


# A refund


async def test_a_refund_says_who_granted_it_why_and_for_what(qris: Desk) -> None:
    refund = await qris.promised(7_000, (RefundLine(1, 1, 5_000),))
    page = (await qris.maker.get(refund)).text
    for told in ("Rina Hartati", "Barang rusak", "Rp7.000", "Rp5.000", "Rp2.000", "Midtrans", "QRIS", "kopi"):
        assert told in page
    assert "Kirim kembali Rp7.000 lewat gateway" in page


async def test_above_the_limit_the_maker_may_not_judge_and_a_second_person_may(qris: Desk) -> None:
    await qris.limit(5_000)
    refund = await qris.promised()

    own = (await qris.maker.get(refund)).text
    assert 'value="approve"' not in own
    assert 'value="send"' not in own
    for step in ("approve", "refuse"):
        refused = await qris.unchanged(qris.maker, f"{refund}/step", {"step": step, "reason": "Tidak perlu"})
        assert refused.status_code == 409
        assert "Orang lain yang harus menilainya" in refused.text
    waits = await qris.unchanged(qris.maker, f"{refund}/step", {"step": "payout"})
    assert "harus disetujui orang kedua" in waits.text

    assert 'value="approve"' in (await qris.second.get(refund)).text
    agreed = await send(qris.second, f"{refund}/step", {"step": "approve"})
    assert (agreed.status_code, agreed.headers["location"]) == (303, refund)
    row = await qris.refund()
    assert (row.approval, row.state, row.paid_minor) == ("approved", "granted", 0)
    page = (await qris.maker.get(refund)).text
    assert "Bayu Prasetyo" in page
    assert 'value="send"' in page


async def test_two_approvers_at_once_make_one_word(qris: Desk) -> None:
    await qris.limit(5_000)
    refund = await qris.promised()
    answers = await asyncio.gather(
        *(send(qris.second, f"{refund}/step", {"step": "approve"}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    judged = await qris.counter.floor.value(
        "SELECT count(*) FROM event WHERE kind = 'payments.refund_judged.v1'"
    )
    assert judged == 1


async def test_a_refusal_needs_a_reason_and_takes_the_promise_back(qris: Desk) -> None:
    await qris.limit(5_000)
    refund = await qris.promised()
    empty = await qris.unchanged(qris.second, f"{refund}/step", {"step": "refuse", "reason": " "})
    assert empty.status_code == 409
    assert "Tulis alasannya." in empty.text

    await send(qris.second, f"{refund}/step", {"step": "refuse", "reason": "Barang belum kembali"})
    row = await qris.refund()
    assert (row.approval, row.state) == ("refused", "withdrawn")
    assert await qris.booked() == [("captured", 20_000)]


async def test_a_double_click_sends_once_through_the_gateway(qris: Desk) -> None:
    refund = await qris.promised()
    clicks = [send(qris.second, f"{refund}/step", {"step": "send", "_once": "satu-klik"}) for _ in range(4)]
    answers = await asyncio.gather(*clicks)
    assert {(one.status_code, one.headers.get("location")) for one in answers} == {(303, refund)}
    assert await qris.booked() == [("captured", 20_000), ("refunded", 7_000)]
    assert qris.counter.charged().refunded == 7_000
    row = await qris.refund()
    assert (row.state, row.paid_minor) == ("executed", 7_000)
    page = (await qris.maker.get(refund)).text
    assert "Rp7.000 sudah dikembalikan" in page
    assert "Terkirim" in page


async def test_while_the_gateway_has_it_no_other_way_is_offered(slow: Desk) -> None:
    refund = await slow.promised()
    await send(slow.second, f"{refund}/step", {"step": "send"})
    assert await slow.booked() == [("captured", 20_000)]
    assert slow.counter.charged().refunded == 7_000
    page = (await slow.second.get(refund)).text
    assert "Tunggu jawaban gateway" in page
    assert "Diproses gateway" in page
    for gone in ('value="send"', 'value="payout"', f'{refund}/execute"', f'{refund}/withdraw"'):
        assert gone not in page
    for step in ("send", "payout"):
        refused = await slow.unchanged(slow.maker, f"{refund}/step", {"step": step})
        assert refused.status_code == 409
        assert "sedang dikirim lewat gateway" in refused.text
    await send(slow.second, f"{refund}/step", {"step": "ask"})
    assert slow.counter.charged().refunded == 7_000


async def test_two_windows_send_once(qris: Desk) -> None:
    refund = await qris.promised()
    await asyncio.gather(
        *(send(browser, f"{refund}/step", {"step": "send"}) for browser in (qris.maker, qris.second) * 2)
    )
    assert await qris.booked() == [("captured", 20_000), ("refunded", 7_000)]
    assert qris.counter.charged().refunded == 7_000
    assert await qris.counter.floor.value("SELECT count(*) FROM refund_try") == 1


async def test_what_the_gateway_did_not_send_is_told_and_can_be_tried_again(qris: Desk) -> None:
    refund = await qris.promised()
    answer = qris.counter.there.answer
    refusal = SimReply(200, b'{"status_code":"412","status_message":"Merchant cannot modify the status"}')
    qris.counter.there.answer = lambda request, *, now: refusal  # type: ignore[method-assign]
    await send(qris.second, f"{refund}/step", {"step": "send"})
    qris.counter.there.answer = answer  # type: ignore[method-assign]

    assert await qris.booked() == [("captured", 20_000)]
    page = (await qris.second.get(refund)).text
    assert "Gateway gagal mengirim" in page
    assert "Coba kirim lagi" in page
    assert "Gateway gagal mengirim" in (await qris.second.get("/payments/refunds")).text

    await send(qris.second, f"{refund}/step", {"step": "send"})
    assert await qris.booked() == [("captured", 20_000), ("refunded", 7_000)]


async def test_it_is_paid_by_hand_once_under_one_reference(qris: Desk) -> None:
    refund = await qris.promised()
    by_hand = {"method": "bank_transfer", "reference": "BCA-7", "at": "refund"}
    done = await send(qris.second, f"{refund}/execute", by_hand)
    assert (done.status_code, done.headers["location"]) == (303, refund)
    assert await qris.booked() == [("captured", 20_000), ("refunded", 7_000)]

    other = await qris.promised(1_000)
    used = await qris.unchanged(qris.second, f"{other}/execute", by_hand)
    assert used.status_code == 409
    assert "sudah pernah dicatat" in used.text
    assert 'value="BCA-7"' in used.text


async def test_a_promise_is_taken_back_from_its_page(qris: Desk) -> None:
    refund = await qris.promised()
    gone = await send(qris.maker, f"{refund}/withdraw", {"reason": "Pembeli batal", "at": "refund"})
    assert (gone.status_code, gone.headers["location"]) == (303, refund)
    assert (await qris.refund()).state == "withdrawn"
    again = await qris.unchanged(qris.maker, f"{refund}/withdraw", {"reason": "Lagi", "at": "refund"})
    assert again.status_code == 409


async def test_the_list_says_what_waits_for_whom(qris: Desk) -> None:
    await qris.limit(5_000)
    large, small = await qris.promised(7_000), await qris.promised(1_000)
    mine = (await qris.maker.get("/payments/refunds")).text
    theirs = (await qris.second.get("/payments/refunds")).text
    assert large in mine
    assert small in mine
    assert "menunggu orang lain" in mine
    assert "menunggu orang kedua" in theirs
    assert "Bayar Rp7.000" not in theirs


async def test_the_limit_is_set_and_what_is_no_amount_changes_nothing(qris: Desk) -> None:
    wrong = await qris.unchanged(qris.maker, "/payments/refunds/limit", {"above": "banyak"})
    assert wrong.status_code == 422
    assert 'value="banyak"' in wrong.text
    await send(qris.maker, "/payments/refunds/limit", {"above": "1.500.000"})
    assert await qris.counter.floor.value("SELECT approve_above_minor FROM refund_rule") == 1_500_000
    assert 'value="1.500.000"' in (await qris.maker.get("/payments/refunds/limit")).text


# A payout


async def test_a_buyer_is_paid_at_the_account_they_typed(account: Desk) -> None:
    payout = await account.pays_out()
    link = await account.link_of(payout)
    form = await account.counter.buyer.get(link)
    assert form.status_code == 200
    assert (form.headers["cache-control"], form.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "Rp7.000" in form.text
    assert "Ani" not in form.text

    thanked = await send(account.counter.buyer, link, ACCOUNT)
    assert "Rekening Anda sudah kami terima" in thanked.text
    row = await account.payout()
    assert (row.state, row.bank, row.entered_by, row.holder_differs) == ("entered", "014", "buyer", False)
    assert b"1234567890" not in bytes(row.account_enc)

    assert (await send(account.second, f"{payout}/step", {"step": "approve"})).status_code == 303
    file = await send(account.second, "/payments/refunds/payouts/export", {})
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(file.text)))
    name = payout.rpartition("/")[2]
    assert lines == [
        ["reference", "bank_code", "bank", "account", "holder", "amount", "currency", "note"],
        [name, "014", "BCA", "1234567890", "Ani Lestari", "7000", "IDR", "Refund"],
    ]
    assert await account.booked() == [("captured", 20_000)]

    nothing = await account.unchanged(account.second, f"{payout}/step", {"step": "paid", "reference": " "})
    assert nothing.status_code == 409
    assert "Tulis referensi transfernya." in nothing.text
    await send(account.second, f"{payout}/step", {"step": "paid", "reference": "BCA-1"})
    assert (await account.payout()).state == "paid"
    assert (await account.refund()).state == "executed"
    assert await account.booked() == [("captured", 20_000), ("refunded", 7_000)]
    twice = await account.unchanged(account.second, f"{payout}/step", {"step": "paid", "reference": "BCA-2"})
    assert twice.status_code == 409


async def test_who_typed_an_account_cannot_approve_it(account: Desk) -> None:
    payout = await account.entered()
    assert 'value="approve"' not in (await account.maker.get(payout)).text
    own = await account.unchanged(account.maker, f"{payout}/step", {"step": "approve"})
    assert own.status_code == 409
    assert "Orang lain yang harus menyetujuinya" in own.text
    assert 'value="approve"' in (await account.second.get(payout)).text


async def test_two_who_approve_an_account_at_once_let_it_go_once(account: Desk) -> None:
    payout = await account.entered()
    answers = await asyncio.gather(
        *(send(account.second, f"{payout}/step", {"step": "approve"}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    assert (await account.payout()).state == "approved"
    traces = await account.counter.floor.value(
        "SELECT count(*) FROM audit_entry WHERE action = 'payout.approve'"
    )
    assert traces == 1


async def test_another_holders_account_is_looked_at_twice(account: Desk) -> None:
    payout = await account.pays_out()
    await send(account.maker, f"{payout}/account", ACCOUNT | {"holder": "Siti Aminah"})
    assert "nama berbeda" in (await account.second.get("/payments/refunds/payouts")).text
    hasty = await account.unchanged(account.second, f"{payout}/step", {"step": "approve"})
    assert hasty.status_code == 409
    await send(account.second, f"{payout}/step", {"step": "approve", "looked": "yes"})
    assert (await account.payout()).state == "approved"


async def test_an_account_is_masked_and_who_has_it_shown_is_kept(account: Desk) -> None:
    payout = await account.entered()
    page = (await account.second.get(payout)).text
    assert "****7890" in page
    for clear in ("1234567890", "Ani Lestari"):
        assert clear not in page
    assert await account.counter.floor.value("SELECT count(*) FROM personal_access") == 0

    shown = await send(account.second, f"{payout}/reveal", {})
    assert "1234567890" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    purpose = await account.counter.floor.value("SELECT purpose FROM personal_access")
    assert purpose == f"rekening {payout.rpartition('/')[2]}"


async def test_an_account_mistyped_is_refused_beside_its_field_and_kept(account: Desk) -> None:
    payout = await account.pays_out()
    link = await account.link_of(payout)
    wrong = await account.unchanged(account.counter.buyer, link, ACCOUNT | {"number": "12"})
    assert wrong.status_code == 422
    assert "Nomor rekening BCA terdiri dari 10 sampai 10 angka." in wrong.text
    assert 'value="Ani Lestari"' in wrong.text


async def test_a_link_is_good_once_and_a_double_click_is_thanked_twice(account: Desk) -> None:
    payout = await account.pays_out()
    link = await account.link_of(payout)
    clicks = [send(account.counter.buyer, link, ACCOUNT | {"_once": "satu-klik"}) for _ in range(3)]
    answers = await asyncio.gather(*clicks)
    assert {answer.status_code for answer in answers} == {200}
    assert all("Rekening Anda sudah kami terima" in answer.text for answer in answers)

    again = await send(account.counter.buyer, link, ACCOUNT | {"number": "9999999999"})
    assert again.status_code == 404
    assert (await account.counter.buyer.get(link)).status_code == 404
    page = (await account.second.get(payout)).text
    assert "****7890" in page


@pytest.mark.parametrize(
    "link",
    [
        "/payout/1-",
        "/payout/1-salah",
        "/payout/2-{token}",
        "/payout/{token}",
        "/payout/x-%00",
        "/payout/1-{token}x",
    ],
)
async def test_a_hostile_link_tells_nothing_and_changes_nothing(account: Desk, link: str) -> None:
    payout = await account.pays_out()
    good = await account.link_of(payout)
    hostile = link.format(token=good.rpartition("/")[2].partition("-")[2])
    for answer in (
        await account.counter.buyer.get(hostile),
        await account.unchanged(account.counter.buyer, hostile, ACCOUNT),
    ):
        assert answer.status_code == 404
        assert "Tautan ini tidak berlaku lagi" in answer.text
        assert "Rp7.000" not in answer.text
    assert (await account.payout()).state == "waiting"
    assert (await account.counter.buyer.get(good)).status_code == 200


async def test_a_link_ends_with_the_next_one_and_with_its_week(account: Desk) -> None:
    payout = await account.pays_out()
    first = await account.link_of(payout)
    second = await account.link_of(payout)
    assert (await account.counter.buyer.get(first)).status_code == 404
    assert (await account.counter.buyer.get(second)).status_code == 200
    account.counter.clock.at += timedelta(days=7)
    assert (await account.counter.buyer.get(second)).status_code == 404


async def test_guesses_are_counted_and_good_links_are_not(account: Desk) -> None:
    payout = await account.pays_out()
    good = await account.link_of(payout)
    for _ in range(25):
        assert (await account.counter.buyer.get(good)).status_code == 200
    for turn in range(20):
        assert (await account.counter.buyer.get(f"/payout/1-tebak{turn}")).status_code == 404
    stopped = await account.counter.buyer.get("/payout/1-tebak20")
    assert stopped.status_code == 429
    assert int(stopped.headers["retry-after"]) > 0
    assert "Terlalu banyak percobaan" in stopped.text
    assert (await account.unchanged(account.counter.buyer, good, ACCOUNT)).status_code == 429


async def test_an_empty_file_is_none(account: Desk) -> None:
    none = await account.unchanged(account.second, "/payments/refunds/payouts/export", {})
    assert none.status_code == 409
    assert "Belum ada pembayaran yang siap ditransfer." in none.text


async def test_a_transfer_the_bank_refused_asks_for_another_account(account: Desk) -> None:
    payout = await account.entered()
    await send(account.second, f"{payout}/step", {"step": "approve"})
    await send(account.second, "/payments/refunds/payouts/export", {})
    await send(account.second, f"{payout}/step", {"step": "bounced"})
    row = await account.payout()
    assert (row.state, row.account_enc, row.batch) == ("waiting", None, None)
    assert await account.booked() == [("captured", 20_000)]


async def test_a_transfer_the_bank_sent_back_after_it_was_paid_is_owed_again(account: Desk) -> None:
    payout = await account.entered()
    await send(account.second, f"{payout}/step", {"step": "approve"})
    await send(account.second, f"{payout}/step", {"step": "paid", "reference": "BCA-1"})
    assert "Transfernya kembali dari bank" in (await account.second.get(payout)).text

    await send(account.second, f"{payout}/step", {"step": "bounced"})

    assert (await account.payout()).state == "waiting"
    assert [kind for kind, _ in await account.booked()] == ["captured", "refunded", "refund_reversed"]


# A chargeback


async def opened(desk: Desk, amount: str = "12.000", deadline: str = "") -> str:
    form = {"order": str(desk.counter.order.number), "amount": amount, "reason": "Tidak sampai"}
    made = await send(desk.second, "/payments/chargebacks", form | {"deadline": deadline})
    assert made.status_code == 303
    where: str = made.headers["location"]
    return where


async def case_of(desk: Desk) -> Any:
    [row] = await desk.counter.floor.all("SELECT * FROM chargeback")
    return row


async def test_a_chargeback_is_answered_and_lost_with_its_money(qris: Desk) -> None:
    case = await opened(qris)
    page = (await qris.maker.get(case)).text
    assert "7 hari lagi" in page
    assert "Rp12.000" in page
    assert "Masih di toko" in page
    early = await qris.unchanged(qris.second, f"{case}/step", {"step": "answer"})
    assert early.status_code == 409
    assert "Tambahkan bukti dulu" in early.text

    empty = await qris.unchanged(qris.second, f"{case}/evidence", {"kind": "invoice", "words": "  "})
    assert empty.status_code == 409
    await send(qris.second, f"{case}/evidence", {"kind": "delivery", "words": "JNE 123, diterima sendiri"})
    assert "JNE 123, diterima sendiri" in (await qris.maker.get(case)).text
    await send(qris.second, f"{case}/step", {"step": "answer"})
    assert (await case_of(qris)).state == "evidence_sent"
    late = await qris.unchanged(qris.second, f"{case}/evidence", {"kind": "note", "words": "Lagi"})
    assert late.status_code == 409

    await send(qris.second, f"{case}/step", {"step": "lose"})
    assert (await case_of(qris)).state == "lost"
    assert await qris.booked() == [("captured", 20_000), ("capture_reversed", 12_000)]
    decided = await qris.unchanged(qris.second, f"{case}/step", {"step": "win"})
    assert decided.status_code == 409


async def test_a_chargeback_that_is_won_moves_no_money_that_was_never_taken(qris: Desk) -> None:
    case = await opened(qris)
    await send(qris.second, f"{case}/evidence", {"kind": "note", "words": "Bukti"})
    await send(qris.second, f"{case}/step", {"step": "answer"})
    await send(qris.second, f"{case}/step", {"step": "win"})
    assert (await case_of(qris)).state == "won"
    assert await qris.booked() == [("captured", 20_000)]
    said = await qris.counter.floor.all(
        "SELECT action FROM audit_entry WHERE entity_kind = 'chargeback' ORDER BY id"
    )
    assert [row.action for row in said] == ["chargeback.open", "chargeback.send", "chargeback.win"]


async def test_a_claim_that_is_right_is_accepted_once(qris: Desk) -> None:
    case = await opened(qris)
    clicks = [send(qris.second, f"{case}/step", {"step": "lose", "_once": "satu-klik"}) for _ in range(3)]
    answers = await asyncio.gather(*clicks)
    assert {(one.status_code, one.headers.get("location")) for one in answers} == {(303, case)}
    assert await qris.booked() == [("captured", 20_000), ("capture_reversed", 12_000)]


async def test_the_nearest_deadline_stands_first_and_is_the_next_step(qris: Desk) -> None:
    later = await opened(qris, "3.000", "2026-12-20T10:00")
    sooner = await opened(
        qris, "4.000", (qris.counter.clock.at + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    )
    page = (await qris.maker.get("/payments/chargebacks")).text
    assert page.index(sooner) < page.index(later)
    assert "Rp4.000 diminta kembali: <span data-original>Tidak sampai</span>" in page
    assert "lagi" in page.split("Jawab sengketa pesanan")[0].rsplit("o-next-kicker", 1)[1]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"order": "999999"}, "tidak ditemukan"),
        ({"order": "abc"}, "abc"),
        ({"amount": "dua"}, "bukan jumlah uang"),
        ({"amount": "0"}, "lebih dari nol"),
        ({"reason": " "}, "Tulis alasannya."),
        ({"deadline": "kapan"}, "bukan tanggal"),
    ],
)
async def test_what_cannot_be_a_chargeback_opens_none_and_keeps_what_was_typed(
    qris: Desk, wrong: dict[str, str], told: str
) -> None:
    form = {
        "order": str(qris.counter.order.number),
        "amount": "12.000",
        "reason": "Tidak sampai",
        "deadline": "",
    }
    refused = await qris.unchanged(qris.second, "/payments/chargebacks", form | wrong)
    assert refused.status_code == 409
    assert told in refused.text
    kept = "12.000" if "amount" not in wrong else "Tidak sampai"
    assert f'value="{kept}"' in refused.text


async def test_the_orders_money_leads_to_its_refund_payout_and_chargeback(account: Desk) -> None:
    payout, case = await account.pays_out(), await opened(account)
    [row] = await account.counter.floor.all("SELECT id FROM refund")
    money = (await account.maker.get(f"/payments/orders/{to_text('ord', account.counter.order.id)}")).text
    for road in (payout, case, f"/payments/refunds/{to_text('rfd', row.id)}"):
        assert f'href="{road}"' in money


async def test_long_lists_are_walked_page_by_page_and_nothing_twice(qris: Desk) -> None:
    await opened(qris)
    case = await case_of(qris)
    await qris.counter.floor.run(
        lambda tx: tx.run(
            """
            INSERT INTO chargeback (shop_id, id, order_id, attempt_id, amount_minor, currency, reason, state, taken, deadline,
                                    opened_at, opened_by, moved_at)
            SELECT shop_id, gen_random_uuid(), order_id, NULL, turn, currency, reason, 'lost', false, deadline, opened_at,
                   opened_by, moved_at + turn * interval '1 minute'
            FROM chargeback, generate_series(1, 55) AS turn
            WHERE id = %(id)s
            """,
            {"id": case.id},
        )
    )

    first = (await qris.maker.get("/payments/chargebacks?tab=lost")).text
    older = re.findall(r'href="(/payments/chargebacks\?[^"]*after=[^"]*)"', first)
    second = (await qris.maker.get(html.unescape(older[-1]))).text

    shown = [re.findall(r"Rp(\d+)</td>", page) for page in (first, second)]
    assert [int(amount) for page in shown for amount in page] == list(range(55, 0, -1))
    assert [len(page) for page in shown] == [50, 5]
