"""Accounts by which people are told things and called: opened, changed, closed; which is asked first.

Secrets go in and never come out: the page shows that they are there.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from orderan import reach
from orderan.access import Permission
from orderan.flows.reach_clients import ReachClients
from orderan.flows.reach_links import addresses_of
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import from_text, to_text
from orderan.reach import (
    ADDRESSES,
    KINDS,
    PREFIX,
    PROVIDER_NAMES,
    AccountField,
    Kind,
    LetterSeen,
    ReachAccount,
    ReachAddressUnusable,
    ReachFieldsMissing,
    ReachFieldsUnusable,
    ReachNameUnusable,
    ReachSecretsStayBehind,
    account_fields,
)
from orderan.web.dashboard.desk import Visit
from orderan.web.forms import one, posted, refusals_to, taken_once
from orderan.web.pages import page

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
FIELDS: Final = {
    ReachNameUnusable: "name",
    ReachAddressUnusable: "base_url",
    ReachFieldsMissing: "fields",
    ReachSecretsStayBehind: "fields",
    ReachFieldsUnusable: "fields",
}
BLANK: Final = {"provider": "", "name": "", "base_url": ""}
KIND_NAMES: Final = {
    Kind.WHATSAPP: N_("WhatsApp"),
    Kind.SMS: N_("SMS"),
    Kind.EMAIL: N_("E-mail"),
    Kind.VOICE: N_("Telepon"),
    Kind.PUSH: N_("Notifikasi peramban"),
    Kind.WEBHOOK: N_("Webhook"),
}
"""In the order the page shows them."""
SIGNS: Final = {
    Kind.WHATSAPP: "message",
    Kind.SMS: "send",
    Kind.EMAIL: "mail",
    Kind.VOICE: "phone",
    Kind.PUSH: "bell",
    Kind.WEBHOOK: "world",
}
LABELS: Final = {
    "host": N_("Server surat"),
    "port": N_("Nomor port"),
    "security": N_("Pengaman sambungan"),
    "username": N_("Nama pengguna"),
    "password": N_("Kata sandi"),
    "sender": N_("Pengirim"),
    "sender_name": N_("Nama pengirim"),
    "reply_to": N_("Alamat balasan"),
    "return_path": N_("Alamat surat yang kembali"),
    "subject": N_("Alamat toko untuk layanan notifikasi"),
    "caller_id": N_("Nomor yang terlihat"),
    "template_prefix": N_("Awalan nama templat"),
    "address": N_("Alamat aplikasi toko"),
    "unit_cost": N_("Biaya satu pesan atau panggilan (rupiah)"),
}
"""Of what is not the provider's own word; those stand as its dashboard shows them."""
HINTS: Final = {
    "security": N_("tls (port 465), starttls (port 587), atau none untuk server di mesin ini."),
    "caller_id": N_("Nomor telepon yang dimiliki akun, dengan kode negara: +6221…"),
    "template_prefix": N_("Templat yang disetujui bernama awalan ini ditambah jenis pesannya."),
    "address": N_(
        "https://… Pesan dikirim ke sini, ditandatangani; aplikasi yang menampilkannya kepada pembeli."
    ),
    "unit_cost": N_("Dipakai bila penyedia tidak menyebut biayanya dalam rupiah. Kosongkan bila tidak tahu."),
    "subject": N_("mailto: atau https://, supaya layanan notifikasi bisa menghubungi Anda."),
}
MADE: Final = N_("Kosongkan supaya kami buatkan.")


@get("/settings/reach", name="reach", opt=READ, include_in_schema=False)
async def reach_list(visit: Visit) -> Response[Any]:
    """Every account, and the form of a new one at the provider chosen."""
    chosen = visit.request.query_params.get("provider", "")
    return await _list(visit, BLANK | {"provider": chosen if chosen in KINDS else ""}, {})


@post("/settings/reach", opt=WRITE, include_in_schema=False)
async def reach_opened(visit: Visit, reached: ReachClients) -> Response[Any]:
    """Open an account."""
    form = await posted(visit.request)
    provider = one(form, "provider") if one(form, "provider") in KINDS else next(iter(KINDS))
    fields = _fields(provider, form)
    typed = {
        "provider": provider,
        "name": one(form, "name").strip(),
        "base_url": one(form, "base_url").strip(),
    }
    with refusals_to(visit.request, FIELDS) as refused:

        async def command(tx: Tx) -> ReachAccount:
            return await reach.open_reach(
                tx,
                visit.keyring,
                provider=provider,
                name=typed["name"],
                base_url=typed["base_url"],
                fields=fields,
                now=visit.now,
            )

        account = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
        reached.forget()
        return Redirect(f"/settings/reach/{to_text(PREFIX, account.id)}", status_code=303)
    return await _list(visit, typed | _shown(provider, fields), refused.errors)


@get("/settings/reach/{account:str}", opt=READ, include_in_schema=False)
async def reach_one(visit: Visit, reached: ReachClients, account: FromPath[str]) -> Response[Any]:
    """An account: what it is opened with, and where its provider has to send word."""
    return await _detail(visit, reached, from_text(PREFIX, account), {}, {})


@post("/settings/reach/{account:str}", opt=WRITE, include_in_schema=False)
async def reach_saved(visit: Visit, reached: ReachClients, account: FromPath[str]) -> Response[Any]:
    """Name, address, fields, state; a secret that is left empty stays as it is."""
    form = await posted(visit.request)
    account_id = from_text(PREFIX, account)
    typed = {"name": one(form, "name").strip(), "base_url": one(form, "base_url").strip()}
    with refusals_to(visit.request, FIELDS) as refused:

        async def command(tx: Tx) -> ReachAccount:
            before = await reach.reach_account(tx, account_id)
            fields = _fields(before.provider, form)
            typed.update(_shown(before.provider, fields))
            return await reach.change_reach(
                tx,
                visit.keyring,
                account_id,
                name=typed["name"],
                base_url=typed["base_url"],
                fields=fields,
                open_=bool(one(form, "open")),
                now=visit.now,
            )

        await visit.db.run(visit.caller, command)
        reached.forget()
        return Redirect(f"/settings/reach/{account}", status_code=303)
    return await _detail(visit, reached, account_id, typed, refused.errors)


@post("/settings/reach/{account:str}/first", opt=WRITE, include_in_schema=False)
async def reach_first(visit: Visit, reached: ReachClients, account: FromPath[str]) -> Response[Any]:
    """Ask this account before the others of its kind."""
    account_id = from_text(PREFIX, account)
    await visit.db.run(visit.caller, lambda tx: reach.put_reach_first(tx, account_id, now=visit.now))
    reached.forget()
    return Redirect(f"/settings/reach/{account}", status_code=303)


def _fields(provider: str, form: Any) -> dict[str, str]:
    return {field.name: one(form, f"field-{field.name}").strip() for field in account_fields(provider)}


def _shown(provider: str, fields: Mapping[str, str]) -> dict[str, str]:
    """What was typed, without its secrets."""
    hidden = {field.name for field in account_fields(provider) if field.secret}
    return {f"field-{name}": value for name, value in fields.items() if name not in hidden}


def _asked(provider: str) -> list[dict[str, Any]]:
    """Fields of a form, as the template writes them."""

    def hint(field: AccountField) -> str:
        return MADE if field.made else HINTS.get(field.name, "")

    return [
        {
            "name": field.name,
            "label": LABELS.get(field.name),
            "secret": field.secret,
            "hint": hint(field),
            "default": field.default or "",
            "required": field.default is None and not field.made,
        }
        for field in account_fields(provider)
    ]


def _rows(accounts: list[ReachAccount]) -> list[dict[str, Any]]:
    """Accounts of a kind as its table shows them; the first open one is asked first."""
    first = next((one.id for one in accounts if one.state == "open"), None)
    return [{"id": to_text(PREFIX, one.id), "account": one, "is_first": one.id == first} for one in accounts]


async def _list(visit: Visit, typed: Mapping[str, str], errors: dict[str, str]) -> Response[Any]:
    there = await visit.db.run(visit.caller, reach.reach_accounts)
    chosen = typed["provider"]
    return page(
        visit.request,
        "reach/accounts.html",
        status_code=422 if errors else 200,
        now=visit.now,
        kinds=[
            {
                "name": name,
                "sign": SIGNS[kind],
                "rows": _rows([one for one in there if one.kind is kind]),
                "providers": [
                    (provider, PROVIDER_NAMES[provider]) for provider, of in KINDS.items() if of is kind
                ],
            }
            for kind, name in KIND_NAMES.items()
        ],
        names=PROVIDER_NAMES,
        chosen=chosen,
        fields=_asked(chosen) if chosen else [],
        addresses=ADDRESSES.get(chosen, ()),
        typed=typed,
        errors=errors,
    )


async def _detail(
    visit: Visit, reached: ReachClients, account_id: UUID, typed: Mapping[str, str], errors: dict[str, str]
) -> Response[Any]:
    async def read(
        tx: Tx,
    ) -> tuple[ReachAccount, list[ReachAccount], list[LetterSeen], list[tuple[str, str]]]:
        account = await reach.reach_account(tx, account_id)
        peers = [peer for peer in await reach.reach_accounts(tx) if peer.kind is account.kind]
        client = await reached.of_account(tx, account_id)
        given = addresses_of(visit.links, tx.shop_id, client)
        return account, peers, await reach.letters_of(tx, account_id), given

    account, peers, letters, addresses = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "reach/account.html",
        status_code=422 if errors else 200,
        now=visit.now,
        account=account,
        text_id=to_text(PREFIX, account.id),
        kind=KIND_NAMES[account.kind],
        names=PROVIDER_NAMES,
        fields=_asked(account.provider),
        asks_address=bool(ADDRESSES[account.provider]),
        is_first=peers[0].id == account.id,
        place=[peer.id for peer in peers].index(account.id) + 1,
        many=len(peers),
        addresses=addresses,
        letters=letters,
        typed=typed,
        errors=errors,
    )


handlers: list[Any] = [reach_list, reach_opened, reach_one, reach_saved, reach_first]
