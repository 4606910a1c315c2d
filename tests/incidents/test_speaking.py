"""What is said in an incident: the draft, what is published of it, the provider's answers, whom to call."""

from datetime import datetime

import pytest

from conftest import ShopFloor
from incidents.troubled import MINUTE, Street, a_street
from orderan.flows.payment_incident import recover
from orderan.incidents import (
    AccountNotFound,
    ContactNotFound,
    ContactUnusable,
    EstimatePast,
    Incident,
    IncidentNotFound,
    Kind,
    NoteEmpty,
    NothingToSay,
    NotUnderWay,
    add_note,
    announce,
    banner_for,
    contacts_of,
    draft,
    drop_contact,
    incident_by_id,
    keep_contact,
    notes_of,
    published_since,
    set_estimate,
)
from orderan.kit.crypto import Keyring
from orderan.kit.ids import new_id

pytestmark = pytest.mark.anyio
ZONE = "Asia/Jakarta"


@pytest.fixture
async def street(floor: ShopFloor, keyring: Keyring, now: datetime) -> Street:
    return await a_street(floor, keyring, now)


@pytest.fixture
async def incident(street: Street, now: datetime) -> Incident:
    return (await street.opened(since=now)).incident


async def found(street: Street, incident: Incident) -> Incident:
    one: Incident = await street.floor.run(lambda tx: incident_by_id(tx, incident.id))
    return one


async def test_the_draft_says_sorry_what_is_wrong_until_when_what_we_do_and_what_to_do(now: datetime) -> None:
    told = {
        language: draft(
            Kind.DOWN,
            ["va_bca", "va_bri", "gopay"],
            since=now,
            estimate=now + 45 * MINUTE,
            zone=ZONE,
            language=language,
        )
        for language in ("id", "en")
    }
    assert told["id"].split("\n\n") == [
        (
            "Mohon maaf atas gangguan ini. Sejak 11 Nov 2026 11.00 WIB, pembayaran lewat virtual account BCA,"
            " virtual account BRI dan GoPay tidak bisa dilakukan."
        ),
        "Perkiraan selesai: 11 Nov 2026 11.45 WIB.",
        (
            "Kami sedang menanganinya bersama penyedia pembayaran. Batas waktu bayar pesanan Anda berhenti"
            " selama gangguan, dan barang Anda tetap kami simpan."
        ),
        (
            "Yang bisa Anda lakukan: pilih cara bayar lain di halaman pembayaran, atau tunggu kabar kami. Bila"
            " Anda sudah membayar, jangan membayar dua kali; uang Anda aman."
        ),
        "Terima kasih atas kesabaran Anda.",
    ]
    assert told["en"].split("\n\n")[:2] == [
        (
            "We are sorry for this disruption. Since 11 Nov 2026 11:00 WIB, payments by virtual account BCA,"
            " virtual account BRI and GoPay do not work."
        ),
        "We expect it to be over by 11 Nov 2026 11:45 WIB.",
    ]


async def test_the_draft_follows_the_estimate_until_a_person_writes_in_it(
    street: Street, incident: Incident, now: datetime
) -> None:
    assert "belum tahu kapan" in incident.words_id
    until = now + 30 * MINUTE
    await street.floor.run(lambda tx: set_estimate(tx, incident.id, until, zone=ZONE, now=now))
    drafted = await found(street, incident)
    assert "Perkiraan selesai: 11 Nov 2026 11.30 WIB." in drafted.words_id
    assert "by 11 Nov 2026 11:30 WIB." in drafted.words_en

    await street.floor.run(
        lambda tx: announce(
            tx, incident.id, words_id="BCA mati.", words_en=drafted.words_en, publish=False, now=now
        )
    )
    await street.floor.run(lambda tx: set_estimate(tx, incident.id, now + 60 * MINUTE, zone=ZONE, now=now))
    after = await found(street, incident)
    assert after.words_id == "BCA mati."
    assert "by 11 Nov 2026 12:00 WIB." in after.words_en


async def test_words_stand_on_public_pages_only_while_they_are_published(
    street: Street, incident: Incident, now: datetime
) -> None:
    async def say(*, publish: bool) -> None:
        await street.floor.run(
            lambda tx: announce(
                tx, incident.id, words_id="BCA mati.", words_en="BCA is down.", publish=publish, now=now
            )
        )

    async def banner() -> dict[str, str]:
        [one] = await street.floor.run(lambda tx: banner_for(tx, rails=[street.failed.id], now=now))
        return dict(one.words)

    assert await banner() == {}
    await say(publish=True)
    await say(publish=True)
    assert await banner() == {"id": "BCA mati.", "en": "BCA is down."}
    assert await street.facts("incidents.announced.v1") == 1
    await say(publish=False)
    assert await banner() == {}
    assert await street.floor.run(lambda tx: published_since(tx, now)) == []

    await say(publish=True)
    await street.floor.run(lambda tx: recover(tx, incident.id, now=now + MINUTE))
    assert await street.floor.run(lambda tx: banner_for(tx, methods=["va_bca"], now=now)) == []
    past = await street.floor.run(lambda tx: published_since(tx, now))
    assert [one.id for one in past] == [incident.id]
    with pytest.raises(NotUnderWay):
        await say(publish=False)


async def test_what_cannot_be_said_is_refused_and_nothing_is_kept(
    street: Street, incident: Incident, now: datetime
) -> None:
    async def refused(command: object, why: type[Exception]) -> None:
        with pytest.raises(why):
            await street.floor.run(command)

    await refused(
        lambda tx: announce(tx, incident.id, words_id="", words_en="x", publish=True, now=now), NothingToSay
    )
    await refused(lambda tx: set_estimate(tx, incident.id, now, zone=ZONE, now=now), EstimatePast)
    await refused(lambda tx: add_note(tx, incident.id, heard=True, who="L1", words=" ", now=now), NoteEmpty)
    await refused(
        lambda tx: add_note(tx, new_id(), heard=True, who="L1", words="x", now=now), IncidentNotFound
    )
    assert await found(street, incident) == incident
    assert await street.floor.run(lambda tx: notes_of(tx, incident.id)) == []


async def test_the_conversation_is_kept_in_its_order_with_the_question_answered(
    street: Street, incident: Incident, now: datetime
) -> None:
    for turn, (heard, question, words) in enumerate(
        [(False, "how_long", "Sampai kapan?"), (True, "how_long", "Setengah jam."), (True, "zzz", "Maaf.")]
    ):
        await street.floor.run(
            lambda tx, turn=turn, heard=heard, question=question, words=words: add_note(
                tx,
                incident.id,
                heard=heard,
                who=" Rina  L1 ",
                question=question,
                words=words,
                now=now + turn * MINUTE,
            )
        )
    notes = await street.floor.run(lambda tx: notes_of(tx, incident.id))
    assert [(note.heard, note.who, note.question, note.words) for note in notes] == [
        (False, "Rina L1", "how_long", "Sampai kapan?"),
        (True, "Rina L1", "how_long", "Setengah jam."),
        (True, "Rina L1", None, "Maaf."),
    ]


async def test_contacts_are_kept_in_their_order_changed_and_dropped(street: Street, now: datetime) -> None:
    account = street.account.id
    first = await street.floor.run(
        lambda tx: keep_contact(tx, account, name="Meja bantuan", phone="1500", hours="24 jam", now=now)
    )
    second = await street.floor.run(
        lambda tx: keep_contact(tx, account, name="Rina", email="rina@gateway.test", now=now)
    )
    await street.floor.run(
        lambda tx: keep_contact(tx, account, contact_id=first.id, name="Meja bantuan", phone="1501", now=now)
    )
    kept = await street.floor.run(lambda tx: contacts_of(tx, [account]))
    assert [(one.name, one.phone, one.email, one.hours) for one in kept] == [
        ("Meja bantuan", "1501", "", ""),
        ("Rina", "", "rina@gateway.test", ""),
    ]
    await street.floor.run(lambda tx: drop_contact(tx, second.id, now=now))

    for command, why in (
        (lambda tx: keep_contact(tx, account, name="Tanpa nomor", now=now), ContactUnusable),
        (lambda tx: keep_contact(tx, new_id(), name="A", phone="1", now=now), AccountNotFound),
        (
            lambda tx: keep_contact(tx, street.other.id, contact_id=first.id, name="A", phone="1", now=now),
            ContactNotFound,
        ),
        (lambda tx: drop_contact(tx, second.id, now=now), ContactNotFound),
    ):
        with pytest.raises(why):
            await street.floor.run(command)
    assert await street.floor.run(lambda tx: contacts_of(tx, [account, street.other.id])) == kept[:1]
