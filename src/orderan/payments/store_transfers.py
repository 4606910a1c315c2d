"""All SQL of the shop's own bank accounts."""

from datetime import datetime
from uuid import UUID

from orderan.kit.db import Tx
from orderan.payments.transfers import TransferAccount, TransferState

_COLUMNS = "id, bank, number, holder, state"


async def transfer_accounts(tx: Tx, *, shown_only: bool = False) -> list[TransferAccount]:
    """Accounts of the shop in the order they were added."""
    rows = await tx.all(
        f"""
        SELECT {_COLUMNS} FROM transfer_account
        WHERE shop_id = %(shop)s AND (state = 'shown' OR NOT %(shown)s)
        ORDER BY added_at, id
        """,
        {"shop": tx.shop_id, "shown": shown_only},
    )
    return [TransferAccount(*row) for row in rows]


async def lock_transfer_account(tx: Tx, account_id: UUID) -> TransferAccount | None:
    """One of them, held until the end of the transaction."""
    row = await tx.maybe(
        f"SELECT {_COLUMNS} FROM transfer_account WHERE shop_id = %(shop)s AND id = %(id)s FOR NO KEY UPDATE",
        {"shop": tx.shop_id, "id": account_id},
    )
    return None if row is None else TransferAccount(*row)


async def put_transfer_account(tx: Tx, account: TransferAccount, *, now: datetime) -> tuple[UUID, bool]:
    """Write an account; one with the same number at the same bank takes the new holder and is shown again.

    Returns:
        Its id, and whether it is new.
    """
    row = await tx.one(
        """
        INSERT INTO transfer_account (shop_id, id, bank, number, holder, state, added_at)
        VALUES (%(shop)s, %(id)s, %(bank)s, %(number)s, %(holder)s, %(state)s, %(now)s)
        ON CONFLICT (shop_id, bank, number) DO UPDATE SET holder = excluded.holder, state = excluded.state
        RETURNING id
        """,
        {
            "shop": tx.shop_id,
            "id": account.id,
            "bank": account.bank,
            "number": account.number,
            "holder": account.holder,
            "state": account.state,
            "now": now,
        },
    )
    return row.id, row.id == account.id


async def set_transfer_state(tx: Tx, account_id: UUID, state: TransferState) -> None:
    """Show or hide a locked account."""
    await tx.run(
        "UPDATE transfer_account SET state = %(state)s WHERE shop_id = %(shop)s AND id = %(id)s",
        {"shop": tx.shop_id, "id": account_id, "state": state},
    )
