"""The command line: `orderan`.

Exit codes: 0 done; 1 refused, or a check failed; 2 wrong usage; 3 the environment is broken (no database,
no master key, a port that is taken). Results go to standard output, words about the work to standard error.

A module of commands has `register(app)`; adding one is adding its name to `MODULES`. Such modules import
what is heavy inside their functions, so that `--help` and completion stay quick.
"""

import sys
from importlib import import_module
from typing import Annotated

import typer

from orderan import __version__
from orderan.cli.exits import ExitCode, explained

MODULES = (
    "orderan.cli.serve",
    "orderan.cli.db",
    "orderan.cli.doctor",
    "orderan.cli.bench",
    "orderan.cli.demo",
    "orderan.cli.sandbox",
    "orderan.cli.audit",
    "orderan.cli.shops",
    "orderan.cli.access",
    "orderan.cli.imports",
    "orderan.cli.regions",
    "orderan.cli.catalog",
    "orderan.cli.routing",
    "orderan.cli.couriers",
    "orderan.cli.train",
)

app = typer.Typer(
    name="orderan",
    help="Order management for Indonesian commerce, on a machine of your own.",
    epilog="Exit codes: 0 done, 1 refused or a check failed, 2 wrong usage, 3 the environment is broken.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"orderan {__version__}")
        raise typer.Exit


@app.callback()
def orderan(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Order management for Indonesian commerce, on a machine of your own.

    Settings come from the environment: ORDERAN_PORT, ORDERAN_DATA_DIR, ORDERAN_DATABASE_URL and others.
    `orderan doctor` says what is wrong with an installation and how to mend it.
    """


for module in MODULES:
    import_module(module).register(app)


def main() -> None:
    """Run a command; what can go wrong with an installation is said in one line, without a traceback."""
    try:
        app()
    except Exception as error:
        told = explained(error)
        if told is None:
            raise
        code, words = told
        sys.stderr.write(f"orderan: {words}\n")
        sys.exit(code)


__all__ = ["ExitCode", "app", "main"]
