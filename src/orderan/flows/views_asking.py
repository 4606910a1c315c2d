"""Orders whose buyers have not given their word: whose turn it is, who is asked another way, who was not reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.customers import zone_of
from orderan.flows.verify_order import OWN_WORD, plans_of
from orderan.kit.db import Tx
from orderan.orders import SEEN_ORDER, Scope
from orderan.verification import TAKEN_FOR, Attempt, Policy, Way, failed_last, may_ring_at, words_written


class Turn(StrEnum):
    """Whose move it is.

    CALL         an agent is to call them now
    WAIT         they are being asked another way, or will be at their hour
    UNREACHABLE  every way was tried in vain; a person decides
    """

    CALL = auto()
    WAIT = auto()
    UNREACHABLE = auto()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the asking about an order is.

    Attributes:
        way: Of the policy's step it is in.
        tried, tries: Tries of this step that were begun, and how many there are at most.
        open: Whether the last of them waits for an answer.
    """

    way: Way
    tried: int
    tries: int
    open: bool


@dataclass(frozen=True, slots=True)
class Unsaid:
    """An order that waits for its buyer's word.

    Attributes:
        area: Official code of where it goes, where it is known.
        way, until: Of the attempt that is open now.
        attempts: Made so far, the open one included.
        next_at: When something is due by itself.
        deadline: Past it the policy's silence decides; None where nothing runs.
        over: Whether every way was tried, and only the deadline is waited for.
        wants_deposit: Whether a deposit is waited for in place of their word.
        taken_by: Who of the shop has the buyer in hand just now.
        progress: None where nothing runs.
        may_ring_at: From when on their telephone may ring; now, or when their day begins.
        failed: The last try that is over, where that one asked nobody.
        wrote: What they wrote in place of an answer.
    """

    id: UUID
    number: int
    customer_id: UUID | None
    total_minor: int
    currency: str
    verification: str
    placed_at: datetime
    area: str | None
    way: str | None
    until: datetime | None
    attempts: int
    next_at: datetime | None
    deadline: datetime | None
    over: bool
    wants_deposit: bool
    taken_by: str | None
    turn: Turn
    progress: Progress | None
    may_ring_at: datetime
    failed: Attempt | None
    wrote: str | None


_TURN: Final[LiteralString] = """
CASE WHEN sales_order.verification = 'unreachable' THEN 'unreachable'
     WHEN open_attempt.way = 'agent' OR verification_case.order_id IS NULL THEN 'call'
     ELSE 'wait' END"""
_UNSAID: Final[LiteralString] = (
    """
FROM sales_order
LEFT JOIN verification_case ON verification_case.shop_id = sales_order.shop_id
     AND verification_case.order_id = sales_order.id
LEFT JOIN verification_attempt AS open_attempt ON open_attempt.shop_id = sales_order.shop_id
     AND open_attempt.order_id = sales_order.id AND open_attempt.state IN ('sending', 'asked', 'unknown')
     AND open_attempt.day_id IS NULL
LEFT JOIN customer_address ON customer_address.shop_id = sales_order.shop_id
     AND customer_address.id = sales_order.address_id
WHERE sales_order.shop_id = %(shop)s AND sales_order.commercial = 'accepted'
  AND sales_order.verification IN ('waiting', 'unreachable')
  AND """
    + SEEN_ORDER
)


async def unsaid_counts(tx: Tx, scope: Scope) -> Mapping[Turn, int]:
    """How many orders there are of each turn."""
    rows = await tx.all(
        f"SELECT {_TURN} AS turn, count(*)::int AS orders {_UNSAID} GROUP BY 1",
        {"shop": tx.shop_id} | scope.bounds(),
    )
    found = {Turn(row.turn): row.orders for row in rows}
    return {turn: found.get(turn, 0) for turn in Turn}


async def unsaid_orders(
    tx: Tx,
    scope: Scope,
    *,
    turn: Turn | None = None,
    order_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
    now: datetime,
) -> list[Unsaid]:
    """Those of a turn, or all, the longest waiting first.

    Args:
        order_id: Only this one.
        after: Where the page before ended: when its last order was placed, and its id.
    """
    rows = await tx.all(
        f"""
        SELECT sales_order.id, sales_order.number, sales_order.customer_id, sales_order.total_minor,
               sales_order.currency, sales_order.verification, sales_order.placed_at,
               customer_address.village_code AS area, open_attempt.way, open_attempt.until,
               (SELECT count(*)::int FROM verification_attempt
                WHERE verification_attempt.shop_id = sales_order.shop_id
                  AND verification_attempt.order_id = sales_order.id
                  AND verification_attempt.day_id IS NULL) AS attempts,
               verification_case.next_at,
               CASE WHEN verification_case.closed_at IS NULL THEN verification_case.deadline END AS deadline,
               coalesce(open_attempt.id IS NULL AND verification_case.next_at >= verification_case.deadline, false)
                   AS over,
               sales_order.verification = 'unreachable' AND sales_order.deposit_minor IS NOT NULL AS wants_deposit,
               CASE WHEN verification_case.taken_at > %(fresh)s THEN verification_case.taken_by END AS taken_by,
               {_TURN} AS turn, verification_case.policy_version, verification_case.step, verification_case.tries
        {_UNSAID}
          AND (%(turn)s::text IS NULL OR {_TURN} = %(turn)s::text)
          AND (%(order)s::uuid IS NULL OR sales_order.id = %(order)s::uuid)
          AND (%(at)s::timestamptz IS NULL
               OR (sales_order.placed_at, sales_order.id) > (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY sales_order.placed_at, sales_order.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "turn": turn,
            "order": order_id,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "fresh": now - TAKEN_FOR,
            "limit": limit,
        }
        | scope.bounds(),
    )
    plans = await plans_of(tx, {row.policy_version for row in rows if row.policy_version is not None})
    ids = [row.id for row in rows]
    failed, wrote = await failed_last(tx, ids), await words_written(tx, ids)
    return [
        _unsaid(row, plans[row.policy_version or OWN_WORD], failed.get(row.id), wrote.get(row.id), now)
        for row in rows
    ]


def _unsaid(row: Any, plan: Policy, failed: Attempt | None, wrote: str | None, now: datetime) -> Unsaid:
    told = row._asdict()
    step, tried = (told.pop(name) for name in ("step", "tries"))
    told |= {
        "turn": Turn(row.turn),
        "progress": None if row.deadline is None else _progress(plan, step, tried, open_=row.way is not None),
        "may_ring_at": may_ring_at(plan, now, zone_of(row.area)),
        "failed": failed,
        "wrote": wrote,
    }
    del told["policy_version"]
    return Unsaid(**told)


def _progress(plan: Policy, step: int, tried: int, *, open_: bool) -> Progress | None:
    if step >= len(plan.steps):
        return None
    return Progress(plan.steps[step].way, tried, plan.steps[step].tries, open_)


async def progress_of(tx: Tx, order_id: UUID) -> Progress | None:
    """How far the asking about one order is; None where it is over, or never began."""
    row = await tx.maybe(
        """
        SELECT asked.policy_version, asked.step, asked.tries,
               EXISTS (SELECT FROM verification_attempt AS attempt
                       WHERE attempt.shop_id = asked.shop_id AND attempt.order_id = asked.order_id
                         AND attempt.day_id IS NULL
                         AND attempt.state IN ('sending', 'asked', 'unknown')) AS waits
        FROM verification_case AS asked
        WHERE asked.shop_id = %(shop)s AND asked.order_id = %(order)s AND asked.closed_at IS NULL
        """,
        {"shop": tx.shop_id, "order": order_id},
    )
    if row is None:
        return None
    plan = (await plans_of(tx, [row.policy_version]))[row.policy_version]
    return _progress(plan, row.step, row.tries, open_=row.waits)
