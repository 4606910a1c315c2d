"""`orderan user ...` and `orderan key ...`: staff accounts and API keys from the command line.

Whoever can run this on the machine owns the installation; it is also the way back in when the last
owner has lost their password.
"""

import secrets
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from orderan.access import Staff
    from orderan.kit.crypto import Keyring
    from orderan.kit.db import Tx
    from orderan.shops import Shop

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")]
ShopCode = Annotated[str, typer.Option("--shop", help="Code of the shop; not needed when there is only one.")]
Email = Annotated[str, typer.Option("--email", help="E-mail address of the person.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input; else one is made.")
]

PERMISSIONS = (
    "orders.read, orders.write, inbox.read, inbox.write, fulfilment.read, fulfilment.write, "
    "shipping.read, shipping.write, returns.read, returns.write, payments.read, payments.write, "
    "refunds.grant, refunds.execute, catalog.read, catalog.write, inventory.read, "
    "inventory.write, inventory.approve, customers.read, customers.write, personal.read, customers.erase, "
    "trust.read, trust.write, reports.read, events.read, settings.read, settings.write, "
    "access.write, audit.read, imports.write, packing.override, fleet.read, fleet.write, fleet.drive"
)
"""Spelled out, because help must not wait for the domains to be imported; a test holds it to `Permission`."""

user = typer.Typer(name="user", help="People who work in a shop.", no_args_is_help=True)
key = typer.Typer(name="key", help="API keys of programs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(user)
    app.add_typer(key)


@user.command("create")
def create_user(
    email: Email,
    name: Annotated[str, typer.Option("--name", help="Their name, as colleagues see it.")],
    role: Annotated[
        list[str],
        typer.Option("--role", help="owner, operations, warehouse, care, finance, marketing, viewer."),
    ],
    shop: ShopCode = "",
    password_stdin: FromInput = False,
    json: AsJson = False,
) -> None:
    """Add somebody to a shop. A made password is printed once."""
    from orderan.access import add_staff, hashed

    password, made = _password(password_stdin)

    async def work(tx: "Tx", keyring: "Keyring", now: datetime) -> "Staff":
        password_hash = await hashed(password)
        return await add_staff(
            tx, email=email, name=name, roles=role, password_hash=password_hash, keyring=keyring, now=now
        )

    staff: Staff = _run(shop, work)
    told = _told(staff) | ({"password": password} if made else {})
    _print(
        told, json, f"{staff.email}: {', '.join(staff.roles)}" + (f"\npassword: {password}" if made else "")
    )


@user.command("list")
def list_users(shop: ShopCode = "", json: AsJson = False) -> None:
    """Everybody of a shop."""
    from orderan.access import list_staff

    people: list[Staff] = _run(shop, lambda tx, _keyring, _now: list_staff(tx))
    lines = [f"{one.email}  {one.state}  {','.join(one.roles)}  {one.name}" for one in people]
    _print({"users": [_told(one) for one in people]}, json, "\n".join(lines))


@user.command("password")
def reset_password(
    email: Email, shop: ShopCode = "", password_stdin: FromInput = False, json: AsJson = False
) -> None:
    """Give somebody a new password and take one-time codes off; all their sessions end."""
    from orderan.access import drop_onetime_codes, hashed, set_password

    password, made = _password(password_stdin)

    async def work(tx: "Tx", _keyring: "Keyring", now: datetime) -> "Staff":
        staff = await _by_email(tx, email)
        await set_password(tx, staff.id, password_hash=await hashed(password), giver=None, now=now)
        await drop_onetime_codes(tx, staff.id, now=now)
        return staff

    staff: Staff = _run(shop, work)
    told = _told(staff) | ({"password": password} if made else {})
    _print(told, json, f"password: {password}" if made else "done")


@user.command("disable")
def disable_user(email: Email, shop: ShopCode = "", json: AsJson = False) -> None:
    """Keep somebody out from now on. The last owner of a shop is refused."""
    _set_state(email, shop, json, "disabled")


@user.command("enable")
def enable_user(email: Email, shop: ShopCode = "", json: AsJson = False) -> None:
    """Let somebody in again."""
    _set_state(email, shop, json, "active")


@key.command("create")
def create_key(
    name: Annotated[str, typer.Option("--name", help="What uses the key.")],
    permission: Annotated[list[str], typer.Option("--permission", help=f"Repeatable; any of {PERMISSIONS}.")],
    shop: ShopCode = "",
    json: AsJson = False,
) -> None:
    """Make an API key; its secret is printed once and kept nowhere."""
    from orderan.access import make_key
    from orderan.kit.ids import to_text

    key_id, secret = _run(
        shop, lambda tx, _keyring, now: make_key(tx, name=name, permissions=permission, now=now)
    )
    _print({"id": to_text("key", key_id), "name": name, "secret": secret}, json, secret)


@key.command("list")
def keys(shop: ShopCode = "", json: AsJson = False) -> None:
    """Every key of a shop, without secrets."""
    from orderan.access import list_keys
    from orderan.kit.ids import to_text

    found = _run(shop, lambda tx, _keyring, _now: list_keys(tx))
    told = [
        {
            "id": to_text("key", one.id),
            "name": one.name,
            "permissions": list(one.permissions),
            "last_used_at": one.last_used_at,
            "revoked_at": one.revoked_at,
        }
        for one in found
    ]
    lines = [f"{one['id']}  {'revoked' if one['revoked_at'] else 'stands'}  {one['name']}" for one in told]
    _print({"keys": told}, json, "\n".join(lines))


@key.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key, key_...")],
    shop: ShopCode = "",
    json: AsJson = False,
) -> None:
    """Revoke a key for good."""
    from orderan.access import revoke_key
    from orderan.kit.ids import from_text

    _run(shop, lambda tx, _keyring, now: revoke_key(tx, from_text("key", key_id), now=now))
    _print({"revoked": key_id}, json, f"{key_id} revoked")


def _set_state(email: str, shop: str, json: bool, state: str) -> None:
    from orderan.access import StaffState, change_staff

    async def work(tx: "Tx", _keyring: "Keyring", now: datetime) -> "Staff":
        staff = await _by_email(tx, email)
        return await change_staff(tx, staff.id, giver=None, state=StaffState(state), now=now)

    staff: Staff = _run(shop, work)
    _print(_told(staff), json, f"{staff.email} {staff.state}")


async def _by_email(tx: "Tx", email: str) -> "Staff":
    from orderan.access import NoSuchStaff, list_staff

    wanted = email.strip().lower()
    found = [one for one in await list_staff(tx) if one.email == wanted]
    if not found:
        raise NoSuchStaff
    return found[0]


def _told(staff: "Staff") -> dict[str, Any]:
    from orderan.kit.ids import to_text

    return {
        "id": to_text("stf", staff.id),
        "email": staff.email,
        "name": staff.name,
        "roles": list(staff.roles),
        "state": str(staff.state),
        "onetime_codes": staff.onetime_codes,
        "last_login_at": staff.last_login_at,
    }


def _password(from_input: bool) -> tuple[str, bool]:
    if from_input:
        return sys.stdin.readline().rstrip("\n"), False
    return secrets.token_urlsafe(12), True


def _print(told: dict[str, Any], as_json: bool, words: str) -> None:
    from orderan.cli.edge import print_json

    if as_json:
        print_json(told)
    else:
        print(words)


Work = Callable[["Tx", "Keyring", datetime], Awaitable[Any]]


def _run(shop_code: str, work: Work) -> Any:
    """Run work in a transaction of the shop."""
    import asyncio

    from orderan.cli.edge import database_url, read_settings
    from orderan.kit import masterkey
    from orderan.kit.crypto import Keyring
    from orderan.kit.db import ALL_SHOPS, Caller, Database

    settings = read_settings()
    master = masterkey.obtain(
        settings.secrets.master_key_file, given=settings.secrets.master_key, create=False
    )

    async def command(url: str) -> Any:
        db = Database(url, min_size=1, max_size=2)
        await db.open()
        try:
            shop = await db.run(Caller(ALL_SHOPS, "system:cli"), lambda tx: _shop(tx, shop_code))
            caller = Caller(shop.shop_id, "system:cli")
            return await db.run(caller, lambda tx: work(tx, Keyring(master), datetime.now(UTC)))
        finally:
            await db.close()

    with database_url("orderan user", settings) as url:
        return asyncio.run(command(url))


async def _shop(tx: "Tx", code: str) -> "Shop":
    from orderan.cli.exits import ExitCode, NotDone
    from orderan.shops import all_shops, shop_by_code

    if code:
        return await shop_by_code(tx, code)
    shops = await all_shops(tx)
    if len(shops) != 1:
        raise NotDone("name the shop with --shop" if shops else "there is no shop yet", ExitCode.USAGE)
    return shops[0]
