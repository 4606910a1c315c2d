"""`orderan demo`: the demo shop, and orders that trickle into it."""

from typing import TYPE_CHECKING, Annotated

import typer

from orderan.cli.edge import database_url, prepare_database, read_settings, say
from orderan.cli.exits import NotDone
from orderan.settings import Settings

if TYPE_CHECKING:
    from orderan.flows.pay_links import PayLinks
    from orderan.kit.crypto import Keyring
    from orderan.kit.db import Database


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(demo)


def demo(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Only when there is no shop yet.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Let new orders trickle in until Ctrl-C.")] = False,
    orders: Annotated[int, typer.Option(min=100, help="Orders to make.")] = 10_000,
    days: Annotated[int, typer.Option(min=3, max=365, help="Days to spread them over.")] = 90,
    per_minute: Annotated[float, typer.Option(min=0.1, max=600, help="With --live: orders a minute.")] = 6.0,
) -> None:
    """Load the demo shop: 500 skus, 2,000 customers, 90 days and 10,000 orders in every state."""
    import asyncio

    settings = read_settings()
    with database_url("orderan demo", settings) as url:
        prepare_database(settings, url)
        asyncio.run(
            _demo(
                url, settings, if_empty=if_empty, live=live, orders=orders, days=days, per_minute=per_minute
            )
        )


async def _demo(
    url: str, settings: Settings, *, if_empty: bool, live: bool, orders: int, days: int, per_minute: float
) -> None:
    from contextlib import suppress
    from datetime import UTC, datetime

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from orderan.demo import (
        BeingMade,
        GatewayThere,
        ReachThere,
        Size,
        demo_shop_is_finished,
        load,
        load_if_empty,
        logins,
        tills_of_demo,
    )
    from orderan.demo.live import trickle
    from orderan.flows.pay_links import PayLinks
    from orderan.kit import masterkey
    from orderan.kit.crypto import Keyring
    from orderan.kit.db import Database
    from orderan.sandbox.keys import MAIL, MESSENGERS, Cabinet, NotHere

    cabinet = Cabinet(settings.sandbox_file)
    gateways = [
        GatewayThere(name, f"{settings.sandbox.address}/{name}", keys)
        for name, keys in cabinet.credentials().items()
    ]
    street = settings.sandbox
    partners = {**MESSENGERS, **cabinet.telephones()}
    reach = [ReachThere(name, f"{street.address}/{name}", keys) for name, keys in partners.items()]
    reach.append(ReachThere("smtp", "", {**MAIL, "port": str(street.mail_port)}))
    secrets = settings.secrets
    keyring = Keyring(masterkey.obtain(secrets.master_key_file, given=secrets.master_key, create=False))
    db = Database(url, min_size=1, max_size=4)
    await db.open()
    columns = (TextColumn("demo shop"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        there = await demo_shop_is_finished(db)
        if there and not (live or if_empty):
            raise NotDone("the demo shop is loaded already; `orderan demo --live` lets orders trickle in")
        if not there:
            with Progress(*columns, console=Console(stderr=True)) as progress:
                bar = progress.add_task("", total=orders)
                size = Size(orders=orders, days=days)
                now = datetime.now(UTC)
                make = load_if_empty if if_empty else load
                await make(
                    db,
                    keyring,
                    now=now,
                    size=size,
                    gateways=gateways,
                    reach=reach,
                    address=settings.web.address,
                    tell=lambda done, _all: progress.update(bar, completed=done),
                )
            links = PayLinks(settings.web.address, keyring)
            for shop_id, account in await tills_of_demo(db):
                # An installation that people reach from elsewhere is not called by a sandbox.
                with suppress(NotHere):
                    cabinet.register(account.gateway, links.notifications(shop_id, account.id))
            for name, address in await _where_word_goes(db, keyring, links):
                with suppress(NotHere):
                    cabinet.register(name, address)
            for line in logins(url):
                say(line)
        if live:
            say(f"about {per_minute:g} orders a minute, Ctrl-C ends it")
            await trickle(db, keyring, per_minute=per_minute, tell=say)
    except BeingMade:
        raise NotDone("another process is loading the demo shop right now") from None
    finally:
        await db.close()


async def _where_word_goes(db: "Database", keyring: "Keyring", links: "PayLinks") -> list[tuple[str, str]]:
    """Providers of messages and calls that are registered with an address, and which; a flow's is where it asks."""
    from orderan.demo import reach_of_demo
    from orderan.flows.reach_links import registered_address
    from orderan.reach import credentials_behind
    from orderan.sandbox.keys import REGISTERED

    return [
        (
            account.provider,
            registered_address(links, shop_id, account, credentials_behind(keyring, shop_id, account)),
        )
        for shop_id, account in await reach_of_demo(db)
        if account.provider in REGISTERED
    ]
