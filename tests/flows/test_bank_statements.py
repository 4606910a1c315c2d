"""Payouts and the bank's lines: what fits is matched once, and what does not stays in sight on both sides."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from conftest import ShopFloor
from flows.paying import Till, a_till
from flows.settling import bring, faults, paid
from orderan.flows import reconcile as flow
from orderan.flows.watch_limits import watch_limits
from orderan.kit.crypto import Keyring
from orderan.settlements import Brought, read_camt
from settlements.sheets import camt, camt_entry, midtrans, midtrans_row

pytestmark = pytest.mark.anyio

ZONE = ZoneInfo("Asia/Jakarta")


@pytest.fixture
async def till(floor: ShopFloor, keyring: Keyring, now: datetime) -> Till:
    return await a_till(floor, keyring, now)


async def statement(till: Till, *entries: str) -> tuple[Brought, int | None]:
    read = read_camt("s.xml", camt(*entries), account="-", zone=ZONE)
    told: tuple[Brought, int | None] = await till.floor.run(
        lambda tx: flow.settle_statement(tx, "s.xml", read, now=till.clock.at)
    )
    return told


async def matches(till: Till) -> list[tuple[Any, ...]]:
    """(the bank's sum, how it is known, the payout's key) by sum."""
    rows = await till.floor.all(
        """
        SELECT bank_line.amount_minor, bank_line.matched_by, payout.key
        FROM bank_line LEFT JOIN payout ON payout.shop_id = bank_line.shop_id AND payout.id = bank_line.payout_id
        ORDER BY bank_line.amount_minor, bank_line.row_no
        """
    )
    return [tuple(row) for row in rows]


async def test_a_payout_is_known_by_its_reference_in_the_banks_words(till: Till, database_url: str) -> None:
    await bring(till, midtrans(midtrans_row((await paid(till)).reference)))

    brought, found = await statement(
        till, camt_entry(15_560, "2026-11-30", "TRF po 77001 midtrans"), camt_entry(9)
    )

    assert (brought.lines, found) == (2, 1)
    assert await matches(till) == [(9, None, None), (15_560, "reference", "PO-77001")]
    assert faults(till, database_url) == []


async def test_a_payout_without_a_name_is_known_by_its_sum_and_day_unless_there_is_a_choice(
    till: Till,
) -> None:
    rows = [
        midtrans_row(f"1-9{at}-1", gross, 0, 0, payout=f"PO-{at}") for at, gross in enumerate((700, 800, 800))
    ]
    await bring(till, midtrans(*rows))

    _, found = await statement(
        till,
        camt_entry(700, words="SETORAN"),
        camt_entry(800, words="SETORAN"),
        camt_entry(700, "2026-12-30", words="TERLAMBAT"),
    )

    assert found == 1
    assert await matches(till) == [
        (700, "amount_and_day", "PO-0"),
        (700, None, None),
        (800, None, None),
    ]


async def test_the_statement_may_come_before_the_settlement(till: Till) -> None:
    await statement(till, camt_entry(15_560))
    assert await matches(till) == [(15_560, None, None)]

    await bring(till, midtrans(midtrans_row((await paid(till)).reference)))

    assert await matches(till) == [(15_560, "reference", "PO-77001")]


async def test_the_same_statement_again_changes_nothing_and_an_overlapping_one_adds_what_is_new(
    till: Till,
) -> None:
    first, _ = await statement(till, camt_entry(10), camt_entry(20))
    again, found = await statement(till, camt_entry(10), camt_entry(20))
    assert (again.id, found) == (first.id, None)

    more, _ = await statement(till, camt_entry(20), camt_entry(30))

    assert (more.lines, more.known_before) == (1, 1)
    assert [row[0] for row in await matches(till)] == [10, 20, 30]


async def unseen(till: Till) -> list[tuple[int, int]]:
    """How many payouts a person is told of, and what they come to."""
    await till.floor.run(lambda tx: watch_limits(tx, now=till.clock.at))
    rows = await till.floor.all(
        """
        SELECT payload->'payouts' AS payouts, money_minor FROM exception_entry
        WHERE kind = 'payout_unseen' AND state = 'open'
        """
    )
    return [tuple(row) for row in rows]


async def test_a_payout_is_missed_once_the_statement_of_its_bank_account_tells_of_later_days(
    till: Till,
) -> None:
    rows = [
        midtrans_row(f"1-9{day}-1", 1_000, 0, 0, payout=f"PO-9900{day}", day=f"2026-11-{day}")
        for day in (10, 20, 21, 27)
    ]
    await bring(till, midtrans(*rows))
    till.later(timedelta(days=30))
    # A shop that brings no statements misses nothing.
    assert await unseen(till) == []

    # Before the first statement nothing is looked for, and what may still arrive is not missed.
    await statement(till, camt_entry(1_000, "2026-11-20", "PO-990020"), camt_entry(5, "2026-11-24"))
    assert await unseen(till) == []
    await statement(till, camt_entry(7, "2026-11-30"))
    assert await unseen(till) == [(1, 1_000)]

    # Money that comes late settles it.
    await statement(till, camt_entry(1_000, "2026-12-01", "TERLAMBAT PO-990021"))
    assert await unseen(till) == []


async def test_a_payout_a_later_file_adds_to_is_no_longer_what_the_bank_showed(
    till: Till, database_url: str
) -> None:
    await bring(till, midtrans(midtrans_row((await paid(till)).reference)))
    await statement(till, camt_entry(15_560))
    till.later(timedelta(hours=1))

    await bring(till, midtrans(midtrans_row("1-98-1", 100, 0, 0)))

    assert await matches(till) == [(15_560, None, None)]
    assert faults(till, database_url) == []
