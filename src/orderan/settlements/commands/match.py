"""Which money on the bank account is which payout.

By the payout's reference in the bank's words and the sum; else by the sum and the days after it, where
neither side leaves a choice. What two could be is left to a person: both stay visible.
"""

from collections import defaultdict
from typing import Any, Final
from uuid import UUID

from orderan.kit.db import Tx
from orderan.settlements import store_bank
from orderan.settlements.reading.table import bare
from orderan.settlements.rules import ARRIVES_WITHIN

SHORTEST_REFERENCE: Final = 6
"""A shorter one stands in other words by chance."""


async def match_payouts(tx: Tx) -> int:
    """Match what is unmatched on both sides; returns how many bank lines found their payout."""
    arrived = await store_bank.lock_unmatched_bank_lines(tx)
    if not arrived:
        return 0
    payouts = await store_bank.unmatched_payouts(tx, {line.amount_minor for line in arrived})
    matches = matched(arrived, payouts)
    if matches:
        await store_bank.set_payouts(tx, matches)
    return len(matches)


def matched(arrived: list[Any], payouts: list[Any]) -> dict[UUID, tuple[UUID, str]]:
    """Bank lines to their payouts, each at most once, and by what it is known."""
    found: dict[UUID, tuple[UUID, str]] = {}
    _only(arrived, payouts, _by_reference, "reference", found)
    left = [line for line in arrived if line.id not in found]
    taken = {payout for payout, _ in found.values()}
    _only(left, [one for one in payouts if one.id not in taken], _by_day, "amount_and_day", found)
    return found


def _only(
    arrived: list[Any], payouts: list[Any], fits: Any, how: str, found: dict[UUID, tuple[UUID, str]]
) -> None:
    by_sum: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for payout in payouts:
        by_sum[payout.net_minor, payout.currency].append(payout)
    choices = {
        line.id: [one.id for one in by_sum[line.amount_minor, line.currency] if fits(line, one)]
        for line in arrived
    }
    wanted_by: dict[UUID, int] = defaultdict(int)
    for several in choices.values():
        for payout in several:
            wanted_by[payout] += 1
    for line, several in choices.items():
        if len(several) == 1 and wanted_by[several[0]] == 1:
            found[line] = (several[0], how)


def _by_reference(line: Any, payout: Any) -> bool:
    name = bare(payout.reference or "")
    return len(name) >= SHORTEST_REFERENCE and name in bare(f"{line.words} {line.reference or ''}")


def _by_day(line: Any, payout: Any) -> bool:
    return bool(payout.paid_on <= line.booked_on <= payout.paid_on + ARRIVES_WITHIN)
