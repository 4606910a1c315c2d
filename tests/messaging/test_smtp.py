"""Letters: how they are written, and our client against a real mail server that refuses in every way."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from messaging.simulated import NOW
from orderan.kit.clock import SetClock
from orderan.messaging import (
    Account,
    Because,
    ContentNotOfChannel,
    Letter,
    MessageTrouble,
    NewsForged,
    NewsUnreadable,
    OutcomeUnknown,
    Outgoing,
    Receipt,
    ReceiptState,
    Received,
    RefusedForGood,
    RefusedForNow,
    SendFailed,
    SendRefused,
    Text,
)
from orderan.messaging.smtp import mapping, wire
from orderan.messaging.smtp.client import Smtp
from orderan.messaging.smtp.mapping import Stage
from orderan.sandbox.faults import Break, Faults, Weather, Window
from orderan.sandbox.keys import MAIL
from orderan.sandbox.messages.mail import MailRoom

pytestmark = pytest.mark.anyio

LETTER = Letter(
    "Pesanan 101 — dikirim",
    "Halo Ani,\n\nPaket Anda berangkat. .\n.\nselesai",
    "<p>Halo <b>Ani</b></p>",
    unsubscribe="https://toko.test/berhenti?t=abc",
    tags={"X-Orderan-Kind": "shipped"},
)


def a_letter(to: str = "ani@contoh.test", told: Letter = LETTER, reference: str = "msg-1") -> Outgoing:
    return Outgoing(to, reference, "id", told)


def client(port: int, *, budget_s: float = 5.0, tls: ssl.SSLContext | None = None, **others: str) -> Smtp:
    told = {**MAIL, "port": str(port), **others}
    return Smtp(Account("smtp", "", told), SetClock(NOW), budget_s=budget_s, tls=tls)


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
async def room() -> AsyncIterator[MailRoom]:
    made = MailRoom(lambda: NOW, Weather())
    await made.open(listening())
    yield made
    await made.close()


def port_of(room: MailRoom) -> int:
    assert room.port is not None
    return room.port


async def test_a_letter_arrives_whole(room: MailRoom) -> None:
    sent = await client(port_of(room)).send(a_letter())
    [letter] = room.letters
    assert letter.plain.replace("\r\n", "\n") == LETTER.plain + "\n"
    assert letter.html.strip() == LETTER.html
    assert letter.to == ("ani@contoh.test",)
    assert letter.headers == {
        "From": "Toko <halo@toko.test>",
        "To": "ani@contoh.test",
        "Subject": "Pesanan 101 — dikirim",
        "Date": "Wed, 11 Nov 2026 04:00:00 +0000",
        "Message-ID": sent.provider_id,
        "Auto-Submitted": "auto-generated",
        "Content-Language": "id",
        "List-Unsubscribe": "<https://toko.test/berhenti?t=abc>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "X-Orderan-Kind": "shipped",
        "MIME-Version": "1.0",
        "Content-Type": letter.headers["Content-Type"],
    }
    assert letter.headers["Content-Type"].startswith("multipart/alternative")
    assert letter.raw.isascii()
    parts = [part.get_content_type() for part in message_from_bytes(letter.raw, policy=default).iter_parts()]
    assert parts == ["text/plain", "text/html"]


async def test_the_same_letter_has_the_same_id_and_bounces_go_where_they_should(room: MailRoom) -> None:
    here = client(port_of(room), return_path="bounce@toko.test", reply_to="cs@toko.test")
    first, again = await here.send(a_letter()), await here.send(a_letter())
    other = await here.send(a_letter(reference="msg-2"))
    assert first.provider_id == again.provider_id != other.provider_id
    assert wire.reference_of(first.provider_id, MAIL["id_secret"]) == "msg-1"
    assert {letter.sender for letter in room.letters} == {"bounce@toko.test"}
    assert room.letters[0].headers["Reply-To"] == "cs@toko.test"


@pytest.mark.parametrize(
    "told",
    [
        Letter("Halo\r\nBcc: semua@contoh.test", "x", "x"),
        Letter("Halo\nx", "x", "x"),
        Letter("Halo", "x", "x", unsubscribe="https://toko.test/x>\r\nBcc: semua@contoh.test"),
        Letter("Halo", "x", "x", unsubscribe="javascript:alert(1)"),
        Letter("Halo", "x", "x", tags={"Bcc": "semua@contoh.test"}),
        Letter("Halo", "x", "x", tags={"X-A: b\r\nBcc": "semua@contoh.test"}),
        Letter("Halo", "x", "x", tags={"X-A": "b\r\nBcc: semua@contoh.test"}),
    ],
)
async def test_no_header_is_smuggled_in(room: MailRoom, told: Letter) -> None:
    with pytest.raises(RefusedForGood, match="not_writable") as refused:
        await client(port_of(room)).send(a_letter(told=told))
    assert (refused.value.because, room.letters) == (Because.MESSAGE, [])


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ani",
        "ani@contoh.test, budi@contoh.test",
        "ani@contoh.test\r\nBcc: budi@contoh.test",
        "Ani <ani@contoh.test>",
        "anï@contoh.test",
        "ani@@contoh.test",
        "ani@contoh.test>",
    ],
)
async def test_what_is_no_address_is_refused_before_anything_is_called(to: str) -> None:
    with pytest.raises(RefusedForGood, match="not_an_address") as refused:
        await client(1).send(a_letter(to))
    assert refused.value.because is Because.RECIPIENT


async def test_a_domain_in_letters_of_the_world_is_written_in_ascii(room: MailRoom) -> None:
    await client(port_of(room)).send(a_letter("ani@tokö.test"))
    assert room.letters[0].to == ("ani@xn--tok-una.test",)


async def test_content_of_another_channel_is_a_bug() -> None:
    with pytest.raises(ContentNotOfChannel):
        await client(1).send(Outgoing("ani@contoh.test", "msg-1", "id", Text("x")))


@pytest.mark.parametrize(
    ("to", "kind", "because", "code"),
    [
        ("gone@contoh.test", RefusedForGood, Because.RECIPIENT, "5.1.1"),
        ("full@contoh.test", RefusedForNow, Because.RECIPIENT, "4.2.2"),
        ("spam@contoh.test", RefusedForNow, Because.ACCOUNT, "5.7.1"),
    ],
)
async def test_a_server_that_refuses(
    room: MailRoom, to: str, kind: type[SendRefused], because: Because, code: str
) -> None:
    with pytest.raises(kind) as refused:
        await client(port_of(room)).send(a_letter(to))
    assert (refused.value.because, refused.value.code, room.letters) == (because, code, [])


@pytest.mark.parametrize(
    ("faults", "code"),
    [(Faults(throttled=1.0), "4.7.1"), (Faults(breaks={Break.ERROR_BEFORE: 1.0}), "4.3.2")],
)
async def test_a_server_that_is_busy_or_going_away(room: MailRoom, faults: Faults, code: str) -> None:
    room.weather.set(Window("smtp", faults))
    with pytest.raises(RefusedForNow) as refused:
        await client(port_of(room)).send(a_letter())
    assert (refused.value.because, refused.value.code) == (Because.PACE, code)


async def test_a_slow_server_has_not_taken_it_yet(room: MailRoom) -> None:
    room.weather.set(Window("smtp", Faults(slow_s=30.0)))
    with pytest.raises(SendFailed, match="no_answer_in_time"):
        await client(port_of(room), budget_s=0.3).send(a_letter())


async def test_nobody_listens() -> None:
    with listening() as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SendFailed, match="no_connection"):
        await client(port).send(a_letter())


class Breaking:
    """A server that goes away at one step of the conversation."""

    def __init__(self, at: str, *, hang: bool = False) -> None:
        self.at, self.hang = at, hang
        self.hung = asyncio.Event()
        self.sessions: list[asyncio.Task[None]] = []

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions.append(asyncio.create_task(self.session(reader, writer)))

    async def session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            writer.write(b"220 hi\r\n")
            inside = False
            while line := await reader.readline():
                end = line == b".\r\n"
                word = ("." if end else "") if inside else line[:4].decode().strip().upper()
                if word == self.at:
                    if self.hang:
                        await self.hung.wait()
                    break
                if word == "DATA":
                    writer.write(b"354 go on\r\n")
                elif word:
                    writer.write(b"250 ok\r\n")
                inside = word == "DATA" or (inside and not end)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def breaking_at(at: str, *, hang: bool = False) -> AsyncIterator[int]:
    there = Breaking(at, hang=hang)
    server = await asyncio.start_server(there.begin, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        there.hung.set()
        server.close()
        await server.wait_closed()
        await asyncio.gather(*there.sessions)


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        ("EHLO", SendFailed),
        ("MAIL", SendFailed),
        ("RCPT", SendFailed),
        ("DATA", OutcomeUnknown),
        (".", OutcomeUnknown),
    ],
)
@pytest.mark.parametrize("hang", [False, True])
async def test_a_connection_that_breaks_leaves_doubt_only_once_the_letter_went_over(
    at: str, kind: type[MessageTrouble], hang: bool
) -> None:
    async with breaking_at(at, hang=hang) as port:
        with pytest.raises(kind):
            await client(port, budget_s=0.5).send(a_letter())


async def test_a_server_that_does_not_say_goodbye_took_it_all_the_same() -> None:
    async with breaking_at("QUIT") as port:
        assert (await client(port).send(a_letter())).raw == b"250 ok"


@pytest.mark.parametrize(
    ("code", "text", "stage", "kind", "because"),
    [
        (550, "5.1.1 no such user", Stage.RECIPIENT, RefusedForGood, Because.RECIPIENT),
        (550, "no such user", Stage.RECIPIENT, RefusedForGood, Because.RECIPIENT),
        (553, "bad name", Stage.RECIPIENT, RefusedForGood, Because.RECIPIENT),
        (550, "5.2.1 disabled", Stage.RECIPIENT, RefusedForGood, Because.RECIPIENT),
        (552, "5.2.2 full", Stage.RECIPIENT, RefusedForNow, Because.RECIPIENT),
        (552, "full", Stage.RECIPIENT, RefusedForNow, Because.RECIPIENT),
        (550, "5.7.1 policy", Stage.RECIPIENT, RefusedForNow, Because.ACCOUNT),
        (550, "5.1.8 bad sender", Stage.RECIPIENT, RefusedForNow, Because.ACCOUNT),
        (550, "5.4.4 no route", Stage.RECIPIENT, RefusedForNow, Because.RECIPIENT),
        (552, "5.3.4 too big", Stage.RECIPIENT, RefusedForGood, Because.MESSAGE),
        (554, "no", Stage.RECIPIENT, RefusedForNow, Because.ACCOUNT),
        (450, "4.7.1 greylisted", Stage.RECIPIENT, RefusedForNow, Because.PACE),
        (452, "4.2.2 full", Stage.RECIPIENT, RefusedForNow, Because.RECIPIENT),
        (421, "busy", Stage.GREETING, RefusedForNow, Because.PACE),
        (554, "you are listed", Stage.GREETING, RefusedForNow, Because.ACCOUNT),
        (535, "5.7.8 wrong", Stage.LOGIN, RefusedForNow, Because.ACCOUNT),
        (454, "4.7.0 later", Stage.LOGIN, SendFailed, None),
        (550, "not yours", Stage.SENDER, RefusedForNow, Because.ACCOUNT),
        (552, "5.3.4 too big", Stage.CONTENT, RefusedForGood, Because.MESSAGE),
        (554, "5.6.0 malformed", Stage.CONTENT, RefusedForGood, Because.MESSAGE),
        (554, "5.7.1 spam", Stage.CONTENT, RefusedForNow, Because.ACCOUNT),
        (554, "failed", Stage.CONTENT, RefusedForNow, Because.ACCOUNT),
        (451, "later", Stage.CONTENT, RefusedForNow, Because.PACE),
    ],
)
def test_a_reply_in_our_words(
    code: int, text: str, stage: Stage, kind: type[MessageTrouble], because: Because | None
) -> None:
    found = mapping.trouble(code, text, stage)
    assert type(found) is kind
    assert getattr(found, "because", None) is because


def certificate(folder: Path) -> Path:
    """A certificate for localhost nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    began = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


class Kept:
    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - looked for
        self.letters.append(envelope.content)
        return "250 ok"


def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, told: Any) -> AuthResult:
    return AuthResult(success=(told.login, told.password) == (b"toko", b"rahasia"), handled=False)


@asynccontextmanager
async def guarded(folder: Path, security: str) -> AsyncIterator[tuple[int, ssl.SSLContext, Kept]]:
    """A server that wants TLS and a password."""
    file = certificate(folder)
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(file)
    kept, loop = Kept(), asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            kept,
            hostname="localhost",
            loop=loop,
            tls_context=theirs if security == "starttls" else None,
            require_starttls=security == "starttls",
            auth_required=True,
            auth_require_tls=security == "starttls",
            authenticator=login,
        )

    server = await loop.create_server(session, sock=listening(), ssl=theirs if security == "tls" else None)
    try:
        yield server.sockets[0].getsockname()[1], ssl.create_default_context(cafile=str(file)), kept
    finally:
        server.close()
        await server.wait_closed()


# It takes a password over TLS from the first byte for one in clear, and says so.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_letter_goes_over_tls_with_a_password(tmp_path: Path, security: str) -> None:
    async with guarded(tmp_path, security) as (port, trusted, kept):

        def here(password: str, tls: ssl.SSLContext | None) -> Smtp:
            return client(
                port, tls=tls, host="localhost", security=security, username="toko", password=password
            )

        await here("rahasia", trusted).send(a_letter())
        assert len(kept.letters) == 1
        with pytest.raises(RefusedForNow) as wrong:
            await here("salah", trusted).send(a_letter())
        assert wrong.value.because is Because.ACCOUNT
        with pytest.raises(RefusedForNow, match="not_trusted"):
            await here("rahasia", None).send(a_letter())
        assert len(kept.letters) == 1


async def test_a_server_without_tls_is_not_given_a_letter_in_clear(room: MailRoom) -> None:
    with pytest.raises(RefusedForNow, match="not_trusted"):
        await client(port_of(room), security="starttls").send(a_letter())
    assert room.letters == []


def test_a_password_is_not_sent_in_clear_over_a_network() -> None:
    with pytest.raises(ValueError, match="in clear"):
        client(25, host="mail.toko.test", username="toko", password="rahasia")
    with pytest.raises(ValueError, match="starttls"):
        client(25, security="ssl3")


def a_bounce(
    *, action: str = "failed", status: str = "5.1.1", returned: str | None = None, whole: bool = True
) -> Received:
    number = returned or wire.message_id("msg-1", "toko.test", MAIL["id_secret"])
    kept = f"From: halo@toko.test\r\nMessage-ID: {number}\r\nSubject: Pesanan\r\n\r\n"
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    text = (
        "From: MAILER-DAEMON@contoh.test\r\nTo: bounce@toko.test\r\nDate: Wed, 11 Nov 2026 11:00:00 +0700\r\n"
        "Subject: Undelivered\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.contoh.test\r\n\r\n"
        f"Final-Recipient: rfc822; ani@contoh.test\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: {kind}\r\n\r\n{kept}\r\n--b--\r\n"
    )
    return Received("POST", "https://toko.test/bounces", {}, text.encode())


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("action", "status", "state", "code", "for_good"),
    [
        ("failed", "5.1.1", ReceiptState.FAILED, "5.1.1", True),
        ("Failed", "5.2.1", ReceiptState.FAILED, "5.2.1", True),
        ("failed", "5.2.2", ReceiptState.FAILED, "5.2.2", False),
        ("failed", "5.7.1", ReceiptState.FAILED, "5.7.1", False),
        ("failed", "4.4.7", ReceiptState.FAILED, "4.4.7", False),
        ("failed", "", ReceiptState.FAILED, "unknown", False),
        ("delivered", "2.0.0", ReceiptState.DELIVERED, None, False),
        ("relayed", "2.0.0", ReceiptState.SENT, None, False),
    ],
)
def test_a_bounce_in_our_words(
    action: str, status: str, state: ReceiptState, code: str | None, for_good: bool, whole: bool
) -> None:
    number = wire.message_id("msg-1", "toko.test", MAIL["id_secret"])
    assert client(25).read_news(a_bounce(action=action, status=status, whole=whole)) == [
        Receipt(number, state, NOW, code=code, for_good=for_good, to="ani@contoh.test", reference="msg-1")
    ]


def test_a_letter_under_way_bounces_nothing_yet() -> None:
    assert client(25).read_news(a_bounce(action="delayed", status="4.4.1")) == []


def test_a_bounce_of_a_letter_that_was_never_ours() -> None:
    for number in (
        "<msg-1.00000000000000000000@toko.test>",
        "<abc@elsewhere.test>",
        wire.message_id("msg-1", "toko.test", "another secret"),
    ):
        with pytest.raises(NewsForged):
            client(25).read_news(a_bounce(returned=number))


def test_what_is_no_bounce_waits_for_a_person() -> None:
    plain = EmailMessage()
    plain["Subject"] = "Halo"
    plain.set_content("Saya sedang cuti")
    for body in (plain.as_bytes(), b"", b"\xff\x00"):
        with pytest.raises(NewsUnreadable):
            client(25).read_news(Received("POST", "https://toko.test/bounces", {}, body))
