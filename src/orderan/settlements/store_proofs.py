"""What accounts came to, night by night, in SQL."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Final
from uuid import UUID

from orderan.kit.db import Tx
from orderan.settlements.models import Proof

_AMOUNTS: Final = tuple(field.name for field in fields(Proof) if field.name.endswith("_minor"))


async def last_proved_at(tx: Tx) -> datetime | None:
    """When the shop's accounts were proved last."""
    row = await tx.maybe(
        "SELECT proved_at FROM balance_proof WHERE shop_id = %(shop)s ORDER BY proved_at DESC LIMIT 1",
        {"shop": tx.shop_id},
    )
    return None if row is None else row.proved_at


async def keep_proofs(tx: Tx, proofs: Sequence[Proof]) -> None:
    """Write down what accounts came to."""
    await tx.run(
        """
        INSERT INTO balance_proof (shop_id, account_id, proved_at, captured_minor, reversed_minor, refunded_minor,
                                   settled_minor, waiting_minor, explained_minor, open_minor, adrift_minor)
        SELECT %(shop)s, told.*
        FROM unnest(%(accounts)s::uuid[], %(at)s::timestamptz[], %(captured_minor)s::bigint[],
                    %(reversed_minor)s::bigint[], %(refunded_minor)s::bigint[], %(settled_minor)s::bigint[],
                    %(waiting_minor)s::bigint[], %(explained_minor)s::bigint[], %(open_minor)s::bigint[],
                    %(adrift_minor)s::bigint[]) AS told
        """,
        {
            "shop": tx.shop_id,
            "accounts": [one.account_id for one in proofs],
            "at": [one.proved_at for one in proofs],
        }
        | {name: list(map(attrgetter(name), proofs)) for name in _AMOUNTS},
    )


async def last_proofs(tx: Tx) -> dict[UUID, Proof]:
    """The last proof of each account that has one."""
    rows = await tx.all(
        """
        SELECT DISTINCT ON (account_id) account_id, proved_at, captured_minor, reversed_minor, refunded_minor,
               settled_minor, waiting_minor, explained_minor, open_minor, adrift_minor
        FROM balance_proof
        WHERE shop_id = %(shop)s
        ORDER BY account_id, proved_at DESC
        """,
        {"shop": tx.shop_id},
    )
    return {row.account_id: Proof(*row) for row in rows}
