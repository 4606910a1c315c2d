"""What came in: every payment of every way by the moment it was booked, with what it cost and when it is paid out.

A payment through a gateway has what settlement files say of its try: its fee, tax and net stand with the first
money of the try, because files speak of all of it at once.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx

Place = tuple[datetime, UUID]


class Settled(StrEnum):
    """What files say of the payments that are looked for."""

    YES = auto()
    NO = auto()
    BY_HAND = auto()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which payments are looked for, in a half-open time.

    Attributes:
        number: Of an order.
        settled: In a settlement file, in none yet, or not a gateway's to settle.
    """

    since: datetime
    until: datetime
    method: str | None = None
    account_id: UUID | None = None
    settled: Settled | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """One payment that came in.

    Attributes:
        gateway, account: Where it came through; None for what a person confirmed or a courier collected.
        fee_minor, tax_minor, net_minor, paid_out_on: By settlement files; None until one tells of it.
        arrived: Whether the bank showed that payout.
    """

    at: datetime
    order_id: UUID
    number: int
    method: str
    amount_minor: int
    currency: str
    reference: str | None
    gateway: str | None
    account: str | None
    fee_minor: int | None
    tax_minor: int | None
    net_minor: int | None
    paid_out_on: date | None
    arrived: bool | None


@dataclass(frozen=True, slots=True)
class Sums:
    """What all of them come to, in one currency.

    Attributes:
        unsettled, unsettled_minor: Through gateways and in no settlement file yet.
    """

    currency: str
    payments: int
    amount_minor: int
    fee_minor: int
    tax_minor: int
    unsettled: int
    unsettled_minor: int


_FOUND: Final[LiteralString] = """
FROM payment_event AS event
JOIN sales_order ON sales_order.shop_id = event.shop_id AND sales_order.id = event.order_id
LEFT JOIN payment_attempt ON payment_attempt.shop_id = event.shop_id
     AND payment_attempt.reference = split_part(event.reference, ':', 1)
     AND payment_attempt.order_id = event.order_id AND payment_attempt.method = event.method
LEFT JOIN rail ON rail.shop_id = payment_attempt.shop_id AND rail.id = payment_attempt.rail_id
LEFT JOIN gateway_account ON gateway_account.shop_id = rail.shop_id AND gateway_account.id = rail.account_id
LEFT JOIN LATERAL (
    SELECT sum(line.fee_minor)::bigint AS fee, sum(line.tax_minor)::bigint AS tax, sum(line.net_minor)::bigint AS net,
           max(payout.paid_on) AS paid_on, bool_and(bank_line.id IS NOT NULL) AS arrived
    FROM settlement_line AS line
    JOIN payout ON payout.shop_id = line.shop_id AND payout.id = line.payout_id
    LEFT JOIN bank_line ON bank_line.shop_id = payout.shop_id AND bank_line.payout_id = payout.id
    WHERE line.shop_id = event.shop_id AND line.attempt_id = payment_attempt.id AND line.kind = 'payment'
      AND NOT EXISTS (
          SELECT FROM payment_event AS earlier
          WHERE earlier.shop_id = event.shop_id AND earlier.order_id = event.order_id
            AND earlier.kind = 'captured' AND earlier.method = event.method AND earlier.seq < event.seq
            AND split_part(earlier.reference, ':', 1) = payment_attempt.reference)
) AS settled ON TRUE
CROSS JOIN LATERAL (
    SELECT CASE WHEN payment_attempt.id IS NULL THEN 'by_hand'
                WHEN EXISTS (SELECT FROM settlement_line AS line
                             WHERE line.shop_id = event.shop_id AND line.attempt_id = payment_attempt.id) THEN 'yes'
                ELSE 'no' END AS told
) AS files
WHERE event.shop_id = %(shop)s AND event.kind IN ('captured', 'cod_collected')
  AND event.at >= %(since)s AND event.at < %(until)s
  AND (%(method)s::text IS NULL OR event.method = %(method)s::text)
  AND (%(account)s::uuid IS NULL OR gateway_account.id = %(account)s::uuid)
  AND (%(number)s::bigint IS NULL OR sales_order.number = %(number)s::bigint)
  AND (%(settled)s::text IS NULL OR files.told = %(settled)s::text)
"""


async def received(tx: Tx, wanted: Wanted, *, after: Place | None = None, limit: int = 50) -> list[Received]:
    """Payments that came in, the newest first; more than `limit` where the last ones came at once for one order."""
    at, last = after or (None, None)
    rows = await tx.all(
        """
        SELECT event.at, event.order_id, sales_order.number, event.method, event.amount_minor, event.currency,
               event.reference, gateway_account.gateway, gateway_account.name, settled.fee, settled.tax, settled.net,
               settled.paid_on, settled.arrived
        """
        + _FOUND
        + """
          AND (%(at)s::timestamptz IS NULL OR (event.at, event.order_id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY event.at DESC, event.order_id DESC
        FETCH FIRST %(limit)s ROWS WITH TIES
        """,
        _asked(tx, wanted) | {"at": at, "last": last, "limit": limit},
    )
    return [Received(*row) for row in rows]


async def sums_received(tx: Tx, wanted: Wanted) -> list[Sums]:
    """What they come to, by currency."""
    rows = await tx.all(
        """
        SELECT event.currency, count(*)::int AS payments, sum(event.amount_minor)::bigint AS amount,
               coalesce(sum(settled.fee), 0)::bigint AS fee, coalesce(sum(settled.tax), 0)::bigint AS tax,
               count(*) FILTER (WHERE files.told = 'no')::int AS many,
               coalesce(sum(event.amount_minor) FILTER (WHERE files.told = 'no'), 0)::bigint AS minor
        """
        + _FOUND
        + "GROUP BY event.currency ORDER BY amount DESC",
        _asked(tx, wanted),
    )
    return [Sums(*row) for row in rows]


def _asked(tx: Tx, wanted: Wanted) -> dict[str, Any]:
    return {
        "shop": tx.shop_id,
        "since": wanted.since,
        "until": wanted.until,
        "method": wanted.method,
        "account": wanted.account_id,
        "settled": wanted.settled,
        "number": wanted.number,
    }
