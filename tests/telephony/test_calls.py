"""A call from the first ring to the last word, at every provider, in good weather and in bad."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from orderan.sandbox.faults import Break
from orderan.sandbox.phones.crowd import CROWDS, Crowd, Manner
from orderan.sandbox.phones.exchange import MOST_TURNS, NotNow
from orderan.sandbox.phones.faults import DigitsAs, PhoneFaults
from orderan.sandbox.phones.models import SimCall, Stage
from orderan.telephony import (
    OVER,
    CallState,
    DeletesRecordings,
    Fault,
    HangsUp,
    OutcomeUnknown,
    Prompt,
    TelephoneFailed,
    TelephoneRefused,
    TelephoneTrouble,
    further,
)
from telephony.phoning import QUESTION, THANKS, World, an_asked

pytestmark = pytest.mark.anyio

QUEUED, RINGING, ANSWERED = CallState.QUEUED, CallState.RINGING, CallState.ANSWERED
TOLD = {
    "exotel": [ANSWERED, CallState.COMPLETED],
    "twilio": [QUEUED, RINGING, ANSWERED, CallState.COMPLETED],
    "vonage": [QUEUED, RINGING, ANSWERED, CallState.COMPLETED],
}
"""What each provider writes of a call that is answered."""


def states(world: World) -> list[CallState]:
    return [news.state for news in world.news if news.state is not None]


def heard_by(call: SimCall) -> list[str]:
    return [line.text for line in call.lines if line.who == "voice"]


async def test_a_question_is_asked_and_the_key_pressed_comes_back(world: World) -> None:
    call = await world.call()
    assert (call.stage, call.to.lstrip("+"), call.caller_id.lstrip("+")) == (
        Stage.RINGING,
        "6281234567890",
        "622150001234",
    )

    await world.exchange.pick_up(call)
    assert heard_by(call) == [QUESTION.text]
    world.clock.at += timedelta(seconds=21)
    await world.exchange.press(call, "1")

    assert heard_by(call) == [QUESTION.text, THANKS.text]
    assert [digits for digits in world.digits if digits is not None] == ["1"]
    assert {(one.call_id, one.reference) for one in world.heard} == {(call.id, "cal-101-1")}
    assert states(world) == TOLD[world.carrier.name]
    assert {news.reference for news in world.news} == {"cal-101-1"}
    truth = await world.telephone.look_up(call.id)
    assert truth is not None
    assert (truth.call_id, truth.state, truth.duration_s) == (call.id, CallState.COMPLETED, 21)
    assert truth.price is not None
    assert (truth.price.currency, truth.price.minor, truth.price.exact) == {
        "exotel": ("IDR", 600, "600.000000"),
        "twilio": ("USD", 1, "0.0085"),
        "vonage": ("EUR", 1, "0.00444500"),
    }[world.carrier.name]


async def test_what_the_provider_is_told_of_languages_reaches_the_voice(world: World) -> None:
    world.say = lambda _: Prompt("Press one & two <now>", "en")
    call = await world.call()
    await world.exchange.pick_up(call)
    assert heard_by(call) == ["Press one & two <now>"]
    language = {"exotel": "", "twilio": "en-US", "vonage": "en-US"}[world.carrier.name]
    assert call.lines[0].language == language


async def test_silence_is_no_decision_and_the_question_comes_again(world: World) -> None:
    call = await world.call()
    await world.exchange.pick_up(call)
    for _ in range(3):
        await world.exchange.tick()
        assert call.stage is Stage.TALKING
        world.clock.at += timedelta(seconds=30)
        await world.exchange.tick()

    assert [digits for digits in world.digits if digits is not None] == ["", "", ""]
    assert heard_by(call) == [QUESTION.text] * 3 + [THANKS.text]
    assert call.stage is Stage.COMPLETED


async def test_several_digits_are_gathered_until_enough_or_the_finishing_key(world: World) -> None:
    world.say = lambda heard: THANKS if heard.digits else Prompt("Kode?", "id", digits=4)
    first, second = await world.call(), await world.call(reference="cal-102-1")
    for call in (first, second):
        await world.exchange.pick_up(call)

    for key in "2468":
        await world.exchange.press(first, key)
    await world.exchange.press(second, "1")
    await world.exchange.press(second, "3#")

    assert [one.digits for one in world.heard if one.digits] == ["2468", "13"]
    assert (first.stage, second.stage) == (Stage.COMPLETED, Stage.COMPLETED)


async def test_fewer_digits_than_wanted_go_when_the_wait_is_over(world: World) -> None:
    world.say = lambda heard: THANKS if heard.digits else Prompt("Kode?", "id", digits=4)
    call = await world.call()
    await world.exchange.pick_up(call)
    await world.exchange.press(call, "2")
    assert world.digits == [None]
    world.clock.at += timedelta(seconds=5)
    await world.exchange.tick()
    assert [digits for digits in world.digits if digits is not None] == ["2"]
    assert call.stage is Stage.COMPLETED


@pytest.mark.parametrize(
    ("stage", "state"),
    [
        (Stage.BUSY, CallState.BUSY),
        (Stage.NO_ANSWER, CallState.NO_ANSWER),
        (Stage.FAILED, CallState.FAILED),
    ],
)
async def test_a_call_nobody_takes_says_why(world: World, stage: Stage, state: CallState) -> None:
    call = await world.call()
    await world.exchange.decline(call, stage)

    assert states(world)[-1] is state
    truth = await world.telephone.look_up(call.id)
    assert truth is not None
    assert (truth.state, truth.price) == (state, None)
    assert not truth.duration_s
    assert world.heard == []


async def test_it_rings_as_long_as_was_asked_and_no_longer(world: World) -> None:
    call = await world.call(ring_s=20)
    world.clock.at += timedelta(seconds=19)
    await world.exchange.tick()
    assert call.stage is Stage.RINGING
    world.clock.at += timedelta(seconds=1)
    await world.exchange.tick()
    assert states(world)[-1] is CallState.NO_ANSWER


async def test_a_voicemail_is_told_from_a_person_where_the_provider_looks(world: World) -> None:
    machine, person = await world.call(detect_machine=True), await world.call(detect_machine=True)
    await world.exchange.pick_up(machine, machine=True)
    await world.exchange.pick_up(person)

    told = {call.id: [n.machine for n in world.news if n.call_id == call.id] for call in (machine, person)}
    if world.carrier.name == "exotel":
        assert set(told[machine.id]) | set(told[person.id]) == {None}
    else:
        assert (told[machine.id][-1], told[person.id][-1]) == (True, False)
        assert [n.state for n in world.news if n.call_id == machine.id][-1] is CallState.MACHINE
        assert [n.state for n in world.news if n.call_id == person.id][-1] is ANSWERED
    if world.carrier.name == "twilio":
        assert [one.machine for one in world.heard] == [True, False]
    assert [one.digits for one in world.heard] == [None, None]


async def test_a_recording_is_told_of_when_it_was_asked_for(world: World) -> None:
    recorded, silent = await world.call(record=True), await world.call(reference="cal-102-1")
    for call in (recorded, silent):
        await world.exchange.pick_up(call)
        await world.exchange.press(call, "1")

    [address] = {news.recording_url for news in world.news} - {None}
    assert address is not None
    assert address.startswith("https://")
    truth = await world.telephone.look_up(recorded.id)
    assert truth is not None
    # Vonage keeps it apart from the call, and tells of it once.
    assert (truth.recording_url is None) == (world.carrier.name == "vonage")
    other = await world.telephone.look_up(silent.id)
    assert other is not None
    assert other.recording_url is None


async def test_a_recording_that_is_null_is_none(world: World) -> None:
    world.spoil(PhoneFaults(no_recording=True))
    call = await world.call(record=True)
    await world.exchange.pick_up(call)
    await world.exchange.press(call, "1")
    truth = await world.telephone.look_up(call.id)
    assert truth is not None
    assert truth.recording_url is None
    assert {news.recording_url for news in world.news} == {None}


@pytest.mark.parametrize(
    ("how", "arrives"),
    [
        (DigitsAs.QUOTED, "1"),
        (DigitsAs.BARE, "1"),
        (DigitsAs.TWICE, "11"),
        (DigitsAs.MISSING, ""),
    ],
)
async def test_digits_are_read_however_they_are_written(world: World, how: DigitsAs, arrives: str) -> None:
    world.spoil(PhoneFaults(digits=how))
    call = await world.call()
    await world.exchange.pick_up(call)
    await world.exchange.press(call, "1")
    assert [digits for digits in world.digits if digits is not None] == [arrives]
    # What is no key we asked for is no decision: the question comes again.
    assert len(heard_by(call)) == 2
    assert (heard_by(call)[-1] == THANKS.text) == (arrives == "1")


async def test_a_key_may_come_after_the_end_was_told(world: World) -> None:
    world.spoil(PhoneFaults(late_digit=True))
    call = await world.call()
    await world.exchange.pick_up(call)
    await world.exchange.press(call, "1")

    assert states(world) == TOLD[world.carrier.name]
    assert [digits for digits in world.digits if digits is not None] == ["1"]
    news_path, ask_path = "/phone/1/news", "/phone/1/ask"
    paths = [received.url.partition("?")[0].removeprefix("https://toko.test") for received in world.came]
    assert paths[-2:] == [news_path, ask_path]
    assert heard_by(call) == [QUESTION.text]


async def test_news_may_come_with_the_end_first_and_stands_as_if_it_had_come_last(world: World) -> None:
    world.spoil(PhoneFaults(end_first=True))
    call = await world.call()
    await world.exchange.pick_up(call)
    await world.exchange.press(call, "1")

    came = states(world)
    assert came[0] is CallState.COMPLETED
    assert sorted(came) == sorted(TOLD[world.carrier.name])
    stands = QUEUED
    for state in came:
        stands = further(stands, state)
    assert stands is CallState.COMPLETED


async def test_news_of_the_end_that_never_comes_is_found_by_asking(world: World) -> None:
    world.spoil(PhoneFaults(no_end=True))
    call = await world.call()
    await world.exchange.pick_up(call)
    await world.exchange.press(call, "1")
    assert not set(states(world)) & OVER
    truth = await world.telephone.look_up(call.id)
    assert truth is not None
    assert truth.state is CallState.COMPLETED


async def test_the_same_news_three_times_has_one_key(world: World) -> None:
    world.spoil(PhoneFaults(thrice=True))
    call = await world.call()
    await world.exchange.pick_up(call)
    await world.exchange.press(call, "1")
    assert len(world.news) == 3 * len(TOLD[world.carrier.name])
    assert len({news.dedupe_key for news in world.news}) == len(TOLD[world.carrier.name])


async def test_news_of_a_stranger_is_not_believed(world: World) -> None:
    world.spoil(PhoneFaults(forged=1.0))
    call = await world.call()
    await world.exchange.decline(call)
    assert world.news == []
    assert world.forged >= 1


@pytest.mark.parametrize(
    "raw", [(200, b"\xff"), (500, b""), (404, b"<html/>"), (200, b"<Response><Dance/></Response>")]
)
async def test_what_no_provider_understands_ends_the_call(world: World, raw: tuple[int, bytes]) -> None:
    world.raw = raw
    call = await world.call()
    await world.exchange.pick_up(call)
    assert (call.stage, [line.who for line in call.lines]) == (Stage.COMPLETED, ["note"])
    assert states(world)[-1] is CallState.COMPLETED


@pytest.mark.parametrize(
    ("faults", "error", "fault", "called"),
    [
        (PhoneFaults(too_many=1.0), TelephoneFailed, Fault.BUSY, False),
        (PhoneFaults(breaks={Break.ERROR_BEFORE: 1.0}), OutcomeUnknown, Fault.SERVER, False),
        (PhoneFaults(breaks={Break.ERROR_AFTER: 1.0}), OutcomeUnknown, Fault.SERVER, True),
        (PhoneFaults(breaks={Break.GARBLED: 1.0}), OutcomeUnknown, Fault.GARBLED, True),
    ],
    ids=["429", "503", "500", "garbled"],
)
async def test_a_call_that_may_have_been_made_is_told_from_one_that_was_not(
    world: World,
    faults: PhoneFaults,
    error: type[TelephoneFailed | OutcomeUnknown],
    fault: Fault,
    called: bool,
) -> None:
    world.spoil(faults)
    with pytest.raises(error) as raised:
        await world.telephone.place(an_asked())
    await world.exchange.settle()
    assert getattr(raised.value, "fault", None) is fault
    assert len(world.carrier.book) == called


@pytest.mark.parametrize(("how", "called"), [(Break.HANG_BEFORE, False), (Break.HANG_AFTER, True)])
async def test_a_provider_that_never_answers_may_have_called(world: World, how: Break, called: bool) -> None:
    world.spoil(PhoneFaults(breaks={how: 1.0}))
    with pytest.raises(OutcomeUnknown) as raised:
        await world.patient(0.05).place(an_asked())
    await world.exchange.settle()
    assert (raised.value.fault, len(world.carrier.book)) == (Fault.TIMEOUT, called)


@pytest.mark.parametrize("slow_s", [0.01])
async def test_a_slow_provider_is_waited_for(world: World, slow_s: float) -> None:
    world.spoil(PhoneFaults(slow_s=slow_s))
    call = await world.call()
    assert call.stage is Stage.RINGING


async def test_a_question_that_was_not_answered_changed_nothing(world: World) -> None:
    call = await world.call()
    world.spoil(PhoneFaults(breaks={Break.ERROR_BEFORE: 1.0}))
    with pytest.raises(TelephoneFailed) as down:
        await world.telephone.look_up(call.id)
    world.spoil(PhoneFaults(breaks={Break.GARBLED: 1.0}))
    with pytest.raises(TelephoneFailed) as garbled:
        await world.telephone.look_up(call.id)
    assert (down.value.fault, garbled.value.fault) == (Fault.SERVER, Fault.GARBLED)


async def test_a_call_the_provider_never_heard_of_is_none(world: World) -> None:
    assert await world.telephone.look_up("CA-nobody") is None
    if isinstance(world.telephone, HangsUp):
        with pytest.raises(TelephoneRefused):
            await world.telephone.hang_up("CA-nobody")


async def test_a_number_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(TelephoneRefused):
        await world.telephone.place(an_asked(to="nobody"))
    assert len(world.carrier.book) == 0


async def test_a_call_is_ended_from_here_where_the_provider_can(world: World) -> None:
    ringing, talking = await world.call(), await world.call(reference="cal-102-1")
    await world.exchange.pick_up(talking)
    telephone = world.telephone
    assert isinstance(telephone, HangsUp) == (world.carrier.name != "exotel")
    if not isinstance(telephone, HangsUp):
        return

    for call in (ringing, talking, talking):
        await telephone.hang_up(call.id)
    await world.exchange.settle()

    truths = [await world.telephone.look_up(call.id) for call in (ringing, talking)]
    assert [truth and truth.state for truth in truths] == [
        CallState.NO_ANSWER if world.carrier.name == "twilio" else CallState.FAILED,
        CallState.COMPLETED,
    ]
    assert {news.call_id for news in world.news if news.state in OVER} == {ringing.id, talking.id}


async def test_a_recording_is_deleted_from_here_where_the_provider_can(world: World) -> None:
    recorded, silent = await world.call(record=True), await world.call(reference="cal-102-1")
    for call in (recorded, silent):
        await world.exchange.pick_up(call)
        await world.exchange.press(call, "1")
    [address] = {news.recording_url for news in world.news} - {None}
    telephone = world.telephone
    assert isinstance(telephone, DeletesRecordings) == (world.carrier.name != "exotel")
    if not isinstance(telephone, DeletesRecordings):
        return

    assert recorded.extra["recorded"]
    # What is there no more, and what never was, is no trouble.
    for call_id, told in (
        (recorded.id, address),
        (recorded.id, address),
        (silent.id, None),
        ("unknown", None),
    ):
        await telephone.delete_recordings(call_id, told)
    assert not recorded.extra["recorded"]
    truth = await telephone.look_up(recorded.id)
    assert (truth and truth.recording_url) is None
    if world.carrier.name == "vonage":
        with pytest.raises(TelephoneRefused, match="not_a_recording"):
            await telephone.delete_recordings(recorded.id, "https://elsewhere.test/v1/calls/1")
    world.spoil(PhoneFaults(breaks={Break.ERROR_BEFORE: 1.0}))
    with pytest.raises(TelephoneTrouble):
        await telephone.delete_recordings(recorded.id, address)


async def test_whoever_is_called_may_hang_up(world: World) -> None:
    call = await world.call()
    await world.exchange.pick_up(call)
    await world.exchange.hang_up(call)
    assert states(world)[-1] is CallState.COMPLETED
    assert [one.digits for one in world.heard] == [None]
    with pytest.raises(NotNow):
        await world.exchange.press(call, "1")


async def test_a_shop_that_goes_in_circles_is_hung_up_on(open_world: Callable[..., World]) -> None:
    world = open_world("twilio")
    world.raw = (200, b"<Response><Redirect/></Response>")
    call = await world.call()
    await world.exchange.pick_up(call)
    assert (call.stage, len(world.heard)) == (Stage.COMPLETED, MOST_TURNS)


KEYS = {
    Manner.CONFIRMS: {"1"},
    Manner.REFUSES: {"2"},
    Manner.GOES_OUT: {"3"},
    Manner.MISTYPES: {"7"},
    Manner.LISTENS: {""},
}


@pytest.mark.parametrize("manner", list(Manner))
async def test_a_crowd_does_what_its_manner_says(world: World, manner: Manner) -> None:
    world.exchange.crowd = Crowd({manner: 1.0}, thinks=(0.0, 0.0))
    call = await world.call(detect_machine=True)
    for _ in range(6):
        await world.exchange.tick()
        world.clock.at += timedelta(seconds=31)

    assert set(world.digits) - {None} == KEYS.get(manner, {""} if manner is Manner.MACHINE else set())
    assert call.machine == (manner is Manner.MACHINE)
    assert call.stage is {Manner.IGNORES: Stage.NO_ANSWER, Manner.BUSY: Stage.BUSY}.get(
        manner, Stage.COMPLETED
    )


def test_a_crowd_can_be_had_again_and_is_made_up_as_it_says() -> None:
    usual = CROWDS["usual"]
    drawn = [Crowd(usual, seed=7).draw() for _ in range(3)]
    assert len(set(drawn)) == 1
    first, second = Crowd(usual, seed=7), Crowd(usual, seed=7)
    many = [first.draw() for _ in range(2_000)]
    assert many == [second.draw() for _ in range(2_000)]
    for manner, share in usual.items():
        assert abs(many.count(manner) / 2_000 - share) < 0.04


async def test_two_at_one_telephone_are_heard_one_after_the_other(world: World) -> None:
    call = await world.call()
    await world.exchange.pick_up(call)
    both = await asyncio.gather(
        world.exchange.press(call, "1"), world.exchange.press(call, "2"), return_exceptions=True
    )
    assert [type(one) for one in both if one is not None] == [NotNow]
    assert [one.digits for one in world.heard if one.digits] == ["1"]
