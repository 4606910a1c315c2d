"""Lines as they were read, and what became of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import tuple_row

from orderan.importing.models import AnyLine, FaultyLine, Outcome, Reason, SourceLine
from orderan.importing.money import EXACT
from orderan.importing.report import Outcomes, Tally
from orderan.importing.store.arrays import dates, plain, texts
from orderan.importing.store.runs import Run, key_from
from orderan.kit.db import Tx

LAST_NUMBER = 2**31 - 1


class Fate(NamedTuple):
    """What became of one line.

    Attributes:
        known: An earlier run had brought the line; this one added nothing.
        order_id, line_no: The order line it became, or None.
    """

    number: int
    outcome: Outcome
    reason: Reason | None
    known: bool = False
    order_id: UUID | str | None = None
    line_no: int | None = None


class Placed(NamedTuple):
    """A stored line with the invoice it stands under; empty for a line that names none."""

    invoice: str
    line: AnyLine


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line of an earlier run under the same invoice, with what became of it."""

    content: tuple[object, ...]
    outcome: Outcome
    reason: Reason | None
    order_id: UUID | None
    line_no: int | None


async def insert_lines(tx: Tx, run: Run, lines: Sequence[AnyLine]) -> None:
    """Keep lines as they were read."""
    sound = [line for line in lines if isinstance(line, SourceLine)]
    faulty = [line for line in lines if isinstance(line, FaultyLine)]
    if sound:
        await _insert_sound(tx, run, sound)
    if faulty:
        await _insert_faulty(tx, run, faulty)


async def _insert_sound(tx: Tx, run: Run, lines: Sequence[SourceLine]) -> None:
    await tx.run(
        """
        INSERT INTO import_line (shop_id, channel_id, run_id, number, invoice, sku, description, quantity, at, day,
                                 price, customer, country, currency, exact, minor, cancelling)
        SELECT %(shop)s, %(channel)s, %(run)s, line.*
        FROM unnest(%(numbers)s::int[], %(invoices)s::text[], %(skus)s::text[], %(descriptions)s::text[],
                    %(quantities)s::int[], %(times)s::timestamptz[], %(days)s::date[], %(prices)s::numeric[],
                    %(customers)s::text[], %(countries)s::text[], %(currencies)s::text[], %(exacts)s::numeric[],
                    %(minors)s::bigint[], %(cancelling)s::boolean[]) AS line
        """,
        {
            "shop": tx.shop_id,
            "channel": run.channel_id,
            "run": run.id,
            "numbers": plain([line.number for line in lines]),
            "invoices": texts([line.invoice for line in lines]),
            "skus": texts([line.sku for line in lines]),
            "descriptions": texts([line.description for line in lines]),
            "quantities": plain([line.quantity for line in lines]),
            "times": dates([line.at for line in lines]),
            "days": dates([line.day for line in lines]),
            "prices": plain([line.price for line in lines]),
            "customers": texts([line.customer for line in lines]),
            "countries": texts([line.country for line in lines]),
            "currencies": plain([line.currency for line in lines]),
            "exacts": plain([line.exact for line in lines]),
            "minors": plain([line.minor for line in lines]),
            "cancelling": plain([line.cancelling for line in lines]),
        },
    )


async def _insert_faulty(tx: Tx, run: Run, lines: Sequence[FaultyLine]) -> None:
    await tx.run(
        """
        INSERT INTO import_line (shop_id, channel_id, run_id, number, invoice, day, currency, exact, minor, fault, raw,
                                 cancelling)
        SELECT %(shop)s, %(channel)s, %(run)s, line.*, false
        FROM unnest(%(numbers)s::int[], %(invoices)s::text[], %(days)s::date[], %(currencies)s::text[],
                    %(exacts)s::numeric[], %(minors)s::bigint[], %(faults)s::text[], %(raws)s::jsonb[]) AS line
        """,
        {
            "shop": tx.shop_id,
            "channel": run.channel_id,
            "run": run.id,
            "numbers": plain([line.number for line in lines]),
            "invoices": texts([line.invoice or "" for line in lines]),
            "days": dates([line.day for line in lines]),
            "currencies": plain([line.currency for line in lines]),
            "exacts": plain([line.exact for line in lines]),
            "minors": plain([line.minor for line in lines]),
            "faults": plain([line.fault for line in lines]),
            "raws": texts([json.dumps(dict(line.raw)) for line in lines]),
        },
    )


async def next_lines(tx: Tx, run: Run, *, limit: int) -> list[Placed]:
    """The lines after the run's position, in order of invoice and number."""
    # Every line of the file passes here, so values travel in binary and plain tuples; that and
    # computing the exact amount again instead of sending it halve the time.
    cursor = tx.connection.cursor(binary=True, row_factory=tuple_row)
    await cursor.execute(
        """
        SELECT invoice, number, sku, description, quantity, at, day, price::text, customer, country, currency,
               CASE WHEN fault IS NOT NULL THEN exact END, minor, cancelling, fault, raw
        FROM import_line
        WHERE shop_id = %(shop)s AND channel_id = %(channel)s AND run_id = %(run)s
          AND invoice >= %(invoice)s AND (invoice, number) > (%(invoice)s, %(number)s)
        ORDER BY invoice, number
        LIMIT %(limit)s
        """,
        {
            "shop": tx.shop_id,
            "channel": run.channel_id,
            "run": run.id,
            "invoice": run.last_invoice,
            "number": run.last_number,
            "limit": limit,
        },
    )
    return [_placed(row) for row in await cursor.fetchall()]


def _placed(row: tuple[Any, ...]) -> Placed:
    (invoice, number, sku, description, quantity, at, day, price, customer, country, currency, exact, minor,
     cancelling, fault, raw) = row  # fmt: skip
    if fault is not None:
        return Placed(
            invoice, FaultyLine(number, invoice or None, Reason(fault), day, currency, exact, minor, raw)
        )
    cost = _price(price)
    line = SourceLine(
        number, invoice, sku, description, quantity, at, day, cost, customer, country, currency,
        EXACT.multiply(quantity, cost), minor, cancelling,
    )  # fmt: skip
    return Placed(invoice, line)


_price = lru_cache(maxsize=50_000)(Decimal)


async def lines_by_number(
    tx: Tx, run: Run, invoices: Collection[str], numbers: Collection[int]
) -> list[Placed]:
    """Stored lines of these invoices with these numbers."""
    rows = await tx.all(
        """
        SELECT invoice, number, sku, description, quantity, at, day, price, customer, country, currency,
               exact, minor, cancelling, fault, raw
        FROM import_line
        WHERE shop_id = %(shop)s AND channel_id = %(channel)s AND run_id = %(run)s AND invoice = ANY(%(invoices)s)
          AND number = ANY(%(numbers)s)
        ORDER BY number
        """,
        {
            "shop": tx.shop_id,
            "channel": run.channel_id,
            "run": run.id,
            "invoices": list(invoices),
            "numbers": list(numbers),
        },
    )
    return [Placed(row.invoice, _line(row)) for row in rows]


def _line(row: Any) -> AnyLine:
    if row.fault is not None:
        return FaultyLine(
            row.number,
            row.invoice or None,
            Reason(row.fault),
            row.day,
            row.currency,
            row.exact,
            row.minor,
            row.raw,
        )
    return SourceLine(
        row.number, row.invoice, row.sku, row.description, row.quantity, row.at, row.day, row.price, row.customer,
        row.country, row.currency, row.exact, row.minor, row.cancelling,
    )  # fmt: skip


async def is_larger(tx: Tx, run: Run, invoice: str, *, than: int) -> bool:
    """Whether an invoice of this run has more lines than that; looks no further."""
    found = await tx.value(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM import_line
            WHERE shop_id = %(shop)s AND channel_id = %(channel)s AND run_id = %(run)s AND invoice = %(invoice)s
            LIMIT %(limit)s
        ) AS first_ones
        """,
        {
            "shop": tx.shop_id,
            "channel": run.channel_id,
            "run": run.id,
            "invoice": invoice,
            "limit": than + 1,
        },
    )
    return bool(found > than)


async def claim_invoices(tx: Tx, run: Run, invoices: Sequence[str]) -> frozenset[str]:
    """Take these invoices (in order) for this run; returns those no earlier run had."""
    rows = await tx.all(
        """
        INSERT INTO import_invoice (shop_id, channel_id, invoice, run_id)
        SELECT %(shop)s, %(channel)s, invoice, %(run)s
        FROM unnest(%(invoices)s::text[]) AS claimed (invoice)
        ON CONFLICT (shop_id, channel_id, invoice) DO NOTHING
        RETURNING invoice
        """,
        {"shop": tx.shop_id, "channel": run.channel_id, "run": run.id, "invoices": list(invoices)},
    )
    return frozenset(row.invoice for row in rows)


async def claimants(tx: Tx, run: Run, invoices: Collection[str]) -> dict[str, UUID]:
    """Which run had each of these invoices first."""
    rows = await tx.all(
        """
        SELECT invoice, run_id FROM import_invoice
        WHERE shop_id = %(shop)s AND channel_id = %(channel)s AND invoice = ANY(%(invoices)s::text[])
        """,
        {"shop": tx.shop_id, "channel": run.channel_id, "invoices": texts(invoices)},
    )
    return {row.invoice: row.run_id for row in rows}


async def known_lines(
    tx: Tx, run: Run, invoices: Collection[str], *, without: Sequence[UUID] = ()
) -> dict[str, list[KnownLine]]:
    """Lines earlier runs brought under these invoices, each with what became of it.

    Args:
        without: Runs whose lines are not asked for.
    """
    rows = await tx.all(
        """
        SELECT line.*, outcome.outcome, outcome.reason, outcome.order_id, outcome.line_no
        FROM import_line AS line
        JOIN import_outcome AS outcome
             ON outcome.shop_id = line.shop_id AND outcome.run_id = line.run_id AND outcome.number = line.number
        WHERE line.shop_id = %(shop)s AND line.channel_id = %(channel)s AND line.invoice = ANY(%(invoices)s)
          AND NOT line.run_id = ANY(%(without)s::uuid[]) AND NOT outcome.known AND outcome.taken_up_by IS NULL
        ORDER BY line.run_id, line.number
        """,
        {
            "shop": tx.shop_id,
            "channel": run.channel_id,
            "without": [run.id, *without],
            "invoices": list(invoices),
        },
    )
    found: dict[str, list[KnownLine]] = {}
    for row in rows:
        reason = Reason(row.reason) if row.reason is not None else None
        known = KnownLine(content(_line(row)), Outcome(row.outcome), reason, row.order_id, row.line_no)
        found.setdefault(row.invoice, []).append(known)
    return found


def content(line: AnyLine) -> tuple[object, ...]:
    """A line without its number: what two files say alike of the same thing."""
    if isinstance(line, SourceLine):
        return tuple(line[1:])
    return (line.invoice, line.fault, json.dumps(dict(line.raw), sort_keys=True))


async def insert_fates(tx: Tx, run: Run, fates: Sequence[Fate]) -> None:
    """Write down what became of lines; a second outcome of one line is refused by the key."""
    await tx.run(
        """
        INSERT INTO import_outcome (shop_id, run_id, number, outcome, reason, known, order_id, line_no)
        SELECT %(shop)s, %(run)s, fate.*
        FROM unnest(%(numbers)s::int[], %(outcomes)s::text[], %(reasons)s::text[], %(known)s::boolean[],
                    %(orders)s::uuid[], %(line_nos)s::int[]) AS fate
        """,
        {
            "shop": tx.shop_id,
            "run": run.id,
            "numbers": plain([fate.number for fate in fates]),
            "outcomes": plain([fate.outcome for fate in fates]),
            "reasons": plain([fate.reason for fate in fates]),
            "known": plain([fate.known for fate in fates]),
            "orders": plain([fate.order_id for fate in fates]),
            "line_nos": plain([fate.line_no for fate in fates]),
        },
    )


async def repair_fates(tx: Tx, run: Run, fates: Sequence[Fate], *, now: datetime) -> int:
    """Give waiting lines the outcome a person's repair brought them; returns how many waited."""
    return await tx.run(
        """
        UPDATE import_outcome
        SET outcome = fate.outcome, reason = NULL, order_id = fate.order_id, line_no = fate.line_no,
            repaired_at = %(now)s
        FROM unnest(%(numbers)s::int[], %(outcomes)s::text[], %(orders)s::uuid[], %(line_nos)s::int[])
             AS fate (number, outcome, order_id, line_no)
        WHERE import_outcome.shop_id = %(shop)s AND import_outcome.run_id = %(run)s
          AND import_outcome.number = fate.number AND import_outcome.outcome = 'waiting'
        """,
        {
            "shop": tx.shop_id,
            "run": run.id,
            "now": now,
            "numbers": plain([fate.number for fate in fates]),
            "outcomes": plain([fate.outcome for fate in fates]),
            "orders": plain([fate.order_id for fate in fates]),
            "line_nos": plain([fate.line_no for fate in fates]),
        },
    )


async def outcome_sums(tx: Tx, run: Run) -> tuple[Outcomes, int]:
    """What became of all lines of a run, and how many of them an earlier run had brought."""
    rows = await tx.all(
        """
        SELECT coalesce(line.day::text, 'unknown') AS day, coalesce(line.currency, 'unknown') AS currency,
               outcome.outcome, outcome.reason, count(*) AS lines, count(*) FILTER (WHERE outcome.known) AS known,
               coalesce(sum(line.exact), 0) AS exact, coalesce(sum(line.minor), 0)::bigint AS minor
        FROM import_line AS line
        JOIN import_outcome AS outcome
             ON outcome.shop_id = line.shop_id AND outcome.run_id = line.run_id AND outcome.number = line.number
        WHERE line.shop_id = %(shop)s AND line.channel_id = %(channel)s AND line.run_id = %(run)s
        GROUP BY 1, 2, 3, 4
        """,
        {"shop": tx.shop_id, "channel": run.channel_id, "run": run.id},
    )
    outcomes, known = Outcomes(), 0
    for row in rows:
        reason = Reason(row.reason) if row.reason is not None else None
        tally = Tally(row.lines, Decimal(row.exact), row.minor)
        outcomes.put(key_from(row.day, row.currency), Outcome(row.outcome), reason, tally)
        known += row.known
    return outcomes, known


async def settled_lines(tx: Tx, run: Run) -> int:
    """How many lines of a run have an outcome."""
    return int(
        await tx.value(
            "SELECT count(*) FROM import_outcome WHERE shop_id = %(shop)s AND run_id = %(run)s",
            {"shop": tx.shop_id, "run": run.id},
        )
    )
