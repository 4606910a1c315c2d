"""`orderan routing ...`: the rules that are followed, and past payments under other rules. Nothing is changed."""

import json as plain_json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from orderan.cli.edge import database_url, print_json
from orderan.cli.exits import ExitCode, NotDone

if TYPE_CHECKING:
    from orderan.kit.db import Tx
    from orderan.routing import RulesVersion, Trial

T = TypeVar("T")
ACTOR = "system:routing"
LARGEST = 1_000_000
"""Bytes of a file of rules; a hundred of them need a tenth of that."""

routing = typer.Typer(
    name="routing",
    help="Which rail carries a payment: the rules, and past payments under others.",
    no_args_is_help=True,
)

ShopCode = Annotated[
    str | None, typer.Option("--shop", help="Code of the shop; may be left out if there is one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(routing)


@routing.command("show")
def show(shop: ShopCode = None, json: AsJson = False) -> None:
    """The rules that are followed, in their order, and every version there was.

    What --json prints can be edited and given to `orderan routing replay --rules`.
    """
    from orderan.routing import plain_rules, versions

    found = _in_shop(shop, versions)
    live = next((one for one in found if one.active), None)
    if json:
        print_json(
            {
                "version": live.version if live else None,
                "rules": plain_rules(live.rules) if live else [],
                "versions": [
                    {
                        "version": one.version,
                        "active": one.active,
                        "note": one.note,
                        "made_by": one.made_by,
                        "made_at": one.made_at.isoformat(),
                    }
                    for one in found
                ],
            }
        )
        return
    for line in _shown(live, found):
        print(line)


@routing.command("replay")
def replay(
    rules: Annotated[
        Path, typer.Option("--rules", help="A JSON file: a list of rules, or an object with `rules`.")
    ],
    days: Annotated[int, typer.Option("--days", help="How many days back, 1 to 90.")] = 7,
    shop: ShopCode = None,
    json: AsJson = False,
) -> None:
    """Play the payments of the last days again under other rules and print the difference.

    Each is chosen from what was known then. Nothing is changed, and no gateway is asked. Exits with 1
    when the rules cannot be followed.
    """
    from datetime import UTC, datetime

    from orderan.flows.try_routing import known_to_rules, try_rules
    from orderan.routing import plain_trial, read_rules

    wanted = _read(rules)

    async def work(tx: "Tx") -> "Trial":
        known = await known_to_rules(tx)
        usable = read_rules(wanted, gateways=known.gateways, methods=known.methods, banks=known.banks)
        return await try_rules(tx, usable, days=days, now=datetime.now(UTC))

    trial = _in_shop(shop, work)
    if json:
        print_json(plain_trial(trial))
        return
    for line in _difference(trial):
        print(line)


def _read(file: Path) -> Any:
    if not file.is_file():
        raise NotDone(f"there is no file {file}", ExitCode.USAGE)
    if file.stat().st_size > LARGEST:
        raise NotDone(f"{file} is larger than {LARGEST:,} bytes: these are no rules", ExitCode.USAGE)
    try:
        found = plain_json.loads(file.read_bytes())
    except (ValueError, RecursionError) as fault:
        raise NotDone(f"{file} is not JSON: {fault}", ExitCode.USAGE) from fault
    return found["rules"] if isinstance(found, dict) and "rules" in found else found


def _shown(live: "RulesVersion | None", found: "list[RulesVersion]") -> list[str]:
    from orderan.web.dashboard.routing_words import rule_told
    from orderan.web.words import words

    english = words("en")
    lines = [f"version {live.version}" if live else "no rules: rails are chosen by health, chance and cost"]
    lines += [
        f"{number}. {rule.name}: {rule_told(rule, english)}"
        for number, rule in enumerate(live.rules if live else (), start=1)
    ]
    return lines + [
        f"{'*' if one.active else ' '} version {one.version}, {one.made_at:%Y-%m-%d %H:%M %Z}: {one.note}"
        for one in found
    ]


def _difference(trial: "Trial") -> list[str]:
    from orderan.web.dashboard.routing_words import method_name, signed_money, signed_number
    from orderan.web.words import words

    english = words("en")
    fee = signed_money(trial.fee_minor_now - trial.fee_minor, "en")
    lines = [
        f"{trial.payments:,} payments from {trial.since:%Y-%m-%d %H:%M} to {trial.until:%Y-%m-%d %H:%M} UTC",
        f"{trial.moved:,} would have taken another rail",
        f"fees {fee} if all are paid, {signed_number(trial.paid_now - trial.paid, 'en')} payments expected",
    ]
    if trial.more:
        lines.insert(1, f"only the newest {trial.most:,} were played")
    lines += [f"rule {name!r}: {count:,} payments" for name, count in trial.by_rule.items() if name]
    lines += [
        f"  {method_name(move.method, english)}: {move.from_gateway} -> {move.to_gateway}, {move.payments:,} payments, "
        f"fees {signed_money(move.fee_minor, 'en')}"
        for move in trial.moves
    ]
    if trial.moves_left_out:
        lines.append(f"  and {trial.moves_left_out:,} smaller moves")
    return lines


def _in_shop(code: str | None, work: "Callable[[Tx], Awaitable[T]]") -> T:
    """Run work in the shop that is meant, in a transaction that cannot write."""
    import asyncio

    from orderan.kit.db import ALL_SHOPS, Caller, Database
    from orderan.shops import all_shops, shop_by_code

    async def run(url: str) -> T:
        async def reading(tx: "Tx") -> T:
            await tx.run("SET TRANSACTION READ ONLY")
            return await work(tx)

        db = Database(url, min_size=1, max_size=1)
        await db.open()
        try:
            system = Caller(ALL_SHOPS, ACTOR)
            if code is not None:
                chosen = await db.run(system, lambda tx: shop_by_code(tx, code))
            else:
                shops = await db.run(system, all_shops)
                if len(shops) != 1:
                    raise NotDone(f"there are {len(shops)} shops: say which with --shop", ExitCode.USAGE)
                chosen = shops[0]
            return await db.run(Caller(chosen.shop_id, ACTOR), reading)
        finally:
            await db.close()

    with database_url("orderan routing") as url:
        return asyncio.run(run(url))
