"""The shop's own bank accounts: added, shown to buyers or not. What arrives there a person confirms."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.kit.db import Tx
from orderan.kit.ids import from_text, to_text
from orderan.payments import (
    BANKS,
    AccountMistyped,
    HolderMissing,
    UnknownBank,
    add_transfer_account,
    show_transfer_account,
    transfer_accounts,
)
from orderan.web.dashboard.desk import Visit
from orderan.web.forms import one, posted, refusals_to
from orderan.web.pages import page

HOME: Final = "/settings/transfers"
READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
PREFIX: Final = "tac"
FIELDS: Final = {UnknownBank: "bank", AccountMistyped: "number", HolderMissing: "holder"}


@get(HOME, opt=READ, include_in_schema=False)
async def accounts_page(visit: Visit) -> Response[Any]:
    """Every account, and the form of a new one."""
    return await _page(visit, {}, {})


@post(HOME, opt=WRITE, include_in_schema=False)
async def account_added(visit: Visit) -> Response[Any]:
    """Add an account; sent twice it is added once."""
    form = await posted(visit.request)
    typed = {name: one(form, name).strip()[:100] for name in ("bank", "number", "holder")}
    with refusals_to(visit.request, FIELDS) as refused:

        async def command(tx: Tx) -> UUID:
            return await add_transfer_account(tx, **typed, now=visit.now)

        await visit.db.run(visit.caller, command)
        return Redirect(HOME, status_code=303)
    return await _page(visit, typed, refused.errors)


@post(f"{HOME}/{{account:str}}", opt=WRITE, include_in_schema=False)
async def account_shown(visit: Visit, account: FromPath[str]) -> Response[Any]:
    """Show it to buyers, or no longer."""
    form = await posted(visit.request)
    account_id, shown = from_text(PREFIX, account), bool(one(form, "shown"))
    await visit.db.run(
        visit.caller, lambda tx: show_transfer_account(tx, account_id, shown=shown, now=visit.now)
    )
    return Redirect(HOME, status_code=303)


async def _page(visit: Visit, typed: dict[str, str], errors: dict[str, str]) -> Response[Any]:
    found = await visit.db.run(visit.caller, transfer_accounts)
    return page(
        visit.request,
        "payments/transfer_accounts.html",
        status_code=422 if errors else 200,
        rows=[(to_text(PREFIX, account.id), account) for account in found],
        banks=[(bank.code, bank.name) for bank in BANKS.values()],
        typed=typed,
        errors=errors,
        home=HOME,
    )


handlers: list[Any] = [accounts_page, account_added, account_shown]
