"""The pages of trouble, as people at the shop and buyers use them."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, hire, house, password_hash, send, sign_in
from conftest import ShopFloor
from incidents.troubled import MINUTE, Street, a_street
from orderan.flows.payment_incident import open_incident
from orderan.incidents import Kind, Severity, add_note, incident_by_id, unfinished, windows_ahead
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text

pytestmark = pytest.mark.anyio
__all__ = ["hire", "house", "password_hash"]


@dataclass
class Desk:
    street: Street
    owner: AsyncClient
    buyer: AsyncClient

    async def go(self, path: str, **fields: str) -> str:
        """Send a form and look at the page it leads to."""
        answer = await send(self.owner, path, fields)
        assert answer.status_code == 303, html.unescape(answer.text)
        return str(answer.headers["location"])

    async def status(self) -> str:
        answer = await self.buyer.get("/status")
        assert answer.status_code == 200
        return html.unescape(answer.text)


@pytest.fixture
async def desk(
    floor: ShopFloor, keyring: Keyring, house: House, hire: Hire, now: datetime
) -> AsyncIterator[Desk]:
    street = await a_street(floor, keyring, now)
    await hire()
    async with house.browser() as owner, house.browser() as buyer:
        await sign_in(owner)
        yield Desk(street, owner, buyer)


async def test_an_incident_is_opened_announced_recovered_and_closed_from_its_pages(
    desk: Desk, now: datetime
) -> None:
    street = desk.street
    assert "Semua cara bayar berjalan normal." in await desk.status()

    rail = to_text("ral", street.failed.id)
    path = (
        await desk.go("/incidents/new", rail=rail, kind="down", severity="major", note="Lima gagal")
    ).split("?")[0]
    assert await street.told("trouble") == sorted(street.there)
    assert await street.limits(street.there) == {(now + 60 * MINUTE, now)}
    page = html.unescape((await desk.owner.get(path)).text)
    assert "Lima gagal" in page
    assert "Rp10.000" in page.replace("\xa0", "")
    seen = await desk.status()
    assert "Terganggu" in seen
    assert "Mohon maaf" not in seen

    await desk.go(f"{path}/note", heard="yes", who="Rina", question="how_long", words="Setengah jam.")
    await desk.go(f"{path}/publish", words_id="BCA mati, maaf.", words_en="BCA is down, sorry.")
    assert "BCA mati, maaf." in await desk.status()
    assert "Setengah jam." not in await desk.status()

    await desk.go(f"{path}/recover")
    assert await street.told("recovered") == sorted(street.there)
    seen = await desk.status()
    assert "Semua cara bayar berjalan normal." in seen
    assert "BCA mati, maaf." in seen.split("30 hari terakhir")[1]
    await desk.go(f"{path}/close", review="Pindah ke jalur kedua lebih cepat.")
    [row] = await street.floor.all("SELECT id, state, review, hit_orders FROM incident")
    assert (row.state, row.review, row.hit_orders) == ("closed", "Pindah ke jalur kedua lebih cepat.", 1)
    assert "Pindah ke jalur kedua" in (await desk.owner.get(path)).text


async def test_an_incident_shows_what_was_seen_which_tries_failed_and_what_happened_when(
    desk: Desk, now: datetime
) -> None:
    street = desk.street
    failed = street.failed.id
    reason = {
        "test": "outage", "expected": 0.02, "seen": 0.9, "of": 40, "since": now.isoformat(), "blame": "bank",
    }  # fmt: skip
    opened = await street.floor.run(
        lambda tx: open_incident(
            tx, [failed], kind=Kind.DOWN, severity=Severity.MAJOR, since=now, by_itself=True,
            evidence={str(failed): [reason]}, now=now + MINUTE,
        )
    )  # fmt: skip
    incident = opened.incident.id

    async def spoil(tx: Tx) -> None:
        await tx.run(
            """
            UPDATE payment_attempt SET state = 'failed', reason = 'bank_away', blame = 'bank', took_ms = 4100,
                   charged_at = %(at)s, gateway_id = 'mid-77', ask_at = NULL
            WHERE shop_id = %(shop)s AND rail_id = %(rail)s
            """,
            {"shop": tx.shop_id, "rail": failed, "at": now + MINUTE},
        )

    await street.floor.run(spoil)
    for heard, minutes in ((False, 3), (True, 9)):
        await street.floor.run(
            lambda tx, heard=heard, minutes=minutes: add_note(
                tx, incident, heard=heard, who="", words="apa?", now=now + minutes * MINUTE
            )
        )
    path = f"/incidents/{to_text('inc', incident)}"

    seen = words((await desk.owner.get(path)).text)
    assert "BCA · Midtrans : 90 % dari 40 percobaan gagal; biasanya 2 %. Kebanyakan karena bank." in seen
    assert (
        "bank_away 1 Waktu Referensi Jawaban gateway Lama jawaban 11 Nov 2026 11.01 WIB BCA · Midtrans"
        in seen
    )
    assert "mid-77 bank_away 4,1 dtk" in seen
    happened = seen[seen.index("Urutan kejadian") :]
    order = ("Mulai", "Diketahui setelah 60 dtk", "Pembeli dikabari 1 pembeli", "Penyedia ditanya",
             "Penyedia menjawab setelah 6 mnt")  # fmt: skip
    places = [happened.index(step) for step in order]
    assert places == sorted(places)
    assert str(failed) not in seen


def words(page: str) -> str:
    """What a page says, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


async def test_what_is_refused_is_said_beside_its_field_and_changes_nothing(
    desk: Desk, now: datetime
) -> None:
    answer = await send(desk.owner, "/incidents/new", {"kind": "down"})
    assert answer.status_code == 422
    assert "Pilih setidaknya satu metode" in answer.text
    assert await desk.street.floor.run(unfinished) == []

    opened = await desk.street.opened(since=now)
    path = f"/incidents/{to_text('inc', opened.incident.id)}"
    for verb, fields, words in (
        ("estimate", {"estimate": "2020-01-01T00:00"}, "Perkiraan selesainya sudah lewat."),
        ("publish", {"words_id": "x", "words_en": " "}, "Isi pengumuman dalam kedua bahasa."),
        ("close", {"review": "x"}, "tidak bisa dilakukan dari status"),
    ):
        answer = await send(desk.owner, f"{path}/{verb}", fields)
        assert answer.status_code == 409
        assert words in html.unescape(answer.text)
    assert (await send(desk.owner, f"{path}/zzz", {})).status_code == 404
    found = await desk.street.floor.run(lambda tx: incident_by_id(tx, opened.incident.id))
    assert found == opened.incident


async def test_an_alarm_is_called_false_with_a_reason_and_the_board_counts_it(
    desk: Desk, now: datetime
) -> None:
    opened = await desk.street.floor.run(
        lambda tx: open_incident(
            tx,
            [desk.street.failed.id],
            kind=Kind.SLOW,
            severity=Severity.MINOR,
            since=now,
            by_itself=True,
            suspected=True,
            now=now,
        )
    )
    path = f"/incidents/{to_text('inc', opened.incident.id)}"
    refused = await send(desk.owner, f"{path}/false", {"why": ""})
    assert (refused.status_code, "bagaimana Anda tahu bahwa alarm" in refused.text) == (409, True)

    assert await desk.go(f"{path}/false", why="Kami menguji beban") == f"{path}?said=false"

    seen = words((await desk.owner.get(path)).text)
    assert "Bukan gangguan" in seen
    assert "Disebut alarm keliru Kami menguji beban" in seen
    board = words((await desk.owner.get("/payments/gateways")).text)
    assert "30 hari terakhir: 1 alarm, 1 disebut keliru, yaitu 0,50 per jalur." in board
    assert "paling banyak 1 kali per jalur dan 30 hari; pengukuran kami 0,645." in board
    rail = words((await desk.owner.get(f"/payments/gateways/{to_text('ral', desk.street.failed.id)}")).text)
    assert "1 Nov 2026 1 1" in rail


async def test_maintenance_is_planned_seen_by_the_public_and_cancelled(desk: Desk, now: datetime) -> None:
    account = to_text("gwa", desk.street.account.id)
    local = (now + timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M")
    later = (now + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    await desk.go(
        "/maintenance", verb="plan", account=account, method="va_bca", starts=local, ends=later, title="Inti"
    )

    [window] = await desk.street.floor.run(lambda tx: windows_ahead(tx, now=now))
    assert (window.starts_at, window.ends_at, window.methods) == (now, now + timedelta(hours=2), ("va_bca",))
    assert "Pemeliharaan" in await desk.status()
    again = await send(
        desk.owner, "/maintenance", {"verb": "plan", "account": account, "starts": local, "ends": later}
    )
    assert again.status_code == 422
    assert "bertumpuk" in again.text
    assert (
        await send(desk.owner, "/maintenance", {"verb": "feed", "account": account, "address": "http://x"})
    ).status_code == 422

    far = {"starts": "2026-11-13T01:00", "ends": "2026-11-13T03:00"}
    await desk.go("/maintenance", verb="plan", account=account, title="Inti", **far)
    told = await desk.status()
    assert "Pemeliharaan terjadwal" in told
    assert "13 Nov 2026 01.00 WIB – 13 Nov 2026 03.00 WIB" in told
    [_, second] = await desk.street.floor.run(lambda tx: windows_ahead(tx, now=now))
    await desk.go(f"/maintenance/{to_text('mtn', second.id)}/cancel")

    await desk.go(f"/maintenance/{to_text('mtn', window.id)}/cancel")
    assert await desk.street.floor.run(lambda tx: windows_ahead(tx, now=now)) == []
    assert "Semua cara bayar berjalan normal." in await desk.status()


async def test_the_sheet_of_contacts_is_filled_changed_and_shown_in_the_incident(
    desk: Desk, now: datetime
) -> None:
    path = f"/incidents/contacts/{to_text('gwa', desk.street.account.id)}"
    await desk.go(path, name="Meja bantuan", phone="1500 888")
    [row] = await desk.street.floor.all("SELECT id FROM gateway_contact")
    key = to_text("gwc", row.id)
    await desk.go(path, contact=key, verb="keep", name="Meja bantuan", phone="1500 999")
    opened = await desk.street.opened(since=now)
    page = (await desk.owner.get(f"/incidents/{to_text('inc', opened.incident.id)}")).text
    assert 'href="tel:1500999"' in page

    await desk.go(path, contact=key, verb="drop")
    assert await desk.street.floor.all("SELECT id FROM gateway_contact") == []


async def test_the_public_page_names_nobody_and_no_gateway(desk: Desk, now: datetime) -> None:
    await desk.street.opened(since=now)
    seen = await desk.status()
    for word in ("Midtrans", "Xendit", "midtrans", "inc_", "ord_", "staff"):
        assert word not in seen
