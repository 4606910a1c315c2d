"""`orderan bench`: figures against the promises, each measured on data of its own."""

from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from typing import Annotated, Any

import typer

from orderan.cli.edge import print_json, say
from orderan.cli.exits import NotDone

BENCHES = {
    "placement": "orderan.bench.placement",
    "import": "orderan.bench.importing",
}
"""Name to module; a module offers `measure(tell=...)` and returns a dataclass of figures."""


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(bench)


def bench(
    name: Annotated[
        str | None, typer.Argument(help=f"One of {', '.join(BENCHES)}; all when left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure against the promises on a throw-away server; nothing of yours is touched."""
    if name is not None and name not in BENCHES:
        raise NotDone(f"there is no benchmark {name!r}; there are {', '.join(BENCHES)}")
    chosen = [name] if name is not None else list(BENCHES)
    results = {one: _measure(one, quiet=as_json) for one in chosen}
    if as_json:
        print_json(results[name] if name is not None else results)


def _measure(name: str, *, quiet: bool) -> dict[str, Any]:
    tell: Callable[[str], None] = (lambda _text: None) if quiet else (lambda text: say(f"  {name}: {text}"))
    figures = asdict(import_module(BENCHES[name]).measure(tell=tell))
    if not quiet:
        for figure, value in figures.items():
            say(f"{name:<14} {figure:<20} {value:>12,}")
    return figures
