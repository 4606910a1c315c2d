"""`orderan couriers ...`: a shop's accounts at couriers, and their letters heard again."""

import json as plain_json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from orderan.cli.edge import database_url, print_json, read_settings
from orderan.cli.exits import ExitCode, NotDone

if TYPE_CHECKING:
    from orderan.flows.courier_clients import CourierClients
    from orderan.kit.db import Caller, Database

T = TypeVar("T")
ACTOR = "system:couriers"

couriers = typer.Typer(
    name="couriers",
    help="A shop's accounts at couriers: opened, listed, checked; what they sent, heard again.",
    no_args_is_help=True,
)

ShopCode = Annotated[
    str | None, typer.Option("--shop", help="Code of the shop; may be left out if there is one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(couriers)


@couriers.command("open")
def open_(
    provider: Annotated[str, typer.Argument(help="biteship, kiriminaja, rajaongkir, jnt, numbered or own.")],
    fields: Annotated[
        Path, typer.Option("--fields", help="A JSON file: an object of what the account is opened with.")
    ],
    name: Annotated[str, typer.Option("--name", help="What people call it.")],
    address: Annotated[
        str | None, typer.Option("--address", help="Where its API is; its real one where left out.")
    ] = None,
    shop: ShopCode = None,
    json: AsJson = False,
) -> None:
    """Open an account; its secrets are sealed, and read from a file so that no list of processes shows them.

    Prints where the courier has to send word. Exits with 1 when something is missing or cannot be used.
    """
    from orderan.couriers import ADDRESSES
    from orderan.flows.courier_letters import news_address
    from orderan.flows.pay_links import PayLinks
    from orderan.kit.ids import to_text
    from orderan.shipping import PREFIX, courier_credentials, open_courier_account

    wanted = _read(fields)
    settings = read_settings()

    async def work(db: "Database", caller: "Caller", clients: "CourierClients") -> dict[str, str]:
        account = await db.run(
            caller,
            lambda tx: open_courier_account(
                tx,
                clients.keyring,
                provider=provider,
                name=name,
                base_url=address or next(iter(ADDRESSES.get(provider, ())), ""),
                fields=wanted,
                now=clients.clock.now(),
            ),
        )
        token = courier_credentials(clients.keyring, caller.shop_id, account).get("hook_token", "")
        links = PayLinks(settings.web.address, clients.keyring)
        return {
            "account": to_text(PREFIX, account.id),
            "news": news_address(links, caller.shop_id, account.id, token),
        }

    made = _in_shop(shop, work)
    if json:
        print_json(made)
    else:
        print(f"{made['account']} is open; its courier sends word to {made['news']}")


@couriers.command("list")
def list_(shop: ShopCode = None, json: AsJson = False) -> None:
    """Every account, the one that is asked first in front; secrets never come out."""
    from orderan.kit.ids import to_text
    from orderan.shipping import PREFIX, courier_accounts

    async def work(db: "Database", caller: "Caller", _: "CourierClients") -> list[dict[str, Any]]:
        return [
            {
                "account": to_text(PREFIX, one.id),
                "provider": one.provider,
                "name": one.name,
                "state": one.state,
                "address": one.base_url,
                "fields": dict(one.fields),
            }
            for one in await db.run(caller, courier_accounts)
        ]

    found = _in_shop(shop, work)
    if json:
        print_json({"accounts": found})
        return
    for one in found:
        print(f"{one['account']}  {one['provider']}  {one['name']}  {one['state']}  {one['address']}")


@couriers.command("check")
def check(
    account: Annotated[str, typer.Argument(help="The account's id, as `list` prints it.")],
    shop: ShopCode = None,
) -> None:
    """Ask the courier something that changes nothing; exits with 1 when it does not let the account in."""
    from orderan.couriers import CourierFailed, CourierRefused
    from orderan.kit.ids import from_text
    from orderan.shipping import PREFIX

    account_id = from_text(PREFIX, account)

    async def work(db: "Database", caller: "Caller", clients: "CourierClients") -> str | None:
        opened = await db.run(caller, lambda tx: clients.of_account(tx, account_id))
        try:
            await opened.client.check()
        except (CourierRefused, CourierFailed) as fault:
            return str(fault)
        return None

    fault = _in_shop(shop, work)
    if fault is not None:
        raise NotDone(fault)
    print("the courier lets this account in")


@couriers.command("replay")
def replay(
    since: Annotated[datetime, typer.Option("--since", help="Letters received from then on, UTC.")],
    shop: ShopCode = None,
    json: AsJson = False,
) -> None:
    """Have letters heard again by the worker, after words were learned. What they told before moves nothing."""
    from datetime import UTC

    from orderan.shipping import replay_letters

    began = since if since.tzinfo else since.replace(tzinfo=UTC)

    async def work(db: "Database", caller: "Caller", clients: "CourierClients") -> int:
        now = clients.clock.now()
        return await db.run(caller, lambda tx: replay_letters(tx, since=began, now=now))

    many = _in_shop(shop, work)
    if json:
        print_json({"letters": many})
    else:
        print(f"{many:,} letters will be heard again")


def _read(file: Path) -> dict[str, str]:
    if not file.is_file():
        raise NotDone(f"there is no file {file}", ExitCode.USAGE)
    try:
        found = plain_json.loads(file.read_bytes())
    except (ValueError, RecursionError) as fault:
        raise NotDone(f"{file} is not JSON: {fault}", ExitCode.USAGE) from fault
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise NotDone(f"{file} is no object of texts", ExitCode.USAGE)
    return found


def _in_shop(code: str | None, work: "Callable[[Database, Caller, CourierClients], Awaitable[T]]") -> T:
    """Run work in the shop that is meant."""
    import asyncio

    from orderan.flows.courier_clients import CourierClients
    from orderan.kit import masterkey
    from orderan.kit.calling import Caller as Reach
    from orderan.kit.clock import SystemClock
    from orderan.kit.crypto import Keyring
    from orderan.kit.db import ALL_SHOPS, Caller, Database
    from orderan.shops import all_shops, shop_by_code

    secrets = read_settings().secrets
    master = masterkey.obtain(secrets.master_key_file, given=secrets.master_key, create=False)

    async def run(url: str) -> T:
        db = Database(url, min_size=1, max_size=1)
        await db.open()
        try:
            async with Reach() as reach:
                system = Caller(ALL_SHOPS, ACTOR)
                if code is not None:
                    chosen = await db.run(system, lambda tx: shop_by_code(tx, code))
                else:
                    shops = await db.run(system, all_shops)
                    if len(shops) != 1:
                        raise NotDone(f"there are {len(shops)} shops: say which with --shop", ExitCode.USAGE)
                    chosen = shops[0]
                clients = CourierClients(Keyring(master), SystemClock(), reach)
                return await work(db, Caller(chosen.shop_id, ACTOR), clients)
        finally:
            await db.close()

    with database_url("orderan couriers") as url:
        return asyncio.run(run(url))
