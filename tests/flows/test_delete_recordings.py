"""A buyer is erased: what their telephone provider recorded of them is deleted there, or somebody is told which call."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from conftest import ShopFloor
from flows.asking import CALLS, Office
from given import a_shop
from orderan.flows.delete_recordings import MOST_TRIES, RecordingDeleter
from orderan.flows.erase_customer import erase_customer
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.orders import Order
from orderan.sandbox.faults import Break
from orderan.sandbox.phones.faults import CALM, PhoneFaults
from orderan.sandbox.phones.models import SimCall
from orderan.verification import Policy, Step, Way, keep_policy
from orderan.worker import Rounds, VerificationRounds

pytestmark = pytest.mark.anyio

RECORDED = Step(Way.CALL, answer_minutes=10, record=True)


@pytest.fixture
async def office(floor: ShopFloor, keyring: Keyring, now: datetime) -> Office:
    return Office(await a_shop(floor, now, stock={"kopi": 50}), keyring, SetClock(now))


async def refused_by_call(office: Office) -> tuple[Order, SimCall]:
    """A recorded call whose buyer said no, so that nothing is on its way to them."""
    order = await office.order()
    await office.works()
    call = office.ringing()
    await office.exchange.pick_up(call)
    office.clock.at += timedelta(seconds=20)
    await office.exchange.press(call, "2")
    await office.works(minutes=3)
    return order, call


async def erased(office: Office, order: Order) -> None:
    buyer = order.customer_id
    assert buyer is not None
    await office.floor.run(
        lambda tx: erase_customer(tx, buyer, reason="diminta pembeli", now=office.clock.at)
    )


async def tells(office: Office) -> int:
    return await RecordingDeleter(office.floor.db, office.clock, office.clients).work_due(office.floor.caller)


async def stands(office: Office) -> tuple[str | None, int, bool, bool]:
    """The address that is kept, how often the provider was told, whether it is told again, whether it did."""
    [row] = await office.floor.all("SELECT recording_url, tries, next_at, gone_at FROM recording_deletion")
    return row.recording_url, row.tries, row.next_at is not None, row.gone_at is not None


async def left(office: Office) -> list[tuple[str, str, dict[str, Any]]]:
    rows = await office.floor.all(
        "SELECT reason, subject_kind, payload FROM exception_entry WHERE kind = 'recording_kept' AND state = 'open'"
    )
    return [(row.reason, row.subject_kind, row.payload) for row in rows]


@pytest.mark.parametrize("provider", CALLS)
async def test_it_is_deleted_where_the_provider_can_and_named_to_a_person_where_it_cannot(
    office: Office, provider: str
) -> None:
    await office.opens(provider)
    await office.asks_by(RECORDED)
    order, call = await refused_by_call(office)
    assert await tells(office) == 0
    await erased(office, order)
    address, *rest = await stands(office)
    assert (address is not None, rest) == (True, [0, True, False])

    rounds = VerificationRounds(Rounds(office.floor.db, office.clock), office.askers)
    await rounds.once()
    await rounds.finish()
    assert await tells(office) == 0
    if provider == "exotel":
        assert await stands(office) == (None, 1, False, False)
        [(why, about, told)] = await left(office)
        assert (why, about, told["provider"], told["call"]) == (
            "provider_cannot",
            "reach_account",
            "Exotel",
            call.id,
        )
        return
    assert await stands(office) == (None, 1, False, True)
    assert call.extra["recorded"] is False
    assert await left(office) == []


async def test_a_provider_that_is_down_is_told_again_until_it_is_a_persons(office: Office) -> None:
    await office.opens("twilio")
    await office.asks_by(RECORDED)
    order, call = await refused_by_call(office)
    await erased(office, order)
    office.spoil("twilio", PhoneFaults(breaks={Break.ERROR_BEFORE: 1.0}))
    assert await tells(office) == 1
    assert await tells(office) == 0
    assert (await stands(office))[1:] == (1, True, False)
    for _ in range(MOST_TRIES - 1):
        office.clock.at += timedelta(days=3)
        assert await tells(office) == 1
    assert await stands(office) == (None, MOST_TRIES, False, False)
    [(why, _, told)] = await left(office)
    assert (why, told["call"]) == ("provider_did_not", call.id)
    assert call.extra["recorded"] is True


async def test_one_that_is_told_of_after_the_erasure_is_deleted_too_and_an_unrecorded_call_never(
    office: Office,
) -> None:
    await office.opens("vonage")
    await office.asks_by(RECORDED)
    office.lost = True
    order, call = await refused_by_call(office)
    office.lost = False
    await erased(office, order)
    # Vonage knows a recording by its address alone, which nobody told yet.
    assert await tells(office) == 1
    assert await stands(office) == (None, 1, False, True)

    letters = office.exchange.carriers["vonage"].news(call, CALM, now=office.clock.at)
    assert set(await office.writes(letters)) == {200}
    await office.works()
    assert (await stands(office))[2:] == (True, False)
    assert await tells(office) == 1
    assert await stands(office) == (None, 1, False, True)
    assert call.extra["recorded"] is False
    assert [one.recording_url for one in await office.attempts(order.id)] == [None]

    unrecorded = Policy(steps=(replace(RECORDED, record=False),))
    await office.floor.run(lambda tx: keep_policy(tx, unrecorded, expected=2, now=office.clock.at))
    silent, _ = await refused_by_call(office)
    await erased(office, silent)
    assert await tells(office) == 0
