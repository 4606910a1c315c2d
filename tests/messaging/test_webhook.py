"""Webhooks: signed so that the standard's own library is content, and taken by the answers it names."""

import base64
import json

import httpx2
import pytest
from standardwebhooks import Webhook as Theirs

from messaging.simulated import NOW, answering, breaking, over
from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock, SystemClock
from orderan.kit.public_network import PublicCaller
from orderan.messaging import (
    Account,
    Because,
    ContentNotOfChannel,
    Hook,
    Lines,
    NoNews,
    OutcomeUnknown,
    Outgoing,
    Received,
    RefusedForGood,
    RefusedForNow,
    SendFailed,
    SendRefused,
    Text,
    open_messenger,
)
from orderan.messaging.webhook import wire

pytestmark = pytest.mark.anyio

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD = "whsec_" + base64.b64encode(b"o" * 32).decode()
TO = "https://penerima.test/hooks"
HOOK = Hook("order.paid", NOW, {"order": "ord_101", "total": 150_000})


def told(to: str = TO) -> Outgoing:
    return Outgoing(to, "msg_1", "id", HOOK)


def test_the_published_vector() -> None:
    """Source: the vector of Standard Webhooks' reference libraries."""
    body = b'{"test": 2432232314}'
    assert wire.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body, wire.key_of(SECRET)) == (
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


async def test_the_standard_s_own_library_is_content() -> None:
    went: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        went.append(request)
        return httpx2.Response(204)

    account = Account("webhook", "", {"secret": SECRET, "previous_secret": OLD})
    # Their library knows one clock, the machine's.
    here = open_messenger(account, over(httpx2.MockTransport(answer)), SystemClock())
    sent = await here.send(told())
    assert sent.provider_id == "msg_1"
    headers, body = dict(went[0].headers), went[0].content
    for secret in (SECRET, OLD):
        assert Theirs(secret).verify(body, headers) == {
            "type": "order.paid",
            "timestamp": "2026-11-11T04:00:00.000Z",
            "data": {"order": "ord_101", "total": 150_000},
        }
    assert headers["webhook-id"] == "msg_1"


async def test_every_attempt_has_its_own_time_and_the_same_id() -> None:
    stamps = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        stamps.append((request.headers["webhook-id"], request.headers["webhook-timestamp"]))
        return httpx2.Response(200)

    clock = SetClock(NOW)
    here = open_messenger(
        Account("webhook", "", {"secret": SECRET}), over(httpx2.MockTransport(answer)), clock
    )
    assert here.repeatable
    await here.send(told())
    clock.at = NOW.replace(minute=5)
    await here.send(told())
    first = int(NOW.timestamp())
    assert stamps == [("msg_1", str(first)), ("msg_1", str(first + 300))]


@pytest.mark.parametrize(
    ("status", "kind", "because"),
    [
        (410, RefusedForGood, Because.RECIPIENT),
        (429, RefusedForNow, Because.PACE),
        (502, RefusedForNow, Because.PACE),
        (504, RefusedForNow, Because.PACE),
        (301, RefusedForNow, Because.RECIPIENT),
        (404, RefusedForNow, Because.RECIPIENT),
    ],
)
async def test_what_a_receiver_s_answer_means(status: int, kind: type[SendRefused], because: Because) -> None:
    here = answering("webhook", {"secret": SECRET}, status, headers={"retry-after": "30"})
    with pytest.raises(kind) as refused:
        await here.send(told())
    assert refused.value.because is because
    if isinstance(refused.value, RefusedForNow):
        assert refused.value.again_after_s == 30.0


async def test_a_receiver_in_trouble_and_one_that_does_not_answer() -> None:
    with pytest.raises(SendFailed):
        await answering("webhook", {"secret": SECRET}, 500).send(told())
    with pytest.raises(OutcomeUnknown):
        await breaking("webhook", {"secret": SECRET}, httpx2.ReadTimeout("late")).send(told())


async def test_an_address_of_this_machine_is_not_called() -> None:
    lines = Lines(Caller(), PublicCaller())
    here = open_messenger(Account("webhook", "", {"secret": SECRET}), lines, SetClock(NOW))
    with pytest.raises(SendFailed, match="not public"):
        await here.send(told("http://169.254.169.254/latest/meta-data"))
    await lines.close()


async def test_what_cannot_go_is_refused_before_it_leaves() -> None:
    here = answering("webhook", {"secret": SECRET}, 200)
    for address in ("ftp://x.test", "penerima", "https://", "javascript:alert(1)"):
        with pytest.raises(RefusedForGood, match="not_an_address"):
            await here.send(told(address))
    long = Hook("order.paid", NOW, {"note": "x" * wire.MOST_BYTES})
    with pytest.raises(RefusedForGood, match="too_long"):
        await here.send(Outgoing(TO, "msg_1", "id", long))
    with pytest.raises(ContentNotOfChannel):
        await here.send(Outgoing(TO, "msg_1", "id", Text("x")))
    with pytest.raises(NoNews):
        here.read_news(Received("POST", TO, {}))


@pytest.mark.parametrize("secret", ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_????", "whsec_c2hvcnQ="])
def test_a_secret_that_is_none_opens_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        wire.key_of(secret)


def test_a_body_is_what_the_standard_asks_for() -> None:
    assert json.loads(wire.body(HOOK)).keys() == {"type", "timestamp", "data"}
