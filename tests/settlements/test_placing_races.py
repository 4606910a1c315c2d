"""Two people, or a person and a file, who say of two sums that they are the same payout."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
import pytest

from conftest import ShopFloor
from fulfilment.working import an_order
from given import a_shop
from inventory.racing import Meeting, race
from orderan.flows.reconcile import settle_statement
from orderan.kit.crypto import Keyring
from orderan.orders import Terms
from orderan.settlements import PayoutNotWaiting, place_bank_money, read_camt, store_bank
from settlements.furnishing import ZONE, settlements
from settlements.sheets import camt, camt_entry

pytestmark = pytest.mark.anyio


@pytest.fixture
async def payout(floor: ShopFloor, keyring: Keyring, now: datetime) -> UUID:
    """One of 15.560 that the bank has not shown, with two sums it could be."""
    world = await a_shop(floor, now, stock={"kopi": 5})
    order = await an_order(world, keyring, ("kopi", 2), now=now, terms=Terms.PREPAID)
    await settlements(floor, order, now=now)
    strange = camt(camt_entry(13_060, words="TRF SATU"), camt_entry(13_061, words="TRF DUA"))
    read = read_camt("lain.xml", strange, account="1", zone=ZONE)
    await floor.run(lambda tx: settle_statement(tx, "lain.xml", read, now=now))
    found: UUID = await floor.value("SELECT id FROM payout WHERE reference = 'PO-88001'")
    return found


async def line(floor: ShopFloor, words: str) -> UUID:
    found: UUID = await floor.value("SELECT id FROM bank_line WHERE words = %(words)s", words=words)
    return found


async def placing(floor: ShopFloor, payout: UUID, now: datetime) -> list[Any]:
    works = [
        partial(place_bank_money, line_id=await line(floor, words), payout_id=payout, word="itu", now=now)
        for words in ("TRF SATU", "TRF DUA")
    ]
    return await race(floor, *works)


async def test_a_payout_is_one_of_two_sums_and_the_second_is_told(
    floor: ShopFloor, payout: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Meeting(floor).after(monkeypatch, store_bank, "waiting_payout")

    outcomes = await placing(floor, payout, now)

    assert {type(one) for one in outcomes} == {type(None), PayoutNotWaiting}
    assert await floor.value("SELECT count(*) FROM bank_line WHERE matched_by = 'hand'") == 1


async def test_control_without_the_lock_only_the_index_stops_the_second(
    floor: ShopFloor, payout: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def open_door(_: Any) -> None:
        return None

    monkeypatch.setattr(store_bank, "lock_matching", open_door)
    Meeting(floor).after(monkeypatch, store_bank, "waiting_payout")

    outcomes = await placing(floor, payout, now)

    assert {type(one) for one in outcomes} == {type(None), psycopg.errors.UniqueViolation}


async def test_a_statement_that_shows_the_payout_and_a_person_who_places_it_meet(
    floor: ShopFloor, payout: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await line(floor, "TRF SATU")
    shown = read_camt("koran2.xml", camt(camt_entry(15_560, words="TRF PO-88001")), account="1", zone=ZONE)
    meeting = Meeting(floor)
    meeting.after(monkeypatch, store_bank, "waiting_payout")
    meeting.after(monkeypatch, store_bank, "unmatched_payouts")

    outcomes = await race(
        floor,
        partial(place_bank_money, line_id=other, payout_id=payout, word="itu", now=now),
        partial(settle_statement, name="koran2.xml", read=shown, now=now),
    )

    assert not [one for one in outcomes if isinstance(one, psycopg.Error)]
    rows = await floor.all("SELECT matched_by FROM bank_line WHERE payout_id = %(id)s", id=payout)
    assert len(rows) == 1
