"""`orderan bench`: figures against the promises, each measured on data of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from orderan.bench import CannotMeasure
from orderan.cli.edge import print_json, say
from orderan.cli.exits import ExitCode, NotDone
from orderan.kit.telemetry import configure_logs

if TYPE_CHECKING:
    from orderan.bench import Promise

BENCHES = {
    "placement": "orderan.bench.placement",
    "orders-list": "orderan.bench.listing",
    "import": "orderan.bench.importing",
    "payments": "orderan.bench.paying",
    "messages": "orderan.bench.telling",
    "trust": "orderan.bench.trusting",
    "routes": "orderan.bench.driving",
    "warehouse": "orderan.bench.warehouse",
    "startup": "orderan.bench.startup",
}
"""Name to module; a module offers `measure(tell=...)`, which returns a dataclass of figures, and PROMISES."""
OPTIONS: Final = {"incidents": "payments", "instances": "routes", "best": "routes"}
"""Files somebody may give, each to the one benchmark that takes it."""
NO_OPTIONS: Final[Mapping[str, Path]] = {}


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(bench)


def bench(
    name: Annotated[
        str | None, typer.Argument(help=f"One of {', '.join(BENCHES)}; all when left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    incidents: Annotated[
        Path | None, typer.Option(help="Of payments: a CSV of outages, in place of that of the data sets.")
    ] = None,
    instances: Annotated[
        Path | None, typer.Option(help="Of routes: a folder of instances, in place of that of the data sets.")
    ] = None,
    best: Annotated[
        Path | None, typer.Option(help="Of routes: a file of the best costs known of the instances.")
    ] = None,
) -> None:
    """Measure against the promises on a throw-away server; nothing of yours is touched.

    Exits 1 when a promise is not met that holds on every machine: a ratio, memory, what an audit
    found. Bare times and rates depend on the machine and on what else it does: they are told, and
    fail nothing.
    """
    if name is not None and name not in BENCHES:
        raise NotDone(f"there is no benchmark {name!r}; there are {', '.join(BENCHES)}", ExitCode.USAGE)
    # The answer alone is on standard output: a program reads it.
    configure_logs(level="warning")
    given = {"incidents": incidents, "instances": instances, "best": best}
    options = {option: path for option, path in given.items() if path is not None}
    for option in options:
        if name != OPTIONS[option]:
            raise NotDone(f"--{option} is of the benchmark {OPTIONS[option]} alone", ExitCode.USAGE)
    if name is not None:
        try:
            results = {name: _measured(name, options)}
        except CannotMeasure as missing:
            raise NotDone(f"{name}: {missing}") from missing
    else:
        results = _all_measured()
    if as_json:
        print_json(results[name] if name is not None else results)
    else:
        _print_table(results)
    missed = [
        f"{one}: {promise.figure}"
        for one, figures in results.items()
        for promise in _promises(one)
        if promise.binds and not promise.met(figures)
    ]
    if missed:
        raise NotDone(f"not met: {', '.join(missed)}")


def _all_measured() -> dict[str, dict[str, Any]]:
    """Figures of every benchmark; one whose data is not on this machine is left out, saying so."""
    results = {}
    for name in BENCHES:
        try:
            results[name] = _measured(name)
        except CannotMeasure as missing:
            say(f"{name}: left out, {missing}")
    return results


def _measured(name: str, options: Mapping[str, Path] = NO_OPTIONS) -> dict[str, Any]:
    measure: Callable[..., Any] = import_module(BENCHES[name]).measure
    return asdict(measure(tell=lambda text: say(f"{name}: {text}"), **options))


def _promises(name: str) -> "Sequence[Promise]":
    promises: Sequence[Promise] = import_module(BENCHES[name]).PROMISES
    return promises


def _print_table(results: Mapping[str, Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("benchmark", "figure", box=None, pad_edge=False)
    table.add_column("measured", justify="right")
    table.add_column("promised", justify="right")
    table.add_column("")
    for name, figures in results.items():
        promised = {promise.figure: promise for promise in _promises(name)}
        for figure, value in _flat(figures):
            promise = promised.get(figure)
            verdict = ""
            if promise is not None:
                verdict = "[green]met[/green]" if promise.met(figures) else "[red]not met[/red]"
            table.add_row(name, figure, f"{value:,}", promise.bound if promise else "", verdict)
    Console().print(table)


def _flat(figures: Mapping[str, Any], of: str = "") -> Iterator[tuple[str, float]]:
    """Figures one by one; those within a figure by their path."""
    for figure, value in figures.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{of}{figure}.")
        else:
            yield f"{of}{figure}", value
