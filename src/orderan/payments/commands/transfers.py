"""Adding a bank account of the shop's own, and showing it to buyers or not."""

from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.kit import audit
from orderan.kit.audit import Trace
from orderan.kit.db import Tx
from orderan.kit.ids import new_id, to_text
from orderan.payments import store_transfers as store
from orderan.payments.errors_accounts import NoSuchTransferAccount
from orderan.payments.payouts import checked_account, mask_account
from orderan.payments.transfers import TransferAccount, TransferState

ENTITY: Final = "transfer_account"


async def add_transfer_account(tx: Tx, *, bank: str, number: str, holder: str, now: datetime) -> UUID:
    """Add an account buyers may transfer to; one that is there already is shown again, under the holder's new name.

    Raises:
        UnknownBank, AccountMistyped, HolderMissing: See there.
    """
    checked = checked_account(bank, number, holder)
    wanted = TransferAccount(new_id(), checked.bank, checked.number, checked.holder, str(TransferState.SHOWN))
    account_id, _ = await store.put_transfer_account(tx, wanted, now=now)
    told = {"bank": wanted.bank_name, "number": mask_account(wanted.number), "holder": wanted.holder}
    await audit.leave(tx, Trace("transfer_account.add", ENTITY, str(account_id), after=told), now=now)
    return account_id


async def show_transfer_account(tx: Tx, account_id: UUID, *, shown: bool, now: datetime) -> None:
    """Show an account to buyers, or no longer; as it stands already, nothing happens.

    Raises:
        NoSuchTransferAccount: There is none of this id.
    """
    account = await store.lock_transfer_account(tx, account_id)
    if account is None:
        raise NoSuchTransferAccount(to_text("tac", account_id))
    state = TransferState.SHOWN if shown else TransferState.HIDDEN
    if account.state == state:
        return
    await store.set_transfer_state(tx, account_id, state)
    action = "transfer_account.show" if shown else "transfer_account.hide"
    await audit.leave(
        tx,
        Trace(action, ENTITY, str(account_id), before={"state": account.state}, after={"state": str(state)}),
        now=now,
    )
