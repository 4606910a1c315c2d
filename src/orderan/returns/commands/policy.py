"""Write down what buyers may send back; each version is kept."""

from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb

from orderan.kit.audit import Trace, leave
from orderan.kit.db import Tx
from orderan.returns.errors import ReturnPolicyMovedOn, ReturnPolicyNotUsable
from orderan.returns.models_policy import ReturnPolicy
from orderan.returns.rules_policy import faults, plain_policy
from orderan.returns.views_policy import return_policy_now

ENTITY: Final = "return_policy"


async def keep_return_policy(tx: Tx, policy: ReturnPolicy, *, expected: int, now: datetime) -> int:
    """Write the next version, which holds for requests to come; returns its number.

    What was asked for keeps the version it was asked under.

    Args:
        expected: The version the change was made on, 0 for none.

    Raises:
        ReturnPolicyNotUsable: Names everything that is wrong.
        ReturnPolicyMovedOn: Somebody wrote another version meanwhile.
    """
    if wrong := faults(policy):
        raise ReturnPolicyNotUsable(wrong)
    await tx.run(
        "SELECT pg_advisory_xact_lock(hashtextextended('return_policy', %(shop)s))",
        {"shop": tx.shop_id},
    )
    last, before = await return_policy_now(tx)
    if last != expected:
        raise ReturnPolicyMovedOn(expected, last)
    if before == policy:
        return last
    await tx.run(
        """
        INSERT INTO return_policy (shop_id, version, terms, made_by, made_at)
        VALUES (%(shop)s, %(version)s, %(terms)s, %(actor)s, %(now)s)
        """,
        {
            "shop": tx.shop_id,
            "version": last + 1,
            "terms": Jsonb(plain_policy(policy)),
            "actor": tx.actor,
            "now": now,
        },
    )
    was = plain_policy(before) if last else None
    trace = Trace("returns.policy", ENTITY, str(last + 1), before=was, after=plain_policy(policy))
    await leave(tx, trace, now=now)
    return last + 1
