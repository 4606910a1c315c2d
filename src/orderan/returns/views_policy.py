"""Reading policies of returns."""

from orderan.kit.db import Tx
from orderan.returns.models_policy import FIRST_POLICY, PolicyVersion, ReturnPolicy
from orderan.returns.rules_policy import read_policy


async def return_policies(tx: Tx) -> list[PolicyVersion]:
    """Every version, the newest first."""
    rows = await tx.all(
        """
        SELECT version, terms, made_by, made_at FROM return_policy
        WHERE shop_id = %(shop)s
        ORDER BY version DESC
        """,
        {"shop": tx.shop_id},
    )
    return [PolicyVersion(row.version, read_policy(row.terms), row.made_by, row.made_at) for row in rows]


async def return_policy_now(tx: Tx) -> tuple[int, ReturnPolicy]:
    """What holds for requests to come, and its version; 0 is what a shop begins with."""
    row = await tx.maybe(
        """
        SELECT version, terms FROM return_policy
        WHERE shop_id = %(shop)s
        ORDER BY version DESC
        LIMIT 1
        """,
        {"shop": tx.shop_id},
    )
    return (0, FIRST_POLICY) if row is None else (row.version, read_policy(row.terms))
