"""`orderan doctor`: what is wrong with an installation, and how to mend it."""

from typing import TYPE_CHECKING, Annotated

import typer

from orderan.cli.edge import print_json, read_settings

if TYPE_CHECKING:
    from orderan.cli.checkup import Finding


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(doctor)


def doctor(json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Examine this installation: each check with its state and, where something is wrong, how to mend it.

    Changes nothing, except that a stopped embedded database is started for the look and stopped again.
    Exits with 1 when something is broken.
    """
    from dataclasses import asdict

    from orderan.cli.checkup import examine

    found = list(examine(read_settings()))
    broken = any(one.state == "broken" for one in found)
    if json:
        print_json({"healthy": not broken, "checks": [asdict(one) for one in found]})
    else:
        _print(found)
    if broken:
        raise typer.Exit(1)


def _print(found: "list[Finding]") -> None:
    from rich.console import Console
    from rich.table import Table

    colours = {"ok": "green", "warning": "yellow", "broken": "red", "skipped": "dim"}
    table = Table(box=None, pad_edge=False)
    for heading in ("check", "state", "what was found"):
        table.add_column(heading, overflow="fold")
    for one in found:
        words = one.words if one.mend is None else f"{one.words}\n[bold]mend:[/] {one.mend}"
        table.add_row(one.check, f"[{colours[one.state]}]{one.state}[/]", words)
    Console().print(table)
