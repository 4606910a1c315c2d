"""Write down whom to ask, how and when; each version is kept."""

from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.verification import rules
from orderan.verification.errors import PolicyMovedOn, PolicyNotUsable
from orderan.verification.models import Policy
from orderan.verification.reading import plain
from orderan.verification.views import policy_now

ENTITY: Final = "verification_policy"


async def keep_policy(tx: Tx, policy: Policy, *, expected: int, now: datetime) -> int:
    """Write the next version, which holds for orders to come; returns its number.

    An order that is being asked about stays with the version it began with.

    Args:
        expected: The version the change was made on, 0 for none.

    Raises:
        PolicyNotUsable: Names everything that is wrong.
        PolicyMovedOn: Somebody wrote another version meanwhile.
    """
    if wrong := rules.faults(policy):
        raise PolicyNotUsable(wrong)
    await tx.run(
        "SELECT pg_advisory_xact_lock(hashtextextended('verification_policy', %(shop)s))",
        {"shop": tx.shop_id},
    )
    before = await policy_now(tx)
    last = before.version if before else 0
    if last != expected:
        raise PolicyMovedOn(expected, last)
    if before is not None and before.policy == policy:
        return last
    await tx.run(
        """
        INSERT INTO verification_policy (shop_id, version, terms, made_by, made_at)
        VALUES (%(shop)s, %(version)s, %(terms)s, %(actor)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "version": last + 1,
            "terms": Jsonb(plain(policy)),
            "actor": tx.actor,
            "now": now,
        },
    )
    was = plain(before.policy) if before else None
    trace = Trace("verification.policy", ENTITY, str(last + 1), before=was, after=plain(policy))
    await leave(tx, trace, now=now)
    return last + 1
