"""Drafts of the routing rules and their trials, in SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.routing.models import Rule
from orderan.routing.rules_read import plain_rules, read_rules
from orderan.routing.rules_trial import Trial, plain_trial, read_trial


@dataclass(frozen=True, slots=True)
class Draft:
    """The rules as they are edited.

    Attributes:
        revision: Counts every edit; 0 while nobody edited anything.
        made_by, made_at: Of the last edit, None while there was none.
    """

    revision: int
    rules: tuple[Rule, ...]
    made_by: str | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptTrial:
    """What a draft would have done to past payments.

    Attributes:
        against: The version that was followed when it was asked; None without one.
    """

    revision: int
    against: int | None
    days: int
    trial: Trial
    made_by: str
    made_at: datetime


async def latest_draft(tx: Tx) -> Draft | None:
    """The last edit, None while there was none."""
    row = await tx.maybe(
        """
        SELECT revision, rules, made_by, made_at
        FROM routing_draft
        WHERE shop_id = %(shop)s
        ORDER BY revision DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id},
    )
    return None if row is None else _draft(row)


async def draft_at(tx: Tx, revision: int) -> Draft | None:
    """The rules as an earlier edit left them."""
    row = await tx.maybe(
        """
        SELECT revision, rules, made_by, made_at
        FROM routing_draft
        WHERE shop_id = %(shop)s AND revision = %(revision)s
        """,
        {"shop": tx.shop_id, "revision": revision},
    )
    return None if row is None else _draft(row)


async def insert_draft(tx: Tx, revision: int, rules: tuple[Rule, ...], *, now: datetime) -> None:
    """Write an edit down."""
    await tx.run(
        """
        INSERT INTO routing_draft (shop_id, revision, rules, made_by, made_at)
        VALUES (%(shop)s, %(revision)s, %(rules)s, %(actor)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "revision": revision,
            "rules": Jsonb(plain_rules(rules)),
            "actor": tx.actor,
            "now": now,
        },
    )


async def save_trial(
    tx: Tx, revision: int, trial: Trial, *, against: int | None, days: int, now: datetime
) -> None:
    """Keep the trial of a draft instead of an earlier one of the same."""
    await tx.run(
        """
        INSERT INTO routing_trial (shop_id, revision, against, days, found, made_by, made_at)
        VALUES (%(shop)s, %(revision)s, %(against)s, %(days)s, %(found)s, %(actor)s, %(now)s)
        ON CONFLICT (shop_id, revision) DO UPDATE
        SET against = excluded.against, days = excluded.days, found = excluded.found,
            made_by = excluded.made_by, made_at = excluded.made_at
        """,
        {
            "shop": tx.shop_id,
            "revision": revision,
            "against": against,
            "days": days,
            "found": Jsonb(plain_trial(trial)),
            "actor": tx.actor,
            "now": now,
        },
    )


async def trial_of(tx: Tx, revision: int) -> KeptTrial | None:
    """The trial of a draft, None while it was not tried."""
    row = await tx.maybe(
        """
        SELECT revision, against, days, found, made_by, made_at
        FROM routing_trial
        WHERE shop_id = %(shop)s AND revision = %(revision)s
        """,
        {"shop": tx.shop_id, "revision": revision},
    )
    if row is None:
        return None
    return KeptTrial(row.revision, row.against, row.days, read_trial(row.found), row.made_by, row.made_at)


def _draft(row: Any) -> Draft:
    return Draft(row.revision, read_rules(row.rules), row.made_by, row.made_at)
