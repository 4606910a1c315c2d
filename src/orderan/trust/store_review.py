"""Held orders that wait for a look, and orders that were not taken, in SQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from orderan.kit.db import Tx
from orderan.trust.models import KeyKind, Outcome, Way
from orderan.trust.states import DenialState, ReviewState


@dataclass(frozen=True, slots=True)
class Review:
    """An order that is held until a person looked at it; its id is the order's."""

    id: UUID
    state: ReviewState
    amount_minor: int
    points: int
    opened_at: datetime
    deadline: datetime
    moved_at: datetime
    judged_by: str | None
    judgement: str | None


@dataclass(frozen=True, slots=True)
class Denial:
    """An order that was not taken, or not on these terms.

    Attributes:
        reasons: The weightiest, as codes, the weightiest first.
        keys: What a list may name of it.
        wider: Keys of the wider ranges its card is in, the longest first.
        houses: Further keys of the house it was to go to.
        appeal, judgement: What the buyer says, and what was answered.
    """

    id: UUID
    state: DenialState
    at: datetime
    moved_at: datetime
    way: Way
    outcome: Outcome
    amount_minor: int
    channel_id: UUID | None
    points: int
    reasons: tuple[str, ...]
    area: str
    first_time: bool
    keys: Mapping[KeyKind, bytes]
    appealed_by: str | None = None
    appealed_at: datetime | None = None
    appeal: str | None = None
    judged_by: str | None = None
    judged_at: datetime | None = None
    judgement: str | None = None
    wider: tuple[bytes, ...] = ()
    houses: tuple[bytes, ...] = ()

    @property
    def kept(self) -> list[tuple[KeyKind, bytes]]:
        """Every key, what comes after the first of its kind last."""
        cards = [(KeyKind.CARD, key) for key in self.wider]
        return [*self.keys.items(), *cards, *((KeyKind.ADDRESS, key) for key in self.houses)]


async def insert_reviews(tx: Tx, reviews: Sequence[Review]) -> None:
    await tx.send(
        """
        INSERT INTO trust_review (shop_id, id, state, amount_minor, points, opened_at, deadline, moved_at)
        SELECT %(shop)s, made.id, 'open', made.amount, made.points, made.opened, made.deadline, made.opened
        FROM unnest(%(ids)s::uuid[], %(amounts)s::bigint[], %(points)s::int[], %(opened)s::timestamptz[],
                    %(deadlines)s::timestamptz[]) AS made (id, amount, points, opened, deadline)
        """,
        {
            "shop": tx.shop_id,
            "ids": [review.id for review in reviews],
            "amounts": [review.amount_minor for review in reviews],
            "points": [review.points for review in reviews],
            "opened": [review.opened_at for review in reviews],
            "deadlines": [review.deadline for review in reviews],
        },
    )


async def lock_reviews(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Review]:
    """Reviews of these orders, locked in order of their ids."""
    rows = await tx.all(
        """
        SELECT id, state, amount_minor, points, opened_at, deadline, moved_at, judged_by, judgement
        FROM trust_review
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s)
        ORDER BY id
        FOR UPDATE
        """,
        {"shop": tx.shop_id, "ids": list(ids)},
    )
    return {row.id: review_of(row) for row in rows}


async def move_reviews(
    tx: Tx, ids: Collection[UUID], was: ReviewState, state: ReviewState, *, note: str | None, now: datetime
) -> None:
    """Move locked reviews from one state to another."""
    await tx.run(
        """
        UPDATE trust_review
        SET state = %(state)s, moved_at = %(now)s, judged_by = %(actor)s, judgement = %(note)s
        WHERE shop_id = %(shop)s AND id = ANY(%(ids)s) AND state = %(was)s
        """,
        {
            "shop": tx.shop_id,
            "ids": list(ids),
            "was": str(was),
            "state": str(state),
            "now": now,
            "actor": tx.actor,
            "note": note,
        },
    )


def review_of(row: Any) -> Review:
    return Review(
        row.id,
        ReviewState(row.state),
        row.amount_minor,
        row.points,
        row.opened_at,
        row.deadline,
        row.moved_at,
        row.judged_by,
        row.judgement,
    )


async def insert_denials(tx: Tx, denials: Sequence[Denial]) -> None:
    await tx.send(
        """
        INSERT INTO trust_denial (shop_id, id, state, at, moved_at, way, outcome, amount_minor, channel_id, points,
                                  reasons, area, first_time, kinds, keys)
        SELECT %(shop)s, made.id, 'standing', made.at, made.at, made.way, made.outcome, made.amount, made.channel,
               made.points, string_to_array(made.reasons, ' '), made.area, made.first_time,
               string_to_array(made.kinds, ' '), pieces.keys
        FROM unnest(%(ids)s::uuid[], %(ats)s::timestamptz[], %(ways)s::text[], %(outcomes)s::text[],
                    %(amounts)s::bigint[], %(channels)s::uuid[], %(points)s::int[], %(reasons)s::text[],
                    %(areas)s::text[], %(firsts)s::boolean[], %(kinds)s::text[], %(keys)s::bytea[])
             AS made (id, at, way, outcome, amount, channel, points, reasons, area, first_time, kinds, keys)
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(substring(made.keys FROM 16 * turn + 1 FOR 16) ORDER BY turn), '{}') AS keys
            FROM generate_series(0, length(made.keys) / 16 - 1) AS turn
        ) AS pieces
        """,
        {
            "shop": tx.shop_id,
            "ids": [denial.id for denial in denials],
            "ats": [denial.at for denial in denials],
            "ways": [str(denial.way) for denial in denials],
            "outcomes": [str(denial.outcome) for denial in denials],
            "amounts": [denial.amount_minor for denial in denials],
            "channels": [denial.channel_id for denial in denials],
            "points": [denial.points for denial in denials],
            "reasons": [" ".join(denial.reasons) for denial in denials],
            "areas": [denial.area for denial in denials],
            "firsts": [denial.first_time for denial in denials],
            "kinds": [" ".join(kind for kind, _ in denial.kept) for denial in denials],
            "keys": [b"".join(key for _, key in denial.kept) for denial in denials],
        },
    )


DENIAL_COLUMNS: Final[LiteralString] = (
    "id, state, at, moved_at, way, outcome, amount_minor, channel_id, points, reasons, area, first_time, kinds, keys,"
    " appealed_by, appealed_at, appeal, judged_by, judged_at, judgement"
)


async def lock_denial(tx: Tx, denial_id: UUID) -> Denial | None:
    row = await tx.maybe(
        "SELECT " + DENIAL_COLUMNS + " FROM trust_denial WHERE shop_id = %(shop)s AND id = %(id)s FOR UPDATE",
        {"shop": tx.shop_id, "id": denial_id},
    )
    return None if row is None else denial_of(row)


async def set_appealed(tx: Tx, denial_id: UUID, words: str, *, now: datetime) -> None:
    """A locked denial is appealed."""
    await tx.run(
        """
        UPDATE trust_denial
        SET state = 'appealed', moved_at = %(now)s, appealed_at = %(now)s, appealed_by = %(actor)s, appeal = %(words)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'standing'
        """,
        {"shop": tx.shop_id, "id": denial_id, "words": words, "now": now, "actor": tx.actor},
    )


async def set_judged(tx: Tx, denial_id: UUID, state: DenialState, words: str, *, now: datetime) -> None:
    """The appeal of a locked denial is answered."""
    await tx.run(
        """
        UPDATE trust_denial
        SET state = %(state)s, moved_at = %(now)s, judged_at = %(now)s, judged_by = %(actor)s, judgement = %(words)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'appealed'
        """,
        {
            "shop": tx.shop_id,
            "id": denial_id,
            "state": str(state),
            "words": words,
            "now": now,
            "actor": tx.actor,
        },
    )


def denial_of(row: Any) -> Denial:
    keys, more = _kept_keys(zip(row.kinds, map(bytes, row.keys), strict=True))
    return Denial(
        row.id,
        DenialState(row.state),
        row.at,
        row.moved_at,
        Way(row.way),
        Outcome(row.outcome),
        row.amount_minor,
        row.channel_id,
        row.points,
        tuple(row.reasons),
        row.area,
        row.first_time,
        keys,
        row.appealed_by,
        row.appealed_at,
        row.appeal,
        row.judged_by,
        row.judged_at,
        row.judgement,
        tuple(key for kind, key in more if kind is KeyKind.CARD),
        tuple(key for kind, key in more if kind is KeyKind.ADDRESS),
    )


def _kept_keys(
    kept: Iterable[tuple[str, bytes]],
) -> tuple[dict[KeyKind, bytes], list[tuple[KeyKind, bytes]]]:
    """The keys of a denial, the first of each kind, and those that stand after it."""
    keys: dict[KeyKind, bytes] = {}
    more = []
    for word, key in kept:
        kind = KeyKind(word)
        if kind in keys:
            more.append((kind, key))
        else:
            keys[kind] = key
    return keys, more
