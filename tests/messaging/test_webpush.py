"""Push: encrypted as the standard's example has it, signed so that a service can check it."""

import base64
import json
from datetime import timedelta
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from messaging.simulated import NOW, answering, breaking, over
from orderan.kit.clock import SetClock
from orderan.messaging import (
    Account,
    Because,
    ContentNotOfChannel,
    NoNews,
    OutcomeUnknown,
    Outgoing,
    Push,
    Received,
    RefusedForGood,
    RefusedForNow,
    SendRefused,
    Text,
    open_messenger,
)
from orderan.messaging.webpush import wire
from orderan.messaging.webpush.client import WebPush

pytestmark = pytest.mark.anyio

ENDPOINT = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"
BROWSER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
KEYS = {
    "private_key": base64.urlsafe_b64encode(b"\x07" * 32).rstrip(b"=").decode(),
    "subject": "mailto:halo@toko.test",
}
PUSH = Push("Pesanan dikirim", "JNE membawa pesanan 101", "https://toko.test/lacak/101", topic="order-101")


def given(endpoint: str = ENDPOINT, **keys: str) -> str:
    return json.dumps({"endpoint": endpoint, "keys": {"p256dh": PUBLIC, "auth": AUTH} | keys})


def a_push(push: Push = PUSH, to: str | None = None) -> Outgoing:
    return Outgoing(to or given(), "msg-1", "id", push)


def opened_by_the_browser(body: bytes) -> bytes:
    """RFC 8291 from the other side, by hand."""
    salt, length = body[:16], body[20]
    theirs = body[21 : 21 + length]
    number = int.from_bytes(wire.unpadded(BROWSER), "big")
    ours = ec.derive_private_key(number, ec.SECP256R1())
    shared = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    about = b"WebPush: info\x00" + wire.unpadded(PUBLIC) + theirs
    secret = HKDF(hashes.SHA256(), 32, wire.unpadded(AUTH), about).derive(shared)
    key = HKDF(hashes.SHA256(), 16, salt, b"Content-Encoding: aes128gcm\x00").derive(secret)
    nonce = HKDF(hashes.SHA256(), 12, salt, b"Content-Encoding: nonce\x00").derive(secret)
    return AESGCM(key).decrypt(nonce, body[21 + length :], None).rstrip(b"\x02")


def test_the_example_of_the_standard() -> None:
    """Source: RFC 8291, section 5 and appendix A."""
    sender = wire.private_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    body = wire.encrypted(
        b"When I grow up, I want to be a watermelon",
        wire.subscription(given()),
        key=sender,
        salt=wire.unpadded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert base64.urlsafe_b64encode(body).rstrip(b"=").decode() == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
        "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


async def test_only_the_browser_reads_it_and_the_service_knows_who_sends() -> None:
    went: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        went.append(request)
        return httpx2.Response(201, headers={"location": "/message/7"})

    here = open_messenger(Account("webpush", "", KEYS), over(httpx2.MockTransport(answer)), SetClock(NOW))
    sent = await here.send(a_push())
    assert sent.provider_id == "https://push.example.net/message/7"
    [request] = went
    assert json.loads(opened_by_the_browser(request.content)) == {
        "title": PUSH.title,
        "body": PUSH.body,
        "link": PUSH.link,
        "tag": "order-101",
    }
    assert (request.headers["ttl"], request.headers["topic"]) == ("86400", "order-101")
    assert request.headers["content-encoding"] == "aes128gcm"
    token, _, key = request.headers["authorization"].removeprefix("vapid t=").partition(", k=")
    assert isinstance(here, WebPush)
    assert key == here.public_key
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), wire.unpadded(key))
    claims: dict[str, Any] = jwt.decode(
        token,
        public,
        algorithms=["ES256"],
        audience="https://push.example.net",
        options={"verify_exp": False},
    )
    assert claims == {
        "aud": "https://push.example.net",
        "exp": int((NOW + timedelta(hours=12)).timestamp()),
        "sub": "mailto:halo@toko.test",
    }


async def test_a_service_that_names_nothing_took_it_all_the_same() -> None:
    assert (await answering("webpush", KEYS, 201).send(a_push())).provider_id == "msg-1"


@pytest.mark.parametrize(
    ("status", "kind", "because"),
    [
        (404, RefusedForGood, Because.RECIPIENT),
        (410, RefusedForGood, Because.RECIPIENT),
        (413, RefusedForGood, Because.MESSAGE),
        (429, RefusedForNow, Because.PACE),
        (503, RefusedForNow, Because.PACE),
        (401, RefusedForNow, Because.ACCOUNT),
        (403, RefusedForNow, Because.ACCOUNT),
        (301, RefusedForNow, Because.ACCOUNT),
    ],
)
async def test_what_a_service_s_answer_means(status: int, kind: type[SendRefused], because: Because) -> None:
    with pytest.raises(kind) as refused:
        await answering("webpush", KEYS, status, headers={"retry-after": "9"}).send(a_push())
    assert refused.value.because is because
    if because is Because.PACE:
        assert isinstance(refused.value, RefusedForNow)
        assert refused.value.again_after_s == 9.0


async def test_a_service_that_breaks_may_have_taken_it() -> None:
    with pytest.raises(OutcomeUnknown):
        await answering("webpush", KEYS, 500).send(a_push())
    with pytest.raises(OutcomeUnknown):
        await breaking("webpush", KEYS, httpx2.ReadTimeout("late")).send(a_push())


@pytest.mark.parametrize(
    "to",
    [
        "",
        "{}",
        "[]",
        given(endpoint="http://push.example.net/x"),
        given(endpoint="javascript:x"),
        given(p256dh="AAAA"),
        given(p256dh="!!"),
        given(auth="AAAA"),
    ],
)
async def test_what_no_browser_gave_is_refused_before_it_leaves(to: str) -> None:
    with pytest.raises(RefusedForGood, match="not_a_subscription"):
        await answering("webpush", KEYS, 201).send(Outgoing(to, "msg-1", "id", PUSH))


async def test_what_cannot_go() -> None:
    here = answering("webpush", KEYS, 201)
    with pytest.raises(RefusedForGood, match="too_long"):
        await here.send(a_push(Push("x" * 4000, "", "https://toko.test")))
    with pytest.raises(ContentNotOfChannel):
        await here.send(Outgoing(given(), "msg-1", "id", Text("x")))
    with pytest.raises(NoNews):
        here.read_news(Received("POST", ENDPOINT, {}))


def test_the_longest_message_fits_what_services_take() -> None:
    assert len(wire.encrypted(b"x" * wire.MOST_BYTES, wire.subscription(given()))) == 4096


def test_keys_of_every_kind() -> None:
    key = wire.private_key(KEYS["private_key"])
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    assert wire.public_text(wire.private_key(pem)) == wire.public_text(key)
    other = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="P-256"):
        wire.private_key(other.decode())
    with pytest.raises(ValueError, match="mailto"):
        answering("webpush", KEYS | {"subject": "toko"}, 201)
