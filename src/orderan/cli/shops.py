"""`orderan shop ...`: open a shop, so that somebody can sign in and do the rest on pages."""

import secrets
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderan.cli.edge import database_url, prepare_database, print_json, read_settings

if TYPE_CHECKING:
    from orderan.kit.crypto import Keyring
    from orderan.kit.db import Tx
    from orderan.shops import Shop

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")]
PHONE, PPN, PRICES = "telepon", "ppn", "umum"

shop = typer.Typer(name="shop", help="Shops of this installation.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(shop)


@shop.command("create")
def create(
    code: Annotated[str, typer.Option("--code", help="Short name used in commands and files.")],
    name: Annotated[str, typer.Option("--name", help="The shop's name, as buyers see it.")],
    owner_email: Annotated[str, typer.Option("--owner-email", help="E-mail address of its owner.")],
    owner_name: Annotated[str, typer.Option("--owner-name", help="The owner's name.")] = "",
    time_zone: Annotated[
        str, typer.Option("--time-zone", help="Asia/Jakarta, Asia/Makassar or Asia/Jayapura.")
    ] = "Asia/Jakarta",
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="Read the password from standard input; else one is made."),
    ] = False,
    json: AsJson = False,
) -> None:
    """Open a shop with its owner, the accounts of its stock ledger, PPN, a price list and a channel for phone sales.

    Buyers of COD orders are asked by a policy to begin with.

    A made password is printed once. Warehouses, further channels, shipping and products are added on
    the pages.
    """
    password = sys.stdin.readline().rstrip("\n") if password_stdin else secrets.token_urlsafe(12)
    told = _open(
        code=code,
        name=name,
        owner_email=owner_email,
        owner_name=owner_name or name,
        time_zone=time_zone,
        password=password,
    )
    shown = told | ({} if password_stdin else {"password": password})
    if json:
        print_json(shown)
    else:
        print(f"{code}: shop {told['shop_id']}, owner {owner_email}")
        if not password_stdin:
            print(f"password: {password}")


@shop.command("list")
def listing(json: AsJson = False) -> None:
    """Every shop of this installation."""
    from orderan.cli.areas import run_over_all_shops
    from orderan.shops import all_shops

    with database_url("orderan shop list") as url:
        found = run_over_all_shops(url, all_shops)
    if json:
        print_json({"shops": [{"shop_id": one.shop_id, "code": one.code, "name": one.name} for one in found]})
    else:
        for one in found:
            print(f"{one.code}  {one.name}")


def _open(
    *, code: str, name: str, owner_email: str, owner_name: str, time_zone: str, password: str
) -> dict[str, Any]:
    import asyncio

    from orderan.access import hashed
    from orderan.kit import masterkey
    from orderan.kit.crypto import Keyring
    from orderan.kit.db import ALL_SHOPS, Caller, Database, Tx
    from orderan.shops import open_shop

    settings = read_settings()

    async def command(url: str) -> dict[str, Any]:
        secret = settings.secrets
        keyring = Keyring(masterkey.obtain(secret.master_key_file, given=secret.master_key, create=False))
        password_hash = await hashed(password)
        now = datetime.now(UTC)

        async def work(tx: Tx) -> dict[str, Any]:
            made = await open_shop(tx, code=code, name=name, time_zone=time_zone, now=now)
            # What follows is of this shop alone, and the shop and it exist together or not at all.
            inside = Tx(tx.connection, Caller(made.shop_id, tx.actor))
            await _furnish(inside, keyring, owner_email, owner_name, password_hash, made, now=now)
            return {"shop_id": made.shop_id, "code": made.code, "owner": owner_email}

        db = Database(url, min_size=1, max_size=2)
        await db.open()
        try:
            return await db.run(Caller(ALL_SHOPS, "system:cli"), work)
        finally:
            await db.close()

    with database_url("orderan shop", settings) as url:
        prepare_database(settings, url)
        return asyncio.run(command(url))


async def _furnish(
    tx: "Tx",
    keyring: "Keyring",
    email: str,
    name: str,
    password_hash: str,
    made: "Shop",
    *,
    now: datetime,
) -> None:
    from orderan.access import add_staff
    from orderan.catalog import PriceListFields, add_price_list, set_tax_rate
    from orderan.inventory import open_accounts
    from orderan.shops import ChannelKind, add_channel
    from orderan.verification import DEFAULT, keep_policy

    await open_accounts(tx, time_zone=made.time_zone, now=now)
    await add_channel(tx, code=PHONE, name="Telepon", kind=ChannelKind.PHONE, now=now)
    # 12 % of 11/12 of the price since 2025: 11 % in effect. Luxury goods are another class.
    await set_tax_rate(
        tx,
        tax_class=PPN,
        valid_from=date(2025, 1, 1),
        rate_bp=1200,
        base_numerator=11,
        base_denominator=12,
        now=now,
    )
    await keep_policy(tx, DEFAULT, expected=0, now=now)
    await add_price_list(tx, PriceListFields(code=PRICES, name="Umum"), currency=made.currency, now=now)
    await add_staff(
        tx,
        email=email,
        name=name,
        roles=["owner"],
        password_hash=password_hash,
        keyring=keyring,
        now=now,
    )
