"""Gateway accounts: opened, renamed, given new secrets, closed; which one is asked first, and what it costs.

Secrets go in and never come out: the page shows that they are there.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.gateways import ADDRESSES, GATEWAY_NAMES, GATEWAYS, credentials_of, offers_of
from orderan.kit.db import Tx
from orderan.kit.i18n import local_date
from orderan.kit.ids import from_text, to_text
from orderan.payments import (
    GROUP_NAMES,
    METHODS,
    AccountNameUnusable,
    CredentialsMissing,
    Fee,
    FeeOutOfRange,
    GatewayAccount,
    GatewayAddressUnusable,
    NoSuchAccount,
    Rail,
    SecretsStayBehind,
    Stranger,
    Unread,
    accounts,
    change_account,
    fees_on,
    open_account,
    put_rail_first,
    rails,
    state_fee,
    stranger_letters,
    unread_letters,
)
from orderan.web.dashboard.desk import Visit
from orderan.web.forms import AmountUnreadable, amount_of, many, one, posted, refusals_to, taken_once
from orderan.web.pages import page

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
FIELDS: Final = {
    AccountNameUnusable: "name",
    GatewayAddressUnusable: "base_url",
    CredentialsMissing: "credentials",
    SecretsStayBehind: "credentials",
}
LONGEST_SHOWN: Final = 600
"""Bytes of a letter that is shown as it came."""
BLANK: Final = {"gateway": "", "name": "", "base_url": ""}


@get("/settings/gateways", name="gateways", opt=READ, include_in_schema=False)
async def gateway_accounts(visit: Visit) -> Response[Any]:
    """Every account, and the form of a new one at the gateway chosen."""
    chosen = visit.request.query_params.get("gateway", "")
    return await _list(visit, BLANK | {"gateway": chosen if chosen in GATEWAYS else ""}, {})


@post("/settings/gateways", opt=WRITE, include_in_schema=False)
async def new_account(visit: Visit) -> Response[Any]:
    """Open an account with a rail for each method ticked."""
    form = await posted(visit.request)
    gateway = one(form, "gateway") if one(form, "gateway") in GATEWAYS else GATEWAYS[0]
    typed = {"gateway": gateway, "name": one(form, "name").strip(), "base_url": one(form, "base_url").strip()}
    methods = [code for code in METHODS if code in many(form, "method") and code in offers_of(gateway)]
    with refusals_to(visit.request, FIELDS) as refused:

        async def command(tx: Tx) -> GatewayAccount:
            return await open_account(
                tx,
                visit.keyring,
                gateway=gateway,
                name=typed["name"],
                base_url=typed["base_url"],
                credentials=_secrets(gateway, form),
                methods=methods,
                now=visit.now,
            )

        account = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
        return Redirect(f"/settings/gateways/{to_text('gwa', account.id)}", status_code=303)
    return await _list(visit, typed, refused.errors, ticked=set(methods))


@get("/settings/gateways/{account:str}", opt=READ, include_in_schema=False)
async def one_account(visit: Visit, account: FromPath[str]) -> Response[Any]:
    """An account: its rails, what they cost, and where its gateway has to send word."""
    return await _detail(visit, from_text("gwa", account), {}, {})


@post("/settings/gateways/{account:str}", opt=WRITE, include_in_schema=False)
async def save_account(visit: Visit, account: FromPath[str]) -> Response[Any]:
    """Name, address, state; a secret that is left empty stays as it is."""
    form = await posted(visit.request)
    account_id = from_text("gwa", account)
    typed = {"name": one(form, "name").strip(), "base_url": one(form, "base_url").strip()}
    with refusals_to(visit.request, FIELDS) as refused:

        async def command(tx: Tx) -> GatewayAccount:
            before = await _account(tx, account_id)
            return await change_account(
                tx,
                visit.keyring,
                account_id,
                name=typed["name"],
                base_url=typed["base_url"],
                credentials=_secrets(before.gateway, form),
                open_=bool(one(form, "open")),
                now=visit.now,
            )

        await visit.db.run(visit.caller, command)
        return Redirect(f"/settings/gateways/{account}", status_code=303)
    return await _detail(visit, account_id, typed, refused.errors)


@post("/settings/gateways/{account:str}/rails/{rail:str}/first", opt=WRITE, include_in_schema=False)
async def rail_first(visit: Visit, account: FromPath[str], rail: FromPath[str]) -> Response[Any]:
    """Ask this rail before the others of its method."""
    rail_id = from_text("ral", rail)
    await visit.db.run(visit.caller, lambda tx: put_rail_first(tx, rail_id, now=visit.now))
    return Redirect(f"/settings/gateways/{account}", status_code=303)


@post("/settings/gateways/{account:str}/rails/{rail:str}/fee", opt=WRITE, include_in_schema=False)
async def rail_fee(visit: Visit, account: FromPath[str], rail: FromPath[str]) -> Response[Any]:
    """State what a rail costs from today on."""
    form = await posted(visit.request)
    rail_id = from_text("ral", rail)
    names = ("fixed", "rate", "least", "tax")
    typed = {f"{name}-{rail}": one(form, name).strip() for name in names}
    with refusals_to(
        visit.request, {AmountUnreadable: f"fixed-{rail}", FeeOutOfRange: f"rate-{rail}"}
    ) as refused:
        fee = Fee(
            local_date(visit.now, visit.principal.zone),
            _rupiah(one(form, "fixed")),
            _basis_points(one(form, "rate")),
            _rupiah(one(form, "least")),
            _basis_points(one(form, "tax")),
        )
        await visit.db.run(visit.caller, lambda tx: state_fee(tx, rail_id, fee, now=visit.now))
        return Redirect(f"/settings/gateways/{account}", status_code=303)
    return await _detail(visit, from_text("gwa", account), typed, refused.errors)


def _secrets(gateway: str, form: Any) -> dict[str, str]:
    return {name: one(form, f"secret-{name}").strip() for name in credentials_of(gateway)}


def _rupiah(typed: str) -> int:
    if not typed.strip():
        return 0
    amount = amount_of(typed, "IDR")
    if amount is None:
        raise AmountUnreadable(typed)
    return amount


def _basis_points(typed: str) -> int:
    """A percentage as people type it: 0,7 is 70."""
    plain = typed.strip().removesuffix("%").strip().replace(",", ".") or "0"
    try:
        return round(float(plain) * 100) if "e" not in plain.lower() else -1
    except ValueError as fault:
        raise AmountUnreadable(typed) from fault


async def _account(tx: Tx, account_id: UUID) -> GatewayAccount:
    found = next((account for account in await accounts(tx) if account.id == account_id), None)
    if found is None:
        raise NoSuchAccount(to_text("gwa", account_id))
    return found


async def _list(
    visit: Visit, typed: Mapping[str, str], errors: dict[str, str], *, ticked: set[str] | None = None
) -> Response[Any]:
    async def read(tx: Tx) -> tuple[list[GatewayAccount], list[Rail]]:
        return await accounts(tx), await rails(tx)

    there, carried = await visit.db.run(visit.caller, read)
    chosen = typed["gateway"]
    return page(
        visit.request,
        "payments/accounts.html",
        status_code=422 if errors else 200,
        now=visit.now,
        rows=[
            (to_text("gwa", account.id), account, sum(rail.account_id == account.id for rail in carried))
            for account in there
        ],
        names=GATEWAY_NAMES,
        chosen=chosen,
        credentials=credentials_of(chosen) if chosen else (),
        addresses=ADDRESSES.get(chosen, ()),
        methods=[METHODS[code] for code in METHODS if chosen and code in offers_of(chosen)],
        ticked=ticked,
        typed=typed,
        errors=errors,
        groups=GROUP_NAMES,
    )


async def _detail(
    visit: Visit, account_id: UUID, typed: Mapping[str, str], errors: dict[str, str]
) -> Response[Any]:
    today: date = local_date(visit.now, visit.principal.zone)

    async def read(
        tx: Tx,
    ) -> tuple[GatewayAccount, list[Rail], dict[UUID, Fee], list[Unread], list[Stranger]]:
        found = await _account(tx, account_id)
        unread, strangers = await unread_letters(tx, account_id), await stranger_letters(tx, account_id)
        return found, await rails(tx), await fees_on(tx, today), unread, strangers

    account, every, fees, unread, strangers = await visit.db.run(visit.caller, read)
    first = {rail.method: rail.id for rail in reversed(every)}
    return page(
        visit.request,
        "payments/account.html",
        status_code=422 if errors else 200,
        now=visit.now,
        account=account,
        text_id=to_text("gwa", account.id),
        names=GATEWAY_NAMES,
        credentials=credentials_of(account.gateway),
        notices=visit.links.notifications(visit.caller.shop_id, account.id),
        rails=[
            {
                "id": to_text("ral", rail.id),
                "method": METHODS[rail.method],
                "first": first[rail.method] == rail.id,
                "state": rail.state,
                "fee": fees.get(rail.id),
            }
            for rail in every
            if rail.account_id == account.id
        ],
        groups=GROUP_NAMES,
        unread=[(letter, _shown(letter.body)) for letter in unread],
        strangers=[(letter, _shown(letter.body)) for letter in strangers],
        typed=typed,
        errors=errors,
    )


def _shown(body: bytes) -> str:
    return body[:LONGEST_SHOWN].decode("utf-8", "replace").replace("\0", "\ufffd")


handlers: list[Any] = [gateway_accounts, new_account, one_account, save_account, rail_first, rail_fee]
