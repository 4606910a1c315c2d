"""Payouts: whose account is waited for, looked at, ready for the transfer file, and paid.

An account is masked; who has it shown is kept with the payout as the reason.
"""

from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan.access import NotAllowed, Permission, Principal
from orderan.customers import Field, mask_name, note_reading
from orderan.flows.pay_out import (
    Transfer,
    account_of,
    agree_payout,
    came_back,
    drop_payout,
    export_again,
    export_payouts,
    make_link,
    paid_out,
    type_account,
)
from orderan.flows.views_money_back import SHOWN, PayoutRow, payout_list
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import from_text, to_text
from orderan.orders import load_orders, require_sight
from orderan.payments import (
    BANKS,
    AccountMistyped,
    BankAccount,
    HolderMissing,
    Payout,
    ReferenceUsed,
    UnknownBank,
    find_payout,
    mask_account,
)
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.dashboard.money_back_words import PAYOUT_STATES, PAYOUT_WAITS, payout_path, refund_path
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.order_export import written
from orderan.web.dashboard.payments import NOTHING_SENT, common
from orderan.web.forms import FormSentBefore, Sent, one, posted, refused, sent_once
from orderan.web.here import place_of
from orderan.web.pages import page

OPEN: Final = ("waiting", "entered", "approved", "exported")
BESIDE: Final[dict[type[Refusal], str]] = {
    UnknownBank: "bank",
    AccountMistyped: "number",
    HolderMissing: "holder",
    ReferenceUsed: "reference",
}
HEADER: Final = ("reference", "bank_code", "bank", "account", "holder", "amount", "currency", "note")


class NothingToExport(Refusal):
    """No payout is approved, or nothing of the file waits any more."""

    code = "nothing_to_export"
    kind = Kind.CONFLICT
    sentence = N_("Belum ada pembayaran yang siap ditransfer.")


class ReferenceMissing(Refusal):
    """A transfer is found at the bank by its reference."""

    code = "payout_reference_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis referensi transfernya.")


def whole(principal: Principal) -> bool:
    """Whether a person sees every channel and location: a transfer file is of all of them."""
    return principal.channel_ids is None and principal.location_ids is None


@get("/payments/refunds/payouts", opt={"needs": Permission.PAYMENTS_READ}, include_in_schema=False)
async def payouts_page(
    visit: NamedDependency[Visit], tab: FromQuery[str] = "open", after: FromQuery[str] = ""
) -> Response[str]:
    """Payouts that need somebody, or those that are over."""
    return await _list(visit, tab, after=after)


async def _list(visit: Visit, tab: str, *, after: str = "", sent: Sent = NOTHING_SENT) -> Response[str]:
    chosen = tab if tab in PAYOUT_STATES else "open"
    states = OPEN if chosen == "open" else (chosen,)
    scope = scope_of(visit.principal)

    async def read(tx: Tx) -> tuple[list[PayoutRow], bool]:
        ready = await payout_list(tx, scope, states=("approved",), limit=1)
        rows = await payout_list(tx, scope, states=states, after=read_cursor(after), limit=SHOWN + 1)
        return rows, bool(ready)

    rows, ready = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "payments/payouts.html",
        status_code=409 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        rows=rows[:SHOWN],
        older=cursor_of(rows[SHOWN - 1].listed_at, rows[SHOWN - 1].id) if len(rows) > SHOWN else None,
        after=after,
        tab=chosen,
        states=PAYOUT_STATES,
        banks=BANKS,
        waits=PAYOUT_WAITS,
        ready=whole(visit.principal) and ready and chosen == "open",
        payout_path=payout_path,
        **common(visit.principal),
    )


@get(
    "/payments/refunds/payouts/{payout_id:str}",
    opt={"needs": Permission.PAYMENTS_READ},
    include_in_schema=False,
)
async def payout_page(visit: NamedDependency[Visit], payout_id: FromPath[str]) -> Response[str]:
    """One payout, its next step on top."""
    return await _page(visit, from_text("pto", payout_id))


async def _page(
    visit: Visit, payout_id: UUID, *, sent: Sent = NOTHING_SENT, link: str = "", revealed: bool = False
) -> Response[str]:
    async def read(tx: Tx) -> tuple[Payout, int, BankAccount | None, Names]:
        payout = await _seen(tx, visit, payout_id)
        [(order, _)] = (await load_orders(tx, [payout.order_id])).values()
        account = await account_of(tx, visit.keyring, payout)
        if account is not None and revealed:
            purpose = f"rekening {to_text('pto', payout.id)}"
            await note_reading(tx, [payout.customer_id], [Field.NAME], purpose=purpose, now=visit.now)
        elif account is not None:
            account = BankAccount(account.bank, mask_account(account.number), mask_name(account.holder))
        people = [payout.opened_by, payout.entered_by or "", payout.approved_by or ""]
        return payout, order.number, account, await names_of(tx, people, {})

    payout, number, account, names = await visit.db.run(visit.caller, read)
    spoken = place_of(visit.request).words
    return page(
        visit.request,
        "payments/payout.html",
        status_code=409 if sent.refused else 200,
        headers={"cache-control": "no-store"},
        now=visit.now,
        sent=sent,
        payout=payout,
        number=number,
        account=account,
        bank=BANKS[payout.bank].name if payout.bank else None,
        banks=[(code, bank.name) for code, bank in BANKS.items()],
        states=PAYOUT_STATES,
        own=payout.entered_by == visit.principal.actor,
        link=link,
        revealed=revealed,
        may_reveal=visit.principal.may(Permission.PERSONAL_READ),
        may_export=whole(visit.principal),
        who=lambda actor: names.who(actor, spoken),
        waits=PAYOUT_WAITS,
        path=payout_path(payout.id),
        refund_path=refund_path(payout.refund_id),
        **common(visit.principal),
    )


async def _seen(tx: Tx, visit: Visit, payout_id: UUID) -> Payout:
    payout = await find_payout(tx, payout_id)
    await require_sight(tx, scope_of(visit.principal), [payout.order_id])
    return payout


@post(
    "/payments/refunds/payouts/{payout_id:str}/account",
    opt={"needs": Permission.REFUNDS_GRANT},
    include_in_schema=False,
    status_code=200,
)
async def payout_account(visit: NamedDependency[Visit], payout_id: FromPath[str]) -> Response[Any]:
    """Staff type the account the buyer told them."""
    form = await posted(visit.request)
    found = from_text("pto", payout_id)

    async def command(tx: Tx) -> None:
        await _seen(tx, visit, found)
        await type_account(
            tx,
            visit.keyring,
            found,
            bank=one(form, "bank"),
            number=one(form, "number")[:40],
            holder=one(form, "holder")[:200],
            now=visit.now,
        )

    try:
        await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        return await _page(visit, found, sent=refused(visit.request, "account", form, refusal, BESIDE))
    return Redirect(payout_path(found), status_code=303)


@post(
    "/payments/refunds/payouts/{payout_id:str}/link",
    opt={"needs": Permission.REFUNDS_GRANT},
    include_in_schema=False,
    status_code=200,
)
async def payout_link(visit: NamedDependency[Visit], payout_id: FromPath[str]) -> Response[Any]:
    """A link for the buyer, shown this once."""
    found = from_text("pto", payout_id)

    async def command(tx: Tx) -> str:
        await _seen(tx, visit, found)
        return await make_link(tx, found, now=visit.now)

    try:
        token = await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        return await _page(visit, found, sent=refused(visit.request, "link", {}, refusal, BESIDE))
    return await _page(visit, found, link=f"{visit.links.base_url}/payout/{token}")


@post(
    "/payments/refunds/payouts/{payout_id:str}/reveal",
    opt={"needs": Permission.PERSONAL_READ},
    include_in_schema=False,
    status_code=200,
)
async def payout_revealed(visit: NamedDependency[Visit], payout_id: FromPath[str]) -> Response[Any]:
    """The account in the clear, to be compared; the reading is kept."""
    return await _page(visit, from_text("pto", payout_id), revealed=True)


@post(
    "/payments/refunds/payouts/{payout_id:str}/step",
    opt={"needs": Permission.REFUNDS_EXECUTE},
    include_in_schema=False,
    status_code=200,
)
async def payout_stepped(visit: NamedDependency[Visit], payout_id: FromPath[str]) -> Response[Any]:
    """Approve it, note it as paid, say that the bank refused it, or drop it, as the button says."""
    form = await posted(visit.request)
    found = from_text("pto", payout_id)

    async def command(tx: Tx) -> None:
        await _seen(tx, visit, found)
        await sent_once(tx, form, now=visit.now)
        match one(form, "step"):
            case "approve":
                await agree_payout(tx, found, looked_twice=one(form, "looked") == "yes", now=visit.now)
            case "paid":
                reference = one(form, "reference").strip()[:120]
                if not reference:
                    raise ReferenceMissing
                await paid_out(tx, found, reference=reference, now=visit.now)
            case "bounced":
                await came_back(tx, found, now=visit.now)
            case "cancel":
                await drop_payout(tx, found, now=visit.now)

    try:
        await visit.db.run(visit.caller, command)
    except FormSentBefore:
        return Redirect(payout_path(found), status_code=303)
    except Refusal as refusal:
        return await _page(
            visit, found, sent=refused(visit.request, one(form, "step"), form, refusal, BESIDE)
        )
    return Redirect(payout_path(found), status_code=303)


@post(
    "/payments/refunds/payouts/export",
    opt={"needs": Permission.REFUNDS_EXECUTE},
    include_in_schema=False,
    status_code=200,
)
async def payouts_exported(visit: NamedDependency[Visit]) -> Response[Any]:
    """The transfer file: everything approved, or a file made before once more.

    Raises:
        NotAllowed: Whoever sees only a part of the shop; a file has accounts of all of it.
    """
    if not whole(visit.principal):
        raise NotAllowed(str(Permission.REFUNDS_EXECUTE))
    form = await posted(visit.request)
    wanted = one(form, "batch")[:40]

    async def command(tx: Tx) -> tuple[str, list[Transfer]]:
        if wanted:
            batch, found = wanted, await export_again(tx, visit.keyring, wanted, now=visit.now)
        else:
            batch, found = await export_payouts(tx, visit.keyring, now=visit.now)
        if not found:
            raise NothingToExport
        return batch, list(found)

    try:
        batch, transfers = await visit.db.run(visit.caller, command)
    except Refusal as refusal:
        return await _list(visit, "open", sent=refused(visit.request, "export", form, refusal, BESIDE))
    return Response(
        written([HEADER, *(_line(transfer) for transfer in transfers)]),
        media_type="text/csv",
        headers={
            "content-disposition": f'attachment; filename="transfer-{batch}.csv"',
            "cache-control": "no-store",
        },
    )


def _line(transfer: Transfer) -> tuple[str, ...]:
    payout, account = transfer.payout, transfer.account
    name = to_text("pto", payout.id)
    amount = str(payout.amount_minor)
    bank = BANKS[account.bank].name
    return (name, account.bank, bank, account.number, account.holder, amount, payout.currency, "Refund")


handlers = [
    payouts_page,
    payout_page,
    payout_account,
    payout_link,
    payout_revealed,
    payout_stepped,
    payouts_exported,
]
