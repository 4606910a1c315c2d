"""`orderan audit`: the promises, proved again on the live database."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderan.cli.edge import database_url, print_json

if TYPE_CHECKING:
    from orderan.auditor import Report

SHOWN = 5
"""Findings shown per check on a terminal; --json lists more."""


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(audit)


def audit(
    shop: Annotated[str | None, typer.Option(help="Code of one shop; default every shop.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")] = False,
) -> None:
    """Prove on the live data that nothing was sold twice, lost, or left stuck. Reads only; exits 1 on findings."""
    from orderan.auditor import audit as prove

    with database_url("orderan audit") as url:
        report = prove(url, now=datetime.now(UTC), shop_id=_number(url, shop) if shop is not None else None)
    if json:
        print_json(as_plain(report))
    else:
        _print_table(report)
    if not report.clean:
        raise typer.Exit(1)


def _number(url: str, code: str) -> int:
    """Raises UnknownShop."""
    from orderan.cli.areas import run_over_all_shops
    from orderan.shops import shop_by_code

    return run_over_all_shops(url, lambda tx: shop_by_code(tx, code)).shop_id


def as_plain(report: "Report") -> dict[str, Any]:
    """A report as plain values: `clean`, and per check what it found."""
    return {
        "at": report.at.isoformat(),
        "clean": report.clean,
        "checks": [
            {
                "name": verdict.check.name,
                "promise": verdict.check.promise,
                "claim": verdict.check.claim,
                "found": verdict.found,
                "took_s": round(verdict.took_s, 3),
                "findings": [
                    {"shop_id": finding.shop_id, "subject": finding.subject, **finding.facts}
                    for finding in verdict.findings
                ],
            }
            for verdict in report.verdicts
        ],
    }


def _print_table(report: "Report") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("promise", "check", "claim", "findings", "seconds", box=None, pad_edge=False)
    for verdict in report.verdicts:
        found = f"[red]{verdict.found}[/red]" if verdict.found else "[green]0[/green]"
        table.add_row(
            str(verdict.check.promise),
            verdict.check.name,
            verdict.check.claim,
            found,
            f"{verdict.took_s:.2f}",
        )
    console.print(table)
    for verdict in report.verdicts:
        for finding in verdict.findings[:SHOWN]:
            facts = ", ".join(f"{name}={value}" for name, value in finding.facts.items())
            console.print(
                f"{finding.check}: shop {finding.shop_id}, {finding.subject}: {facts}", markup=False
            )
        if verdict.found > SHOWN:
            console.print(
                f"{verdict.check.name}: {verdict.found - SHOWN} more; --json lists up to 100", markup=False
            )
    told = "clean" if report.clean else f"{sum(verdict.found for verdict in report.verdicts)} findings"
    console.print(f"{len(report.verdicts)} checks: {told}")
