"""Files among the evidence of a chargeback: what is taken, who takes it away again, and that it goes with its buyer."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, everything, hire, house, password_hash, sign_in
from catalog.test_pictures import png
from conftest import ShopFloor
from given import World, a_buyer, a_shop, asked
from orderan.customers import erase
from orderan.flows.chargeback_files import (
    MOST_MB,
    Brought,
    add_file_to_chargeback,
    kind_of,
    name_of,
    open_file,
)
from orderan.flows.contest_chargeback import answer_chargeback, report_chargeback
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id, to_text
from orderan.kit.states import IllegalMove
from orderan.kit.text import GONE
from orderan.orders import Order
from orderan.payments import (
    Chargeback,
    Evidence,
    EvidenceFileNotFound,
    EvidenceFilesTooMany,
    EvidenceFileTooLarge,
    EvidenceFileUnreadable,
    EvidenceKind,
    EvidenceOfNobody,
    evidence_of,
    forget_evidence,
)
from orders.acting import pay, placed

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]

PDF = b"%PDF-1.7\nsurat jalan yang ditandatangani\n%%EOF\n"


@dataclass
class Case:
    """A chargeback of a paid order, and the shop it is in."""

    world: World
    order: Order
    one: Chargeback
    keyring: Keyring
    now: datetime

    async def brings(self, name: str = "surat jalan.pdf", content: bytes = PDF, words: str = "") -> Evidence:
        evidence: Evidence = await self.world.floor.run(
            lambda tx: add_file_to_chargeback(
                tx,
                self.keyring,
                self.one.id,
                EvidenceKind.DELIVERY,
                words,
                Brought(name, content),
                now=self.now,
            )
        )
        return evidence

    async def takes(self, evidence: Evidence) -> Any:
        return await self.world.floor.run(
            lambda tx: open_file(tx, self.keyring, self.one.id, evidence.id, now=self.now)
        )

    @property
    def path(self) -> str:
        return f"/payments/chargebacks/{to_text('cbk', self.one.id)}"


@pytest.fixture
async def case(floor: ShopFloor, keyring: Keyring, now: datetime) -> Case:
    world = await a_shop(floor, now, stock={"kopi": 50})
    order = await placed(world, keyring, asked(("kopi", 2), buyer=a_buyer()), now)
    await pay(world, order, 20_000, now)
    one = await floor.run(
        lambda tx: report_chargeback(
            tx,
            order.id,
            attempt_id=None,
            amount_minor=5_000,
            reason="Tidak sampai",
            deadline=now + timedelta(days=5),
            now=now,
        )
    )
    return Case(world, order, one, keyring, now)


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "pdf"), (png(), "png"), (b"%PDF-1.4\n" + b"x" * 5_000 + b"\n%%EOF", "pdf")]
)
def test_a_file_is_what_its_bytes_say(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EvidenceFileUnreadable),
        (b"%PDF-1.7\nterpotong", EvidenceFileUnreadable),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", EvidenceFileUnreadable),
        (b"MZ\x90\x00%%EOF", EvidenceFileUnreadable),
        (png()[:20], EvidenceFileUnreadable),
        (PDF + b"\0" * (MOST_MB * 1024 * 1024), EvidenceFileTooLarge),
    ],
)
async def test_what_a_bank_does_not_take_is_not_kept(
    case: Case, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await case.brings("surat.pdf", content)
    assert await case.world.floor.run(lambda tx: evidence_of(tx, case.one.id)) == []


def test_a_name_has_no_folder_no_signs_that_cannot_be_seen_and_an_end() -> None:
    assert name_of("..\\..\\etc/pass\r\nwd\u202e.pdf") == "passwd.pdf"
    assert (name_of("/"), len(name_of("a" * 300))) == ("-", 100)


async def test_a_file_is_kept_under_the_key_of_its_buyer_and_comes_back_as_it_was(case: Case) -> None:
    evidence = await case.brings()
    row = (await case.world.floor.all("SELECT * FROM chargeback_file"))[0]
    assert (row.sealed_for, row.size_bytes) == (case.order.customer_id, len(PDF))
    assert b"PDF" not in bytes(row.content)
    assert evidence.file is not None
    assert await case.takes(evidence) == (evidence.file, PDF)
    traces = await case.world.floor.all(
        "SELECT action, after FROM audit_entry WHERE action = 'chargeback.take_file'"
    )
    assert [tuple(one) for one in traces] == [
        ("chargeback.take_file", {"evidence": to_text("evd", evidence.id)})
    ]


async def test_a_file_of_an_order_without_a_buyer_is_nobodys(case: Case) -> None:
    unknown = await placed(case.world, case.keyring, asked(("kopi", 1)), case.now)
    other = await case.world.floor.run(
        lambda tx: report_chargeback(
            tx,
            unknown.id,
            attempt_id=None,
            amount_minor=1,
            reason="Asing",
            deadline=case.now,
            now=case.now,
        )
    )
    elsewhere = Case(case.world, unknown, other, case.keyring, case.now)
    evidence = await elsewhere.brings()
    assert await case.world.floor.value("SELECT sealed_for FROM chargeback_file") is None
    assert (await elsewhere.takes(evidence))[1] == PDF
    with pytest.raises(EvidenceFileNotFound):
        await case.takes(evidence)


async def test_no_file_is_added_once_the_shop_has_answered_nor_beyond_twenty(case: Case) -> None:
    for turn in range(20):
        await case.brings(f"{turn}.pdf")
    with pytest.raises(EvidenceFilesTooMany):
        await case.brings("lagi.pdf")
    await case.world.floor.run(lambda tx: answer_chargeback(tx, case.one.id, now=case.now))
    with pytest.raises(IllegalMove):
        await case.brings("terlambat.pdf")
    assert await case.world.floor.value("SELECT count(*) FROM chargeback_file") == 20


async def test_a_file_goes_with_its_buyer(case: Case) -> None:
    evidence = await case.brings(words="Ani menandatangani sendiri")
    await case.world.floor.run(lambda tx: forget_evidence(tx, [case.order.id], GONE))
    assert await case.world.floor.value("SELECT count(*) FROM chargeback_file") == 0
    [left] = await case.world.floor.run(lambda tx: evidence_of(tx, case.one.id))
    assert (left.words, left.file) == (GONE, None)
    with pytest.raises(EvidenceFileNotFound):
        await case.takes(evidence)


async def test_of_a_buyer_who_was_erased_nothing_is_kept(case: Case) -> None:
    buyer = case.order.customer_id
    assert buyer is not None
    await case.world.floor.run(lambda tx: erase(tx, buyer, reason="Diminta", now=case.now))
    with pytest.raises(EvidenceOfNobody):
        await case.brings()
    assert await case.world.floor.value("SELECT count(*) FROM chargeback_evidence") == 0


@pytest.fixture
async def owner(case: Case, house: House, hire: Hire) -> AsyncIterator[AsyncClient]:
    await hire()
    async with house.browser() as browser:
        await sign_in(browser)
        yield browser


async def uploaded(
    browser: AsyncClient, case: Case, content: bytes, once: str = "", name: str = "surat <b>jalan.pdf"
) -> Any:
    await browser.get(case.path)
    fields = {"kind": "delivery", "words": "", "_once": once or new_id().hex}
    fields["_csrf_token"] = browser.cookies["orderan_csrf"]
    return await browser.post(f"{case.path}/evidence", data=fields, files={"file": (name, content)})


async def test_the_page_takes_a_file_once_lists_it_and_hands_it_out(case: Case, owner: AsyncClient) -> None:
    assert [(await uploaded(owner, case, PDF, "satu")).status_code for _ in range(2)] == [303, 303]
    page = (await owner.get(case.path)).text
    [evidence] = await case.world.floor.run(lambda tx: evidence_of(tx, case.one.id))
    path = f"{case.path}/files/{to_text('evd', evidence.id)}"
    assert ("surat &lt;b&gt;jalan.pdf" in page, f'href="{path}"' in page) == (True, True)
    answer = await owner.get(path)
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")
    assert answer.headers["content-disposition"].endswith("filename*=UTF-8''surat%20%3Cb%3Ejalan.pdf")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_file_no_bank_takes_is_refused_beside_its_field(case: Case, owner: AsyncClient) -> None:
    before = await everything(case.world.floor)
    answer = await uploaded(owner, case, b"MZ")
    assert answer.status_code == 409
    assert "Berkas itu bukan PDF, JPEG, PNG, atau WebP." in answer.text
    assert await everything(case.world.floor) == before


async def test_whoever_only_reads_payments_sees_that_there_is_a_file_and_does_not_get_it(
    case: Case, house: House, hire: Hire
) -> None:
    evidence = await case.brings()
    await hire("baca@toko.test", "viewer")
    async with house.browser() as reader:
        await sign_in(reader, "baca@toko.test")
        page = await reader.get(case.path)
        assert (page.status_code, "surat jalan.pdf" in page.text) == (200, True)
        path = f"{case.path}/files/{to_text('evd', evidence.id)}"
        assert path not in page.text
        assert (await reader.get(path)).status_code == 403


async def test_chargebacks_and_refunds_leave_as_files_of_the_tab_that_is_seen(
    case: Case, owner: AsyncClient
) -> None:
    await case.brings(words="Bukti")
    page = (await owner.get("/payments/chargebacks")).text
    assert ("export.csv?tab=undecided" in page, page.count('aria-current="page"') >= 2) == (True, True)
    text = (await owner.get("/payments/chargebacks/export.csv?tab=undecided")).text
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["order"], row["amount"], row["evidence"], row["files"], row["taken"]) == (
        str(case.order.number),
        "5000",
        "1",
        "1",
        "no",
    )
    assert (
        list(csv.DictReader(io.StringIO((await owner.get("/payments/chargebacks/export.csv?tab=won")).text)))
        == []
    )

    form = {"units_1": "1", "shipping": "500", "amount": "11.000", "reason": "=SUM(1)", "_once": new_id().hex}
    form["_csrf_token"] = owner.cookies["orderan_csrf"]
    made = await owner.post(f"/payments/orders/{to_text('ord', case.order.id)}/refund", data=form)
    assert made.status_code == 303
    [row] = csv.DictReader(io.StringIO((await owner.get("/payments/refunds/export.csv")).text))
    told = ("amount", "units", "goods", "shipping", "paid", "reason", "state")
    assert [row[name] for name in told] == ["11000", "1", "10000", "500", "0", "'=SUM(1)", "granted"]
    assert (
        list(csv.DictReader(io.StringIO((await owner.get("/payments/refunds/export.csv?tab=executed")).text)))
        == []
    )
