"""What finance looks at: differences, fees by rail and month, how long payments have been pending, payouts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from orderan.kit.db import Tx

Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class Difference:
    """An entry of the reconciliation, with the order and the account it is about."""

    id: UUID
    reason: str
    state: str
    difference_minor: int
    gap_minor: int
    currency: str
    payload: dict[str, Any]
    opened_at: datetime
    moved_at: datetime
    moved_by: str
    word: str | None
    order_id: UUID | None
    number: int | None
    gateway: str | None
    account: str | None
    file: str | None


async def differences(
    tx: Tx,
    *,
    states: list[str],
    reason: str | None = None,
    gateway: str | None = None,
    at_least_minor: int = 0,
    after: Place | None = None,
    limit: int = 50,
) -> list[Difference]:
    """Entries in these states, the newest on top."""
    rows = await tx.all(
        """
        SELECT entry.id, entry.reason, entry.state, entry.difference_minor, entry.gap_minor, entry.currency,
               entry.payload, entry.opened_at, entry.moved_at, entry.moved_by, entry.word, entry.order_id,
               sales_order.number, gateway_account.gateway, gateway_account.name AS account,
               settlement_file.name AS file
        FROM reconciliation_entry AS entry
        LEFT JOIN sales_order ON sales_order.shop_id = entry.shop_id AND sales_order.id = entry.order_id
        LEFT JOIN gateway_account ON gateway_account.shop_id = entry.shop_id AND gateway_account.id = entry.account_id
        LEFT JOIN settlement_line ON settlement_line.shop_id = entry.shop_id AND settlement_line.id = entry.line_id
        LEFT JOIN settlement_file ON settlement_file.shop_id = entry.shop_id
             AND settlement_file.id = coalesce(entry.file_id, settlement_line.file_id)
        WHERE entry.shop_id = %(shop)s AND entry.state = ANY(%(states)s)
          AND (%(reason)s::text IS NULL OR entry.reason = %(reason)s::text)
          AND (%(gateway)s::text IS NULL OR gateway_account.gateway = %(gateway)s::text)
          AND abs(entry.difference_minor) >= %(least)s
          AND (%(at)s::timestamptz IS NULL
               OR (entry.opened_at, entry.id) < (%(at)s::timestamptz, %(last)s::uuid))
        ORDER BY entry.opened_at DESC, entry.id DESC
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "states": states,
            "reason": reason,
            "gateway": gateway,
            "least": at_least_minor,
            "at": after[0] if after else None,
            "last": after[1] if after else None,
            "limit": limit,
        },
    )
    return [Difference(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class MonthOfRail:
    """What a method through an account cost in a month."""

    month: date
    gateway: str
    account: str
    method: str
    currency: str
    payments: int
    gross_minor: int
    fee_minor: int
    tax_minor: int
    net_minor: int

    @property
    def rate(self) -> float:
        """Fee and tax as a share of what buyers paid."""
        return (self.fee_minor + self.tax_minor) / self.gross_minor if self.gross_minor else 0.0


async def fees_by_month(tx: Tx, *, since: date) -> list[MonthOfRail]:
    """Fees by month of payout, newest first; refunds count with the fees they cost and what they took."""
    rows = await tx.all(
        """
        SELECT date_trunc('month', line.settled_on)::date AS month, gateway_account.gateway,
               gateway_account.name AS account, coalesce(payment_attempt.method, line.method, '') AS method,
               line.currency, count(*) FILTER (WHERE line.kind = 'payment')::int AS payments,
               coalesce(sum(line.gross_minor) FILTER (WHERE line.kind = 'payment'), 0)::bigint AS gross,
               sum(line.fee_minor)::bigint AS fee, sum(line.tax_minor)::bigint AS tax, sum(line.net_minor)::bigint AS net
        FROM settlement_line AS line
        JOIN gateway_account ON gateway_account.shop_id = line.shop_id AND gateway_account.id = line.account_id
        LEFT JOIN payment_attempt ON payment_attempt.shop_id = line.shop_id AND payment_attempt.id = line.attempt_id
        WHERE line.shop_id = %(shop)s AND line.settled_on >= %(since)s
        GROUP BY month, gateway_account.gateway, gateway_account.name,
                 coalesce(payment_attempt.method, line.method, ''), line.currency
        ORDER BY month DESC, gross DESC, gateway_account.gateway, account, method
        """,
        {"shop": tx.shop_id, "since": since},
    )
    return [MonthOfRail(*row) for row in rows]


AGES: Final = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
)
"""Upper ends of the buckets pending payments are counted in; the last bucket has none."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Payments of a method that nobody knows the end of, by how long ago they began.

    Attributes:
        ages, minors: How many, and what they come to, per bucket of AGES and one beyond.
    """

    gateway: str
    method: str
    currency: str
    ages: tuple[int, ...]
    minors: tuple[int, ...]
    oldest_at: datetime

    @property
    def payments(self) -> int:
        return sum(self.ages)

    @property
    def amount_minor(self) -> int:
        return sum(self.minors)


async def ageing(tx: Tx, *, now: datetime) -> list[Pending]:
    """Payments that were begun and are neither paid nor over, those with the oldest first."""
    rows = await tx.all(
        """
        SELECT gateway, method, currency, width_bucket(extract(epoch FROM %(now)s - began_at)::float8, %(ends)s) AS bucket,
               count(*)::int AS payments, sum(amount_minor)::bigint AS amount, min(began_at) AS oldest_at
        FROM payment_attempt
        WHERE shop_id = %(shop)s AND state IN ('asking', 'unknown', 'offered', 'held')
        GROUP BY gateway, method, currency, bucket
        """,
        {"shop": tx.shop_id, "now": now, "ends": [age.total_seconds() for age in AGES]},
    )
    found: dict[tuple[str, str, str], dict[int, Any]] = {}
    for row in rows:
        found.setdefault((row.gateway, row.method, row.currency), {})[row.bucket] = row
    buckets = range(len(AGES) + 1)
    told = [
        Pending(
            *key,
            tuple(by_age[at].payments if at in by_age else 0 for at in buckets),
            tuple(by_age[at].amount if at in by_age else 0 for at in buckets),
            min(row.oldest_at for row in by_age.values()),
        )
        for key, by_age in found.items()
    ]
    return sorted(told, key=lambda one: (one.oldest_at, one.gateway, one.method))


@dataclass(frozen=True, slots=True)
class PayoutShown:
    """A payout, and the bank's line it arrived by."""

    id: UUID
    gateway: str
    account: str
    reference: str | None
    paid_on: date
    net_minor: int
    lines: int
    currency: str
    booked_on: date | None
    bank_account: str | None
    matched_by: str | None
    arrived_minor: int | None
    word: str | None


async def payouts(tx: Tx, *, arrived: bool | None, limit: int = 200) -> list[PayoutShown]:
    """Payouts by day, newest first: those the bank showed, those it did not, or (None) all."""
    rows = await tx.all(
        """
        SELECT payout.id, gateway_account.gateway, gateway_account.name AS account, payout.reference, payout.paid_on,
               payout.net_minor, payout.lines, payout.currency, bank_line.booked_on, bank_line.bank_account,
               bank_line.matched_by, bank_line.amount_minor, bank_line.word
        FROM payout
        JOIN gateway_account ON gateway_account.shop_id = payout.shop_id AND gateway_account.id = payout.account_id
        LEFT JOIN bank_line ON bank_line.shop_id = payout.shop_id AND bank_line.payout_id = payout.id
        WHERE payout.shop_id = %(shop)s
          AND (%(arrived)s::bool IS NULL OR (bank_line.id IS NOT NULL) = %(arrived)s::bool)
        ORDER BY payout.paid_on DESC, payout.id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "arrived": arrived, "limit": limit},
    )
    return [PayoutShown(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class BankMoney:
    """Money on the bank account that is no payout we know."""

    id: UUID
    bank_account: str
    booked_on: date
    amount_minor: int
    currency: str
    words: str
    reference: str | None


async def unmatched_bank_money(tx: Tx, *, limit: int = 200) -> list[BankMoney]:
    """What came in and is no payout we know, newest first."""
    rows = await tx.all(
        """
        SELECT id, bank_account, booked_on, amount_minor, currency, words, reference
        FROM bank_line
        WHERE shop_id = %(shop)s AND matched_by IS NULL
        ORDER BY booked_on DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit},
    )
    return [BankMoney(*row) for row in rows]


async def bank_money(tx: Tx, line_id: UUID) -> BankMoney | None:
    """Money nobody placed yet."""
    row = await tx.maybe(
        """
        SELECT id, bank_account, booked_on, amount_minor, currency, words, reference
        FROM bank_line
        WHERE shop_id = %(shop)s AND id = %(id)s AND matched_by IS NULL
        """,
        {"shop": tx.shop_id, "id": line_id},
    )
    return None if row is None else BankMoney(*row)


PAID_BEFORE: Final = timedelta(days=14)
PAID_AFTER: Final = timedelta(days=3)
"""A gateway may date its payout a little later than the bank books it."""


async def payouts_it_could_be(tx: Tx, money: BankMoney, *, limit: int = 30) -> list[PayoutShown]:
    """Payouts of about that time the bank has not shown, the nearest sum first."""
    rows = await tx.all(
        """
        SELECT payout.id, gateway_account.gateway, gateway_account.name AS account, payout.reference, payout.paid_on,
               payout.net_minor, payout.lines, payout.currency, NULL::date AS booked_on, NULL AS bank_account,
               NULL AS matched_by, NULL::bigint AS arrived_minor, NULL AS word
        FROM payout
        JOIN gateway_account ON gateway_account.shop_id = payout.shop_id AND gateway_account.id = payout.account_id
        WHERE payout.shop_id = %(shop)s AND payout.currency = %(currency)s
          AND payout.paid_on BETWEEN %(since)s AND %(until)s
          AND NOT EXISTS (SELECT FROM bank_line
                          WHERE bank_line.shop_id = payout.shop_id AND bank_line.payout_id = payout.id)
        ORDER BY abs(payout.net_minor - %(amount)s), payout.id
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "currency": money.currency,
            "since": money.booked_on - PAID_BEFORE,
            "until": money.booked_on + PAID_AFTER,
            "amount": money.amount_minor,
            "limit": limit,
        },
    )
    return [PayoutShown(*row) for row in rows]


async def gateway_accounts(tx: Tx) -> list[Any]:
    """Accounts at gateways, by name. Columns: id, gateway, name."""
    return await tx.all(
        "SELECT id, gateway, name FROM gateway_account WHERE shop_id = %(shop)s ORDER BY gateway, name, id",
        {"shop": tx.shop_id},
    )
