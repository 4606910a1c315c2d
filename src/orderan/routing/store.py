"""Versions of the routing rules, in SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from orderan.kit.db import Tx
from orderan.routing.models import Rule
from orderan.routing.rules_read import plain_rules, read_rules


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """The rules as somebody wrote them once.

    Attributes:
        active: Whether they are followed.
        active_since: When they were followed last, if they ever were.
        revision: The draft they were, if they were edited and tried before.
    """

    version: int
    rules: tuple[Rule, ...]
    note: str
    made_by: str
    made_at: datetime
    active: bool
    active_since: datetime | None = None
    revision: int | None = None


async def lock_rules(tx: Tx) -> None:
    """One at a time changes the rules of a shop."""
    await tx.run(
        "SELECT pg_advisory_xact_lock(hashtextextended('routing_rules', %(shop)s))", {"shop": tx.shop_id}
    )


async def versions(tx: Tx) -> list[RulesVersion]:
    """Every version, the newest first."""
    rows = await tx.all(
        """
        SELECT version, rules, note, made_by, made_at, active, active_since, revision
        FROM routing_rules
        WHERE shop_id = %(shop)s
        ORDER BY version DESC
        """,
        {"shop": tx.shop_id},
    )
    return [_version(row) for row in rows]


async def active_rules(tx: Tx) -> RulesVersion | None:
    """The rules that are followed, None while there are none."""
    row = await tx.maybe(
        """
        SELECT version, rules, note, made_by, made_at, active, active_since, revision
        FROM routing_rules
        WHERE shop_id = %(shop)s AND active
        """,
        {"shop": tx.shop_id},
    )
    return None if row is None else _version(row)


async def insert_rules(
    tx: Tx, rules: tuple[Rule, ...], *, note: str, revision: int | None = None, now: datetime
) -> int:
    """Write the next version, not followed yet; returns its number.

    Args:
        revision: The draft it was.
    """
    last = await tx.one(
        "SELECT coalesce(max(version), 0) AS version FROM routing_rules WHERE shop_id = %(shop)s",
        {"shop": tx.shop_id},
    )
    version = int(last.version) + 1
    await tx.run(
        """
        INSERT INTO routing_rules (shop_id, version, rules, note, made_by, made_at, active, revision)
        VALUES (%(shop)s, %(version)s, %(rules)s, %(note)s, %(actor)s, %(now)s, FALSE, %(revision)s)
        """,
        {
            "shop": tx.shop_id,
            "version": version,
            "rules": Jsonb(plain_rules(rules)),
            "note": note,
            "actor": tx.actor,
            "now": now,
            "revision": revision,
        },
    )
    return version


async def set_active(tx: Tx, version: int, *, now: datetime) -> int:
    """Follow one version and no other; returns how many there are of that number."""
    await tx.run(
        "UPDATE routing_rules SET active = FALSE WHERE shop_id = %(shop)s AND active AND version <> %(version)s",
        {"shop": tx.shop_id, "version": version},
    )
    return await tx.run(
        """
        UPDATE routing_rules SET active = TRUE, active_since = %(now)s
        WHERE shop_id = %(shop)s AND version = %(version)s
        """,
        {"shop": tx.shop_id, "version": version, "now": now},
    )


def _version(row: Any) -> RulesVersion:
    return RulesVersion(
        row.version,
        read_rules(row.rules),
        row.note,
        row.made_by,
        row.made_at,
        row.active,
        row.active_since,
        row.revision,
    )
