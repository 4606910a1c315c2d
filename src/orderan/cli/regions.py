"""`orderan regions ...`: Indonesia's administrative areas, and a list of postcodes of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from orderan.cli.areas import bring_regions, run_over_all_shops
from orderan.cli.edge import database_url, print_json, say

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")]
SHOWN = 20

regions = typer.Typer(name="regions", help="Administrative areas and postcodes.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(regions)


@regions.command("load")
def load(json: AsJson = False) -> None:
    """Bring the table of areas to the list of this release; `orderan migrate` does it as well."""
    with database_url("orderan regions load") as url:
        changed = bring_regions(url)
    if json:
        print_json({"changed": changed})
    else:
        print(f"{changed} areas new or renamed")


@regions.command("postcodes")
def postcodes(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="CSV with columns code (or kode) and postcode (or kodepos)."
        ),
    ],
    json: AsJson = False,
) -> None:
    """Load postcodes by village; addresses are then held to them. Lines that cannot be used are listed."""
    from orderan.customers import load_postcodes, save_postcodes

    read = load_postcodes(file.read_text(encoding="utf-8-sig"))
    with database_url("orderan regions postcodes") as url:
        changed = run_over_all_shops(url, lambda tx: save_postcodes(tx, read.by_village))
    refused = [{"line": row.line, "reason": row.reason, "code": row.code} for row in read.refused]
    if json:
        print_json({"read": len(read.by_village), "changed": changed, "refused": refused})
    else:
        print(f"{len(read.by_village)} villages read, {changed} changed, {len(refused)} lines refused")
        for row in read.refused[:SHOWN]:
            say(f"line {row.line}: {row.reason} ({row.code} {row.postcode})")
    if refused:
        raise typer.Exit(1)
