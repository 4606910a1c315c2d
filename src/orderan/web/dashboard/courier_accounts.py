"""Accounts at couriers, and who couriers ask for: opened, tried, changed, closed; which is asked first.

Secrets go in and never come out: the page shows that they are there.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from orderan.access import Permission
from orderan.couriers import (
    ADDRESSES,
    PROVIDER_NAMES,
    PROVIDERS,
    CourierFailed,
    CourierRefused,
    Does,
    Field,
    does_of,
)
from orderan.customers import PhoneUnreadable, e164
from orderan.flows.courier_clients import CourierClients
from orderan.flows.courier_letters import news_address
from orderan.flows.views_work import work_places
from orderan.inventory import require_counted
from orderan.kit.db import Tx
from orderan.kit.errors import N_
from orderan.kit.ids import from_text, to_text
from orderan.shipping import (
    COURIERS,
    PREFIX,
    CourierAccount,
    CourierAddressUnusable,
    CourierFieldsMissing,
    CourierFieldsUnusable,
    CourierNameUnusable,
    CourierSecretsStayBehind,
    LetterSeen,
    Sender,
    SenderUnusable,
    change_courier_account,
    courier_account,
    courier_accounts,
    courier_fields,
    forget_rates,
    letters_of,
    open_courier_account,
    put_courier_first,
    senders,
    set_sender,
)
from orderan.web.dashboard.courier_words import courier_name
from orderan.web.dashboard.desk import Visit, scope_of
from orderan.web.forms import one, posted, refusals_to, taken_once
from orderan.web.here import place_of
from orderan.web.pages import page

READ: Final = {"needs": Permission.SETTINGS_READ}
WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
HERE: Final = "/settings/couriers"
FIELDS: Final = {
    CourierNameUnusable: "name",
    CourierAddressUnusable: "base_url",
    CourierFieldsMissing: "fields",
    CourierFieldsUnusable: "fields",
    CourierSecretsStayBehind: "fields",
}
BLANK: Final = {"provider": "", "name": "", "base_url": ""}
DOES: Final = {
    Does.RATES: N_("Menyebut ongkir"),
    Does.BOOK: N_("Memesan penjemputan"),
    Does.RANGE: N_("Nomor resi dari blok"),
    Does.TRACK: N_("Melacak paket apa pun"),
    Does.TRACK_BOOKED: N_("Melacak yang dipesan di sini"),
    Does.TELLS: N_("Mengirim kabar sendiri"),
}
LABELS: Final = {
    "courier": N_("Kurir"),
    "first": N_("Nomor pertama"),
    "last": N_("Nomor terakhir"),
    "prefix": N_("Awalan nomor"),
    "check_digit": N_("Angka periksa"),
    "cities": N_("Kota yang dilayani"),
    "cost_minor": N_("Ongkir (rupiah)"),
    "days": N_("Lama antar (hari)"),
    "tariff_url": N_("Alamat API tarif"),
    "track_url": N_("Alamat API pelacakan"),
}
"""Of what is not the provider's own word; those stand as its dashboard shows them."""
HINTS: Final = {
    "courier": N_("Kode kurir yang memberi blok nomor: jne, jnt, sicepat, pos, …"),
    "check_digit": N_("none, mod7, atau mod10."),
    "cities": N_("Pisahkan dengan koma: Jakarta Selatan, Depok."),
}
MADE: Final = N_("Kosongkan supaya kami buatkan.")


@get(HERE, name="couriers", opt=READ, include_in_schema=False)
async def account_list(visit: Visit) -> Response[Any]:
    """Every account, who sends from where, and the form of a new account at the provider chosen."""
    chosen = visit.request.query_params.get("provider", "")
    return await _list(visit, BLANK | {"provider": chosen if chosen in PROVIDERS else ""}, {})


@post(HERE, opt=WRITE, include_in_schema=False)
async def account_opened(visit: Visit, couriers: CourierClients) -> Response[Any]:
    """Open an account."""
    form = await posted(visit.request)
    provider = one(form, "provider") if one(form, "provider") in PROVIDERS else PROVIDERS[0]
    fields = _fields(provider, form)
    typed = {
        "provider": provider,
        "name": one(form, "name").strip(),
        "base_url": one(form, "base_url").strip(),
    }
    with refusals_to(visit.request, FIELDS) as refused:

        async def command(tx: Tx) -> CourierAccount:
            return await open_courier_account(
                tx,
                visit.keyring,
                provider=provider,
                name=typed["name"],
                base_url=typed["base_url"],
                fields=fields,
                now=visit.now,
            )

        account = await visit.db.run(visit.caller, taken_once(form, command, now=visit.now))
        couriers.forget()
        return Redirect(f"{HERE}/{to_text(PREFIX, account.id)}", status_code=303)
    return await _list(visit, typed | _shown(provider, fields), refused.errors)


@get(f"{HERE}/{{account:str}}", opt=READ, include_in_schema=False)
async def account_page(visit: Visit, couriers: CourierClients, account: FromPath[str]) -> Response[Any]:
    """An account: what it is opened with, what it can do, and where its courier has to send word."""
    return await _detail(visit, couriers, from_text(PREFIX, account), {}, {})


@post(f"{HERE}/{{account:str}}", opt=WRITE, include_in_schema=False)
async def account_saved(visit: Visit, couriers: CourierClients, account: FromPath[str]) -> Response[Any]:
    """Name, address, fields, state; a secret that is left empty stays as it is."""
    form = await posted(visit.request)
    account_id = from_text(PREFIX, account)
    typed = {"name": one(form, "name").strip(), "base_url": one(form, "base_url").strip()}
    with refusals_to(visit.request, FIELDS) as refused:

        async def command(tx: Tx) -> CourierAccount:
            before = await courier_account(tx, account_id)
            fields = _fields(before.provider, form)
            typed.update(_shown(before.provider, fields))
            after = await change_courier_account(
                tx,
                visit.keyring,
                account_id,
                name=typed["name"],
                base_url=typed["base_url"],
                fields=fields,
                open_=bool(one(form, "open")),
                now=visit.now,
            )
            await forget_rates(tx, account_id)
            return after

        await visit.db.run(visit.caller, command)
        couriers.forget()
        return Redirect(f"{HERE}/{account}", status_code=303)
    return await _detail(visit, couriers, account_id, typed, refused.errors)


@post(f"{HERE}/{{account:str}}/first", opt=WRITE, include_in_schema=False)
async def account_first(visit: Visit, couriers: CourierClients, account: FromPath[str]) -> Response[Any]:
    """Ask this account before the others."""
    account_id = from_text(PREFIX, account)
    await visit.db.run(visit.caller, lambda tx: put_courier_first(tx, account_id, now=visit.now))
    couriers.forget()
    return Redirect(f"{HERE}/{account}", status_code=303)


@post(f"{HERE}/{{account:str}}/check", opt=WRITE, include_in_schema=False, status_code=200)
async def account_tried(visit: Visit, couriers: CourierClients, account: FromPath[str]) -> Response[Any]:
    """Ask the courier something that changes nothing: does it let the account in?"""
    account_id = from_text(PREFIX, account)
    opened = await visit.db.run(visit.caller, lambda tx: couriers.of_account(tx, account_id))
    try:
        await opened.client.check()
    except (CourierRefused, CourierFailed) as fault:
        return await _detail(
            visit, couriers, account_id, {}, {}, fault=f"{fault.code} {fault.detail}".strip()
        )
    return await _detail(visit, couriers, account_id, {}, {}, well=True)


@post(f"{HERE}/senders", opt=WRITE, include_in_schema=False)
async def sender_saved(visit: Visit) -> Response[Any]:
    """Who couriers ask for at a location."""
    form = await posted(visit.request)
    location = one(form, "location")
    typed = {name: one(form, name).strip() for name in ("name", "phone", "postcode")}
    with refusals_to(visit.request, {SenderUnusable: location, PhoneUnreadable: location}) as refused:
        sender = Sender(from_text("loc", location), typed["name"], e164(typed["phone"]), typed["postcode"])

        async def command(tx: Tx) -> None:
            await require_counted(tx, [sender.location_id])
            await set_sender(tx, sender, now=visit.now)

        await visit.db.run(visit.caller, command)
        return Redirect(HERE, status_code=303)
    return await _list(visit, BLANK, refused.errors, sent={location: typed})


def _fields(provider: str, form: Any) -> dict[str, str]:
    return {field.name: one(form, f"field-{field.name}").strip() for field in courier_fields(provider)}


def _shown(provider: str, fields: Mapping[str, str]) -> dict[str, str]:
    """What was typed, without its secrets."""
    hidden = {field.name for field in courier_fields(provider) if field.secret}
    return {f"field-{name}": value for name, value in fields.items() if name not in hidden}


def _asked(provider: str) -> list[dict[str, Any]]:
    """Fields of a form, as the template writes them."""

    def hint(field: Field) -> str:
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
        for field in courier_fields(provider)
    ]


async def _list(
    visit: Visit,
    typed: Mapping[str, str],
    errors: dict[str, str],
    *,
    sent: Mapping[str, Mapping[str, str]] | None = None,
) -> Response[Any]:
    async def read(tx: Tx) -> tuple[list[CourierAccount], list[Any], dict[UUID, Sender]]:
        return await courier_accounts(tx), await work_places(tx, scope_of(visit.principal)), await senders(tx)

    there, places, known = await visit.db.run(visit.caller, read)
    chosen = typed["provider"]
    first = next((one_.id for one_ in there if one_.state == "open"), None)
    return page(
        visit.request,
        "shipping/accounts.html",
        status_code=422 if errors else 200,
        now=visit.now,
        rows=[
            {
                "id": to_text(PREFIX, account.id),
                "account": account,
                "is_first": account.id == first,
                "does": [DOES[what] for what in Does if what in does_of(account.provider)],
            }
            for account in there
        ],
        places=[_place(place, known.get(place.id), sent or {}) for place in places],
        providers=_providers(visit),
        names=PROVIDER_NAMES,
        chosen=chosen,
        fields=_asked(chosen) if chosen else [],
        addresses=ADDRESSES.get(chosen, ()),
        typed=typed,
        errors=errors,
    )


def _providers(visit: Visit) -> list[tuple[str, str]]:
    words = place_of(visit.request).words
    return [(code, words.gettext(name)) for code, name in PROVIDER_NAMES.items()]


def _place(place: Any, sender: Sender | None, sent: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A location with its sender, as stored or as just typed."""
    text_id = to_text("loc", place.id)
    stored = {"name": sender.name, "phone": sender.phone, "postcode": sender.postcode} if sender else {}
    return {
        "id": text_id,
        "name": place.name,
        "said": sender is not None,
        "typed": {"name": "", "phone": "", "postcode": ""} | stored | dict(sent.get(text_id, {})),
    }


async def _detail(
    visit: Visit,
    couriers: CourierClients,
    account_id: UUID,
    typed: Mapping[str, str],
    errors: dict[str, str],
    *,
    well: bool = False,
    fault: str = "",
) -> Response[Any]:
    async def read(tx: Tx) -> tuple[CourierAccount, list[CourierAccount], list[LetterSeen], str]:
        account = await courier_account(tx, account_id)
        client = await couriers.of_account(tx, account_id)
        address = news_address(visit.links, tx.shop_id, account_id, client.hook_token)
        return account, await courier_accounts(tx), await letters_of(tx, account_id), address

    account, peers, letters, address = await visit.db.run(visit.caller, read)
    does = does_of(account.provider)
    serves = account.fields.get("courier")
    return page(
        visit.request,
        "shipping/account.html",
        status_code=422 if errors else 200,
        now=visit.now,
        account=account,
        text_id=to_text(PREFIX, account.id),
        names=PROVIDER_NAMES,
        does=[DOES[what] for what in Does if what in does],
        serves=courier_name(serves, place_of(visit.request).words) if serves in COURIERS else "",
        fields=_asked(account.provider),
        asks_address=bool(ADDRESSES[account.provider]),
        is_first=peers[0].id == account.id,
        place=[peer.id for peer in peers].index(account.id) + 1,
        many=len(peers),
        address=address if Does.TELLS in does else "",
        letters=letters,
        well=well,
        fault=fault,
        typed=typed,
        errors=errors,
    )


handlers: list[Any] = [
    account_list,
    account_opened,
    sender_saved,
    account_page,
    account_saved,
    account_first,
    account_tried,
]
