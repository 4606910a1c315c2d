"""`orderan import ...`: a file of order lines in, its account out."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderan.cli.edge import database_url, prepare_database, print_json, read_settings, say
from orderan.cli.exits import ExitCode, NotDone

if TYPE_CHECKING:
    from orderan.importing import Imported, Progress
    from orderan.kit.db import Caller, Database, Tx
    from orderan.shops import Shop

ACTOR = "system:import"

imports = typer.Typer(name="import", help="Bring in order lines of another system.", no_args_is_help=True)

ShopCode = Annotated[
    str | None, typer.Option("--shop", help="Code of the shop; may be left out if there is one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(imports)


@imports.command("orders")
def import_orders(
    file: Annotated[Path, typer.Argument(help="Order lines: .parquet, .csv, .tsv or .xlsx.")],
    preset: Annotated[str | None, typer.Option(help="A mapping we ship, such as online-retail.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="A mapping of your own, a TOML file.")] = None,
    shop: ShopCode = None,
    channel: Annotated[
        str | None,
        typer.Option(help="Channel account of the orders; default the mapping's name. Made if it is new."),
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the whole report, day by day, as JSON.")] = None,
    lines: Annotated[Path | None, typer.Option(help="Write what became of each line, as CSV.")] = None,
    json: AsJson = False,
) -> None:
    """Import a file of order lines, or go on with one that was interrupted.

    Every line is ordered, returned, or waits in the exception inbox with a reason; the sums are checked
    against the file before the import counts as finished. The same file again adds nothing.
    """
    from orderan import importing

    if (preset is None) == (mapping is None):
        raise NotDone("give either --preset or --mapping", ExitCode.USAGE)
    if preset is not None and preset not in importing.presets():
        known = ", ".join(importing.presets())
        raise NotDone(f"there is no preset {preset!r}; there are {known}", ExitCode.USAGE)
    how = importing.preset(preset) if preset is not None else importing.load(mapping or Path())

    async def work(db: "Database", chosen: "Shop", progress: "Progress") -> "Imported":
        from orderan.kit.clock import SystemClock

        done = await importing.start(
            db, chosen, file, how, clock=SystemClock(), actor=ACTOR, channel=channel, progress=progress
        )
        if lines is not None:
            await _write_lines(db, chosen, done.run_id, lines)
        return done

    import gc
    from time import monotonic

    # Half a million lines pass as tuples of plain values, which make no cycles: looking for some after
    # every few hundred took a fifth of the time.
    gc.set_threshold(500_000, 10, 50)
    began = monotonic()
    with _watched(quiet=json) as progress:
        done: Imported = _in_shop(shop, lambda db, chosen: work(db, chosen, progress))
    seconds = monotonic() - began
    if report is not None:
        from json import dumps

        report.write_text(dumps(done.report, indent=2) + "\n", encoding="utf-8")
    told = {"run": done.run_id, "fresh": done.fresh, "seconds": round(seconds, 2)} | _speed(done, seconds)
    for name in done.dropped:
        say(f"{name} had been read in part and nothing made of it: forgotten")
    if json:
        print_json(told | done.report)
    else:
        _print_report(done, told)


@imports.command("resubmit")
def resubmit_entries(
    entry: Annotated[str | None, typer.Argument(help="Id of an entry of the exception inbox.")] = None,
    correct: Annotated[
        list[str] | None,
        typer.Option("--set", help="FIELD=TEXT for every line of the entry, or LINE.FIELD=TEXT for one."),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="All open entries that wait for this reason.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="E-mail address of whoever decided it, for the audit trail.")
    ] = None,
    shop: ShopCode = None,
    json: AsJson = False,
) -> None:
    """Send waiting lines in again: one entry, corrected or not, or all that wait for a reason."""
    if (entry is None) == (reason is None):
        raise NotDone("give either an entry or --reason", ExitCode.USAGE)
    if reason is not None and correct:
        raise NotDone("--set corrects one entry; it cannot be used with --reason", ExitCode.USAGE)
    corrections = _corrections(correct or [])
    told = _in_shop(shop, lambda db, chosen: _resubmit(db, chosen, entry, reason, corrections, by))
    if json:
        print_json(told)
    else:
        print(
            f"{told['ordered']} lines ordered, {told['returned']} returned, {told['still_waiting']} entries still wait"
        )
    if entry is None and told["still_waiting"] and not told["ordered"] and not told["returned"]:
        raise NotDone("no entry could be used as it is")


async def _resubmit(
    db: "Database",
    shop: "Shop",
    entry: str | None,
    reason: str | None,
    corrections: dict[int, dict[str, str]],
    by: str | None,
) -> dict[str, Any]:
    from datetime import UTC, datetime
    from uuid import UUID

    from orderan import importing
    from orderan.kit.db import Caller

    caller = Caller(shop.shop_id, ACTOR)
    if by is not None:
        caller = Caller(shop.shop_id, await db.run(caller, lambda tx: _person(tx, by)))
    ordered = returned = refused = 0
    async for one in _entries(db, caller, entry, reason):
        again = partial(
            importing.resubmit, shop=shop, entry_id=UUID(one), corrections=corrections, now=datetime.now(UTC)
        )
        try:
            done = await db.run(caller, again)
        except importing.StillWaiting:
            if entry is not None:
                raise
            refused += 1
        else:
            ordered, returned = ordered + done.ordered, returned + done.returned
    return {"ordered": ordered, "returned": returned, "still_waiting": refused}


async def _entries(
    db: "Database", caller: "Caller", entry: str | None, reason: str | None
) -> AsyncIterator[str]:
    from orderan import importing

    if entry is not None:
        yield _entry_id(entry)
        return
    after = None
    while found := await db.run(
        caller, partial(importing.open_entries, reason=reason or "", after=after, limit=500)
    ):
        for one in found:
            yield str(one)
        after = found[-1]


async def _person(tx: "Tx", email: str) -> str:
    """The actor of somebody who works in the shop."""
    from orderan.access import NoSuchStaff, StaffState, list_staff

    for one in await list_staff(tx):
        if one.email == email.strip().lower() and one.state == StaffState.ACTIVE:
            return f"staff:{one.id}"
    raise NoSuchStaff


def _entry_id(text: str) -> str:
    from uuid import UUID

    from orderan.kit.ids import NotAnId, from_text

    try:
        return str(from_text("exc", text) if text.startswith("exc_") else UUID(text))
    except (ValueError, NotAnId) as error:
        raise NotDone(f"{text} is not the id of an entry", ExitCode.USAGE) from error


def _corrections(given: list[str]) -> dict[int, dict[str, str]]:
    corrections: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for text in given:
        name, sign, value = text.partition("=")
        line, dot, field = name.rpartition(".")
        if not sign or not field or (dot and not line.isdigit()):
            raise NotDone(f"--set {text}: write FIELD=TEXT or LINE.FIELD=TEXT", ExitCode.USAGE)
        corrections[int(line) if dot else 0][field] = value
    return dict(corrections)


def _in_shop(code: str | None, work: Any) -> Any:
    """Run work with a database that is up to date and the shop that is meant."""
    settings = read_settings()
    with database_url("orderan import", settings) as url:
        # Preparing runs a loop of its own, so it is done before there is one.
        prepare_database(settings, url)
        return asyncio.run(_with_shop(url, code, work))


async def _with_shop(url: str, code: str | None, work: Any) -> Any:
    from orderan.kit.db import ALL_SHOPS, Caller, Database
    from orderan.shops import all_shops, shop_by_code

    async with _opened(Database(url, min_size=2, max_size=4)) as db:
        system = Caller(ALL_SHOPS, ACTOR)
        if code is not None:
            shop = await db.run(system, lambda tx: shop_by_code(tx, code))
        else:
            shops = await db.run(system, all_shops)
            if len(shops) != 1:
                known = ", ".join(one.code for one in shops) or "none yet"
                raise NotDone(f"say which shop with --shop: {known}", ExitCode.USAGE)
            [shop] = shops
        return await work(db, shop)


@asynccontextmanager
async def _opened(db: "Database") -> AsyncIterator["Database"]:
    await db.open()
    try:
        yield db
    finally:
        await db.close()


async def _write_lines(db: "Database", shop: "Shop", run_id: str, path: Path) -> None:
    from uuid import UUID

    from orderan.importing import export_fates
    from orderan.kit.db import Caller

    with path.open("wb") as file:
        await db.run(Caller(shop.shop_id, ACTOR), lambda tx: export_fates(tx, UUID(run_id), file.write))


@contextmanager
def _watched(*, quiet: bool) -> Iterator["Progress"]:
    """A progress bar on standard error, one per step."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), disable=quiet,
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}

    def tell(step: str, done: int, whole: int | None) -> None:
        if step not in tasks:
            tasks[step] = bar.add_task(step, total=whole)
        bar.update(tasks[step], completed=done, total=whole)

    with bar:
        yield tell


def _speed(done: "Imported", seconds: float) -> dict[str, Any]:
    """Lines a second and the most memory this process held, in MB."""
    import resource
    import sys

    # Linux counts kilobytes, macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1 << 20 if sys.platform == "darwin" else 1 << 10
    )
    rate = round(done.lines_now / seconds) if done.lines_now else None
    return {"lines_per_s": rate, "peak_memory_mb": round(peak, 1)}


def _print_report(done: "Imported", told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    report = done.report
    console = Console()
    if not done.fresh:
        console.print(f"{report['source']} is in already; nothing was added.")
    sums = Table("currency", "", "lines", "minor units", "exact", title=report["source"])
    for row in report["currencies"]:
        for column in ("file", "ordered", "returned", "waiting"):
            figures = [f"{row[f'{column}_lines']:,}", f"{row[f'{column}_minor']:,}", row[f"{column}_exact"]]
            sums.add_row(row["currency"] if column == "file" else "", column, *figures)
    for place in (2, 3, 4):
        sums.columns[place].justify = "right"
    console.print(sums)
    if report["reasons"]:
        waiting = Table("waiting because", "currency", "lines", "minor units")
        for row in report["reasons"]:
            waiting.add_row(row["reason"], row["currency"], f"{row['lines']:,}", f"{row['minor']:,}")
        waiting.columns[2].justify = waiting.columns[3].justify = "right"
        console.print(waiting)
    made = ", ".join(f"{count:,} {word.replace('_', ' ')}" for word, count in sorted(report["made"].items()))
    console.print(f"made: {made or 'nothing'}")
    if (order := report.get("assumed", {}).get("day_order")) is not None:
        # Whoever knows the file knows at a glance; a mapping that states it is never asked again.
        front, other = ("day", "mdy") if order == "dmy" else ("month", "dmy")
        console.print(
            f"no date in the file shows the order of day and month: the {front} was taken to be in front; "
            f'if that is wrong, state day_order = "{other}" under [time] in the mapping',
            markup=False,
        )
    console.print(
        f"{len(report['days'])} rows by day and currency agree with the file, to the minor unit and exactly"
    )
    if told["lines_per_s"] is not None:
        console.print(
            f"{told['seconds']} s, {told['lines_per_s']:,} lines a second, {told['peak_memory_mb']} MB at most"
        )
