"""Every courier's client against its simulator: what is asked, booked once, followed and believed."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

import httpx2
import pytest

from couriers.carried import BASE, NOW, Depot, a_parcel, delivered, keys, rates_asked
from orderan.couriers import (
    ADDRESSES,
    PROVIDER_NAMES,
    PROVIDERS,
    Account,
    Booked,
    CourierClient,
    CourierFailed,
    CourierRefused,
    Does,
    Notice,
    NoticeForged,
    NoticeUnreadable,
    NotOffered,
    OutcomeUnknown,
    Rate,
    Received,
    Status,
    does_of,
    fields_of,
    open_courier,
    serves_of,
)
from orderan.couriers.jnt import wire
from orderan.kit.calling import Caller
from orderan.kit.clock import SetClock
from orderan.sandbox.models import Letter

BOOKS = {
    "biteship": ("jne", "reg"),
    "kiriminaja": ("jne", "REG23"),
    "jnt": ("jnt", "EZ"),
}
CALLED = ("biteship", "kiriminaja", "rajaongkir", "jnt")


async def book(depot: Depot, key: str = "0194c2b0aabb") -> Booked:
    courier, service = BOOKS[depot.provider]
    asked = a_parcel(courier, service, key, cost_minor=await price(depot, courier, service))
    return await depot.client.book(asked, await depot.client.prepare(asked))


async def price(depot: Depot, courier: str, service: str) -> int:
    found = await depot.client.rates(rates_asked(courier))
    return next(one.cost_minor for one in found if one.service == service)


def told_in(depot: Depot, letter: Letter) -> Sequence[Notice]:
    depot.client.check_notice(delivered(letter))
    return depot.client.read_notice(letter.body)


# What there is


def test_every_provider_has_a_name_an_address_and_says_what_it_needs_and_does() -> None:
    assert set(PROVIDERS) == set(PROVIDER_NAMES) == set(ADDRESSES)
    assert all(address.startswith("https://") for found in ADDRESSES.values() for address in found)
    for provider in PROVIDERS:
        assert fields_of(provider)
        assert does_of(provider)
    assert serves_of("jnt") == {"jnt"}
    with pytest.raises(ValueError, match="pigeon"):
        fields_of("pigeon")
    assert "sandbox" not in repr(Account("biteship", BASE, keys("biteship")))


@pytest.mark.parametrize("provider", CALLED)
def test_an_account_is_checked_by_a_question_that_changes_nothing(provider: str) -> None:
    depot = Depot(provider)
    asyncio.run(depot.client.check())
    assert depot.simulator.shelf.all() == []

    wrong = dict.fromkeys(keys(provider), "https://wrong.test")
    depot.client = open_courier(
        Account(provider, BASE, wrong | {"tariff_url": BASE, "order_prefix": "X"}),
        Caller(transport=httpx2.MockTransport(depot._answer)),
        depot.clock,
    )
    with pytest.raises(CourierRefused):
        asyncio.run(depot.client.check())


@pytest.mark.parametrize("provider", CALLED)
@pytest.mark.parametrize("as_text", [False, True])
def test_rates_are_read_however_their_numbers_are_written(provider: str, as_text: bool) -> None:
    depot = Depot(provider)
    depot.simulator.shelf.quirks.numbers_as_text = as_text
    found = {
        (one.courier, one.service): one for one in asyncio.run(depot.client.rates(rates_asked("jne", "jnt")))
    }
    expected = {
        "biteship": Rate("jne", "reg", 22_000, cod=True, least_days=2, most_days=3),
        "kiriminaja": Rate("jne", "REG23", 21_600, cod=True, least_days=2, most_days=3),
        "rajaongkir": Rate("jne", "REG", 23_000, least_days=2, most_days=3),
        "jnt": Rate("jnt", "EZ", 20_000, cod=True),
    }[provider]
    assert found[expected.courier, expected.service] == expected


def test_cash_and_insurance_are_told_with_the_rate() -> None:
    found = asyncio.run(Depot("biteship").client.rates(rates_asked("jne", cod_minor=200_000, insured=True)))
    assert [(one.service, one.cod_fee_minor, one.insurance_minor) for one in found] == [("reg", 8_000, 300)]
    found = asyncio.run(Depot("kiriminaja").client.rates(rates_asked("jne", cod_minor=200_000, insured=True)))
    assert [(one.cod_fee_minor, one.insurance_minor) for one in found] == [(6_000, 375)]


# Booking


@pytest.mark.parametrize("provider", list(BOOKS))
def test_a_parcel_is_booked_followed_and_not_cancelled_once_it_is_fetched(provider: str) -> None:
    async def story() -> None:
        depot = Depot(provider)
        booked = await book(depot)
        [parcel] = depot.simulator.shelf.all()
        assert (booked.awb, booked.status) == (parcel.awb, Status.BOOKED)
        assert parcel.cod == 0
        for deed in ("pick", "move", "fail", "deliver"):
            depot.play(parcel, deed)
            depot.clock.at = depot.clock.at.replace(minute=depot.clock.at.minute + 1)
        assert booked.awb is not None
        key = None if provider == "biteship" else "0194c2b0aabb"
        told = await depot.client.track(BOOKS[provider][0], booked.awb, key=key)
        assert [step.status for step in told.steps][-4:] == [
            Status.PICKED_UP,
            Status.IN_TRANSIT,
            Status.DELIVERY_FAILED,
            Status.DELIVERED,
        ]
        assert told.steps[-1].at == NOW.replace(minute=3)
        assert await depot.client.cancel(booked, "batal") is False

        other = await book(depot, "0194c2b0ccdd")
        assert await depot.client.cancel(other, "batal") is True

    asyncio.run(story())


@pytest.mark.parametrize("provider", ["biteship", "kiriminaja"])
def test_an_answer_that_was_lost_is_looked_up_and_asked_again_it_is_the_same_booking(provider: str) -> None:
    async def story() -> None:
        depot = Depot(provider)
        courier, service = BOOKS[provider]
        asked = a_parcel(courier, service, cost_minor=await price(depot, courier, service))
        reference = await depot.client.prepare(asked)
        assert await depot.client.look_up(asked.key, reference) is None
        depot.broken = [None]
        with pytest.raises(OutcomeUnknown):
            await depot.client.book(asked, reference)
        found = await depot.client.look_up(asked.key, reference)
        again = await depot.client.book(asked, reference)
        [parcel] = depot.simulator.shelf.all()
        assert found is not None
        assert found.awb == again.awb == parcel.awb

    asyncio.run(story())


def test_jnt_books_a_name_once_and_a_person_looks_where_its_answer_was_lost() -> None:
    async def story() -> None:
        depot = Depot("jnt")
        asked = a_parcel("jnt", "EZ", cod_minor=150_000)
        depot.broken = [None]
        with pytest.raises(OutcomeUnknown):
            await depot.client.book(asked, None)
        with pytest.raises(NotOffered):
            await depot.client.look_up(asked.key, None)
        with pytest.raises(OutcomeUnknown, match="booked_before"):
            await depot.client.book(asked, None)
        [parcel] = depot.simulator.shelf.all()
        assert parcel.cod == 150_000

    asyncio.run(story())


@pytest.mark.parametrize("provider", list(BOOKS))
@pytest.mark.parametrize(
    ("status", "kind"), [(503, OutcomeUnknown), (429, CourierFailed), (403, CourierRefused)]
)
def test_what_a_broken_answer_to_a_booking_means(provider: str, status: int, kind: type[Exception]) -> None:
    async def story() -> None:
        depot = Depot(provider)
        courier, service = BOOKS[provider]
        asked = a_parcel(courier, service, cost_minor=await price(depot, courier, service))
        reference = await depot.client.prepare(asked)
        depot.broken = [status]
        with pytest.raises(kind):
            await depot.client.book(asked, reference)

    asyncio.run(story())


def test_a_number_that_comes_later_comes_by_letter() -> None:
    async def story() -> None:
        for provider in ("biteship", "kiriminaja"):
            depot = Depot(provider)
            depot.simulator.shelf.quirks.late_awb = True
            depot.simulator.shelf.quirks.unknown_at_first = True
            booked = await book(depot)
            assert booked.awb is None
            assert not (await depot.client.track("jne", "JOG0000000001")).known
            [parcel] = depot.simulator.shelf.all()
            [letter] = depot.play(parcel, "pick")
            [notice] = told_in(depot, letter)
            # KiriminAja's letter of a fetched parcel has no number in it; who tracks it is told.
            assert notice.awb == (parcel.awb if provider == "biteship" else None)
            assert notice.reference == booked.reference
            assert notice.steps[0].status is Status.PICKED_UP

    asyncio.run(story())


# Letters


def letters(provider: str, *deeds: str) -> list[tuple[Depot, Notice]]:
    async def story() -> list[tuple[Depot, Notice]]:
        depot = Depot(provider)
        await book(depot)
        [parcel] = depot.simulator.shelf.all()
        told = [letter for deed in deeds for letter in depot.play(parcel, deed)]
        return [(depot, notice) for one in told for notice in told_in(depot, one)]

    return asyncio.run(story())


@pytest.mark.parametrize("provider", ["biteship", "kiriminaja", "jnt"])
def test_a_parcel_that_came_back_is_never_told_as_delivered(provider: str) -> None:
    found = [notice for _, notice in letters(provider, "pick", "refuse", "send_back", "arrive_back")]
    told = [step.status for notice in found for step in notice.steps]
    assert told[-2:] == [Status.RETURNING, Status.RETURNED]
    assert Status.DELIVERED not in told
    assert {notice.proven for notice in found} == {provider != "jnt"}


@pytest.mark.parametrize("provider", ["biteship", "kiriminaja", "jnt"])
def test_a_letter_that_does_not_show_whose_it_is_is_forged(provider: str) -> None:
    async def story() -> None:
        depot = Depot(provider)
        await book(depot)
        [parcel] = depot.simulator.shelf.all()
        [letter] = depot.play(parcel, "tell")
        with pytest.raises(NoticeForged):
            told_in(depot, depot.simulator.forged(letter))
        for garbled in (b"[]", b"{", b'{"method": "party"}', b"\xff"):
            with pytest.raises(NoticeUnreadable):
                told_in(depot, replace(letter, body=garbled))

    asyncio.run(story())


def test_an_empty_letter_only_tries_the_address() -> None:
    client = Depot("biteship").client
    client.check_notice(Received("POST", BASE, {}, b""))
    assert client.read_notice(b"") == ()


def test_a_price_that_was_corrected_and_both_shapes_of_a_letter_are_read() -> None:
    [(_, notice)] = letters("biteship", "reprice")
    assert (notice.cost_minor, notice.steps) == (33_000, ())

    depot = Depot("biteship")
    nested = {
        "event": "order.status",
        "order_id": "5ff0000000000000000000a1",
        "status": "on_hold",
        "courier": {"company": "sicepat", "waybill_id": "002589984055"},
    }
    [read] = depot.client.read_notice(json.dumps(nested).encode())
    assert (read.courier, read.awb) == ("sicepat", "002589984055")
    assert read.steps[0].status is Status.DELIVERY_FAILED


def test_a_buyer_who_will_not_pay_is_another_failure_than_an_empty_house() -> None:
    depot = Depot("kiriminaja")

    async def story() -> list[bool]:
        await book(depot)
        [parcel] = depot.simulator.shelf.all()
        for deed in ("pick", "fail", "refuse"):
            depot.play(parcel, deed)
        told = await depot.client.track("jne", str(parcel.awb), key="0194c2b0aabb")
        return [step.refused for step in told.steps if step.status is Status.DELIVERY_FAILED]

    assert asyncio.run(story()) == [False, True]


def test_rajaongkir_follows_what_others_carry_and_asks_jne_with_the_telephones_last_digits() -> None:
    async def story() -> None:
        carrier, asked = Depot("biteship"), Depot("rajaongkir")
        asked.simulator.others = carrier.simulator.shelf.all  # type: ignore[attr-defined]
        booked = await book(carrier)
        parcel = carrier.kept(booked.reference)
        for deed in ("pick", "send_back", "arrive_back"):
            carrier.play(parcel, deed)
        told = await asked.client.track("jne", str(booked.awb), phone="+6281234567890")
        assert asked.went[-1].query["last_phone_number"] == "67890"
        assert [step.status for step in told.steps] == [
            Status.BOOKED,
            Status.PICKED_UP,
            Status.RETURNING,
            Status.RETURNED,
        ]
        assert Does.BOOK not in asked.client.does
        with pytest.raises(NotOffered):
            await asked.client.book(a_parcel("jne", "REG"), None)

    asyncio.run(story())


# J&T


def test_the_signature_of_jnt_is_the_base64_of_a_hexadecimal_text() -> None:
    signed = wire.sign('{"detail":[{"orderid":"ORDER-101"}]}', "testkey")
    assert signed == "NDdkYzljM2VmYmUwOWZlZTU1OTJiZGYwYTIyYjliNjM="


@pytest.mark.parametrize(
    ("grams", "told"), [(1, "0.01"), (1_000, "1.00"), (1_001, "1.01"), (1_250, "1.25"), (12_340, "12.34")]
)
def test_kilograms_are_written_without_losing_a_gram_upwards(grams: int, told: str) -> None:
    assert wire.kilograms(grams) == told


def test_labels_carry_what_sorts_the_parcel() -> None:
    assert asyncio.run(book(Depot("jnt"))).routing_code == "320-PLM01-002"
    assert asyncio.run(book(Depot("biteship"))).routing_code == "CGK-10110"


# Numbers out of a range, own riders


def numbered(**others: str) -> CourierClient:
    told = {"courier": "wahana", "prefix": "AB", "first": "0098", "last": "0102", "check_digit": "none"}
    return open_courier(Account("numbered", "", told | others), Caller(), SetClock(NOW))


@pytest.mark.parametrize(
    ("check", "numbers"),
    [
        ("none", ["AB0098", "AB0099", "AB0100", "AB0101", "AB0102"]),
        ("mod7", ["AB00980", "AB00991", "AB01002", "AB01013", "AB01024"]),
        ("mod10", ["AB00984", "AB00992", "AB01008", "AB01016", "AB01024"]),
    ],
)
def test_a_range_hands_out_each_of_its_numbers_and_no_other(check: str, numbers: list[str]) -> None:
    client = numbered(check_digit=check)

    async def taken(serial: int) -> str | None:
        return (await client.book(a_parcel("wahana", "reg", serial=serial), None)).awb

    assert [asyncio.run(taken(serial)) for serial in range(5)] == numbers
    with pytest.raises(CourierRefused, match="range_used_up"):
        asyncio.run(taken(5))


@pytest.mark.parametrize(
    "wrong", [{"first": "200"}, {"last": "0001"}, {"first": "x098"}, {"check_digit": "crc"}, {"prefix": "ab"}]
)
def test_a_range_that_is_none_is_not_opened(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"range|prefix"):
        numbered(**wrong)


def test_own_riders_go_to_their_cities_at_their_price() -> None:
    told = {"cities": "Bandung, Cimahi", "cost_minor": "12000", "days": "1"}
    own = open_courier(Account("own", "", told), Caller(), SetClock(NOW))
    assert asyncio.run(own.rates(rates_asked("own"))) == [
        Rate("own", "antar", 12_000, 0, 0, cod=True, least_days=1, most_days=1)
    ]
    assert asyncio.run(own.rates(rates_asked("jne"))) == []
    booked = asyncio.run(own.book(a_parcel("own", "antar"), None))
    assert booked.awb == "OWN-101-B0AABB"
    with pytest.raises(ValueError, match="price"):
        open_courier(Account("own", "", told | {"cost_minor": "murah"}), Caller(), SetClock(NOW))
