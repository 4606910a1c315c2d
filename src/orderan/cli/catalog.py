"""`orderan catalog ...`: products, skus and prices as a CSV sheet, in and out."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from orderan.cli.edge import database_url, prepare_database, print_json, read_settings, say
from orderan.cli.exits import ExitCode, NotDone

if TYPE_CHECKING:
    from orderan.catalog import Import
    from orderan.kit.db import Caller, Database, Tx
    from orderan.shops import Shop

T = TypeVar("T")
ACTOR = "system:catalog"
SHOWN = 20

catalog = typer.Typer(name="catalog", help="Products, skus and prices as a CSV sheet.", no_args_is_help=True)

ShopCode = Annotated[
    str | None, typer.Option("--shop", help="Code of the shop; may be left out if there is one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(catalog)


@catalog.command("import")
def import_sheet(
    file: Annotated[Path, typer.Argument(help="A CSV file: comma, semicolon or tab.", dir_okay=False)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what it would do; change nothing.")
    ] = False,
    refused: Annotated[
        Path | None, typer.Option(help="Write the refused rows, with what is wrong, to this CSV.")
    ] = None,
    shop: ShopCode = None,
    json: AsJson = False,
) -> None:
    """Bring in a sheet: good rows are applied, refused ones are told by row and column.

    The same sheet again changes nothing. Exits with 1 when rows were refused.
    """
    from orderan.catalog import apply_sheet, check_sheet, refused_rows

    if not file.is_file():
        raise NotDone(f"there is no file {file}", ExitCode.USAGE)
    content = file.read_bytes()

    async def work(db: "Database", caller: "Caller", chosen: "Shop") -> "tuple[Import, bytes]":
        from datetime import UTC, datetime

        now = datetime.now(UTC)
        currency = chosen.currency
        made = await db.run(
            caller, lambda tx: check_sheet(tx, file.name, content, currency=currency, now=now)
        )
        if not dry_run:
            made = await db.run(caller, lambda tx: apply_sheet(tx, made.id, currency=currency, now=now))
        rows = await db.run(caller, lambda tx: refused_rows(tx, made.id, _told, locale=chosen.locale))
        return made, rows

    made, rows = _in_shop(shop, work)
    if refused is not None and made.counts["refused"]:
        refused.write_bytes(rows)
    if json:
        print_json({"applied": not dry_run, **made.counts, "problems": made.problems})
    else:
        for problem in made.problems[:SHOWN]:
            say(f"row {problem['row']}, {problem['header']}: {_told(problem)}")
        if len(made.problems) > SHOWN:
            say(f"and {len(made.problems) - SHOWN} more; --refused FILE writes them all")
        print(", ".join(f"{count:,} {word}" for word, count in made.counts.items()))
        if dry_run:
            print("nothing was changed: this was a dry run")
    if made.counts["refused"]:
        raise typer.Exit(ExitCode.REFUSED)


def _told(problem: dict[str, Any]) -> str:
    from orderan.catalog import SENTENCES, Fault
    from orderan.web.words import words

    sentence = words("en").gettext(SENTENCES[Fault(problem["fault"])])
    return sentence.format(value=problem["value"], right=problem["right"])


@catalog.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="File to write; standard output without.")] = None,
    language: Annotated[str, typer.Option(help="Language of the headers: id or en.")] = "id",
    semicolons: Annotated[
        bool, typer.Option("--semicolons", help="For Excel where it speaks Indonesian.")
    ] = False,
    shop: ShopCode = None,
) -> None:
    """Write every sku with its product and today's prices; imported again, it changes nothing."""
    import sys

    from orderan.catalog import export_sheet

    if language not in {"id", "en"}:
        raise NotDone("--language is id or en", ExitCode.USAGE)

    async def work(db: "Database", caller: "Caller", _chosen: "Shop") -> bytes:
        from datetime import UTC, datetime

        now, delimiter = datetime.now(UTC), ";" if semicolons else ","

        async def read(tx: "Tx") -> bytes:
            return await export_sheet(tx, locale=language, delimiter=delimiter, now=now)

        return await db.run(caller, read)

    content = _in_shop(shop, work)
    if file is None:
        sys.stdout.buffer.write(content)
    else:
        file.write_bytes(content)
        say(f"{file}: {len(content):,} bytes")


def _in_shop(code: str | None, work: "Callable[[Database, Caller, Shop], Awaitable[T]]") -> T:
    """Run work with a database that is up to date and the shop that is meant."""
    settings = read_settings()
    with database_url("orderan catalog", settings) as url:
        # Preparing runs a loop of its own, so it is done before there is one.
        prepare_database(settings, url)
        return asyncio.run(_with_shop(url, code, work))


async def _with_shop(
    url: str, code: str | None, work: "Callable[[Database, Caller, Shop], Awaitable[T]]"
) -> T:
    from orderan.kit.db import ALL_SHOPS, Caller, Database
    from orderan.shops import all_shops, shop_by_code

    db = Database(url, min_size=1, max_size=2)
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
        return await work(db, Caller(chosen.shop_id, ACTOR), chosen)
    finally:
        await db.close()
