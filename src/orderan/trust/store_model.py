"""Trainings and the models they made, in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.trust.rules_backtest import Backtest, plain_backtest, read_backtest
from orderan.trust.rules_model import Model, plain_model
from orderan.trust.states import ModelState


class Why(StrEnum):
    """Why a model does not speak.

    KEPT      a person silenced the one before it, and nobody let one speak since
    PROPOSED  it beat the rules and nobody asked for it: a person lets it speak, or not
    """

    TOO_LITTLE = auto()
    NOT_INSTALLED = auto()
    LOST = auto()
    NOT_BETTER = auto()
    OTHER_RULES = auto()
    NEWER = auto()
    PERSON = auto()
    KEPT = auto()
    PROPOSED = auto()


@dataclass(frozen=True, slots=True)
class Training:
    """A training, and what came of it.

    Attributes:
        capacity: Orders people can look at in a day.
        rules_version: Of the rules it was judged beside.
        backtest: How it did; None while nothing was learned.
        ends: Orders that ended badly and well, where they were too few.
        weights: Of a thousand, how much each sign contributed.
        proposes: Nobody asked for it; what it makes is proposed, and never speaks by itself.
    """

    id: UUID
    version: int
    state: ModelState
    why: Why | None
    capacity: int
    asked_by: str
    asked_at: datetime
    moved_by: str
    moved_at: datetime
    rules_version: int | None = None
    backtest: Backtest | None = None
    ends: tuple[int, int] | None = None
    weights: Mapping[str, int] | None = None
    proposes: bool = False


COLUMNS: Final[LiteralString] = """id, version, state, why, capacity, asked_by, asked_at, moved_by, moved_at,
    rules_version, found, model -> 'weights' AS weights, proposes"""


async def trainings(tx: Tx, *, limit: int, before: UUID | None = None) -> list[Training]:
    """Trainings of the shop, the newest first.

    Args:
        before: The last one seen.
    """
    rows = await tx.all(
        "SELECT "
        + COLUMNS
        + """
        FROM trust_model
        WHERE shop_id = %(shop)s
          AND (%(before)s::uuid IS NULL
               OR version < (SELECT last.version FROM trust_model AS last
                             WHERE last.shop_id = %(shop)s AND last.id = %(before)s))
        ORDER BY version DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "limit": limit, "before": before},
    )
    return [_training(row) for row in rows]


async def training_of(tx: Tx, version: int) -> Training | None:
    """One training by its number."""
    row = await tx.maybe(
        "SELECT " + COLUMNS + " FROM trust_model WHERE shop_id = %(shop)s AND version = %(version)s",
        {"shop": tx.shop_id, "version": version},
    )
    return None if row is None else _training(row)


async def speaking_training(tx: Tx) -> Training | None:
    """The one whose model adds to scores."""
    row = await tx.maybe(
        "SELECT " + COLUMNS + " FROM trust_model WHERE shop_id = %(shop)s AND state = 'speaking'",
        {"shop": tx.shop_id},
    )
    return None if row is None else _training(row)


async def lock_training(tx: Tx, training_id: UUID) -> Training | None:
    """One training, locked."""
    row = await tx.maybe(
        "SELECT " + COLUMNS + " FROM trust_model WHERE shop_id = %(shop)s AND id = %(id)s FOR UPDATE",
        {"shop": tx.shop_id, "id": training_id},
    )
    return None if row is None else _training(row)


async def is_asked(tx: Tx, training_id: UUID) -> bool:
    """Whether a training still waits to be done."""
    row = await tx.maybe(
        "SELECT 1 FROM trust_model WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'asked'",
        {"shop": tx.shop_id, "id": training_id},
    )
    return row is not None


async def asked_training(tx: Tx) -> Training | None:
    """The one that is under way."""
    row = await tx.maybe(
        "SELECT " + COLUMNS + " FROM trust_model WHERE shop_id = %(shop)s AND state = 'asked'",
        {"shop": tx.shop_id},
    )
    return None if row is None else _training(row)


async def insert_training(
    tx: Tx, training_id: UUID, *, capacity: int, proposes: bool, now: datetime
) -> Training:
    """Write down that one is asked for, under the next number; the rules of the shop are locked."""
    last = await tx.value(
        "SELECT coalesce(max(version), 0) FROM trust_model WHERE shop_id = %(shop)s", {"shop": tx.shop_id}
    )
    row = await tx.one(
        """
        INSERT INTO trust_model (shop_id, id, version, state, capacity, proposes, asked_by, asked_at, moved_by,
                                 moved_at)
        VALUES (%(shop)s, %(id)s, %(version)s, 'asked', %(capacity)s, %(proposes)s, %(actor)s, %(now)s, %(actor)s,
                %(now)s)
        RETURNING """
        + COLUMNS,
        {
            "shop": tx.shop_id,
            "id": training_id,
            "version": int(last) + 1,
            "capacity": capacity,
            "proposes": proposes,
            "actor": tx.actor,
            "now": now,
        },
    )
    return _training(row)


async def set_declined(
    tx: Tx, training_id: UUID, why: Why, *, ends: tuple[int, int] | None, now: datetime
) -> None:
    """A locked training came to nothing."""
    await tx.run(
        """
        UPDATE trust_model SET state = 'declined', why = %(why)s, found = %(found)s, moved_by = %(actor)s,
            moved_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'asked'
        """,
        {
            "shop": tx.shop_id,
            "id": training_id,
            "why": str(why),
            "found": None if ends is None else Jsonb({"bad": ends[0], "good": ends[1]}),
            "actor": tx.actor,
            "now": now,
        },
    )


async def set_learned(
    tx: Tx,
    training_id: UUID,
    model: Model,
    backtest: Backtest,
    *,
    rules_version: int,
    why: Why,
    now: datetime,
) -> None:
    """A locked training made a model, which is silent."""
    await tx.run(
        """
        UPDATE trust_model SET state = 'silent', why = %(why)s, found = %(found)s, model = %(model)s,
            rules_version = %(rules)s, moved_by = %(actor)s, moved_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'asked'
        """,
        {
            "shop": tx.shop_id,
            "id": training_id,
            "why": str(why),
            "found": Jsonb(plain_backtest(backtest)),
            "model": Jsonb(plain_model(model)),
            "rules": rules_version,
            "actor": tx.actor,
            "now": now,
        },
    )


async def set_silent(tx: Tx, training_id: UUID, why: Why, *, now: datetime) -> None:
    """The one that speaks does not any more."""
    await tx.run(
        """
        UPDATE trust_model SET state = 'silent', why = %(why)s, moved_by = %(actor)s, moved_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'speaking'
        """,
        {"shop": tx.shop_id, "id": training_id, "why": str(why), "actor": tx.actor, "now": now},
    )


async def set_speaking(tx: Tx, training_id: UUID, *, now: datetime) -> None:
    """A locked silent model speaks, and that a person wanted silence is over."""
    await tx.run(
        """
        UPDATE trust_model SET why = 'newer'
        WHERE shop_id = %(shop)s AND id <> %(id)s AND why IN ('person', 'kept', 'proposed')
        """,
        {"shop": tx.shop_id, "id": training_id},
    )
    await tx.run(
        """
        UPDATE trust_model SET state = 'speaking', why = NULL, moved_by = %(actor)s, moved_at = %(now)s
        WHERE shop_id = %(shop)s AND id = %(id)s AND state = 'silent'
        """,
        {"shop": tx.shop_id, "id": training_id, "actor": tx.actor, "now": now},
    )


async def withdraw_proposals(tx: Tx) -> None:
    """Other rules are followed than those that models were proposed beside."""
    await tx.run(
        "UPDATE trust_model SET why = 'other_rules' WHERE shop_id = %(shop)s AND why = 'proposed'",
        {"shop": tx.shop_id},
    )


async def is_kept_silent(tx: Tx) -> bool:
    """Whether a person silenced a model, and nobody let one speak since."""
    row = await tx.maybe(
        "SELECT 1 FROM trust_model WHERE shop_id = %(shop)s AND why IN ('person', 'kept') LIMIT 1",
        {"shop": tx.shop_id},
    )
    return row is not None


async def trainings_waiting(tx: Tx, befores: Mapping[str, datetime]) -> list[Any]:
    """Trainings nobody finished since before these instants, by state."""
    return await tx.all(
        """
        SELECT trust_model.id, trust_model.state, trust_model.asked_at AS since, trust_model.version
        FROM unnest(%(states)s::text[], %(befores)s::timestamptz[]) AS allowed (state, before)
        JOIN trust_model ON trust_model.shop_id = %(shop)s AND trust_model.state = allowed.state
        WHERE trust_model.state = 'asked' AND trust_model.asked_at <= allowed.before
        """,
        {"shop": tx.shop_id, "states": list(befores), "befores": list(befores.values())},
    )


def _training(row: Any) -> Training:
    learned = row.state in {ModelState.SILENT, ModelState.SPEAKING}
    return Training(
        row.id,
        row.version,
        ModelState(row.state),
        None if row.why is None else Why(row.why),
        row.capacity,
        row.asked_by,
        row.asked_at,
        row.moved_by,
        row.moved_at,
        row.rules_version,
        read_backtest(row.found) if learned else None,
        (row.found["bad"], row.found["good"]) if row.found is not None and not learned else None,
        row.weights,
        row.proposes,
    )
