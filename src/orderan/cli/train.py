"""`orderan train ...`: learn from the shop's own past. What comes out speaks only where it beats the rules."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orderan.cli.edge import database_url, print_json
from orderan.cli.exits import ExitCode, NotDone

if TYPE_CHECKING:
    from orderan.trust import Training

ACTOR = "system:train"

train = typer.Typer(
    name="train",
    help="Learn from how the shop's orders ended.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(train)


@train.callback()
def _train() -> None:
    """Learn from how the shop's orders ended."""


@train.command("fraud")
def fraud(
    shop: Annotated[
        str | None, typer.Option("--shop", help="Code of the shop; may be left out if there is one.")
    ] = None,
    capacity: Annotated[
        int, typer.Option("--capacity", help="Orders people can look at in a day, 1 to 1000.")
    ] = 20,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object for a program.")] = False,
) -> None:
    """Train a model that adds to the rules of scoring, and print how it does beside them.

    It learns from the older orders that were delivered, refused, disputed or fraud, and is judged on the newer
    ones. It speaks from the next order on where it beat the rules; otherwise it is kept, and silent. Exits with 1
    when too few orders ended either way.
    """
    training = _trained(shop, capacity)
    if json:
        print_json(_plain(training))
    else:
        for line in _told(training):
            print(line)


def _trained(code: str | None, capacity: int) -> "Training":
    import asyncio

    from orderan.flows.train_trust import train as train_model
    from orderan.kit.clock import SystemClock
    from orderan.kit.db import ALL_SHOPS, Caller, Database
    from orderan.shops import Shop, all_shops, shop_by_code
    from orderan.trust import ask_training, training_of

    async def chosen(db: Database) -> Shop:
        system = Caller(ALL_SHOPS, ACTOR)
        if code is not None:
            return await db.run(system, lambda tx: shop_by_code(tx, code))
        shops = await db.run(system, all_shops)
        if len(shops) != 1:
            raise NotDone(f"there are {len(shops)} shops: say which with --shop", ExitCode.USAGE)
        return shops[0]

    async def run(url: str) -> "Training":
        db, clock = Database(url, min_size=1, max_size=2), SystemClock()
        await db.open()
        try:
            caller = Caller((await chosen(db)).shop_id, ACTOR)
            asked = await db.run(caller, lambda tx: ask_training(tx, capacity=capacity, now=clock.now()))
            refusal = await train_model(db, caller, asked.id, capacity=capacity, clock=clock)
            if refusal is not None:
                raise refusal
            made = await db.run(caller, lambda tx: training_of(tx, asked.version))
            assert made is not None
            return made
        finally:
            await db.close()

    with database_url("orderan train") as url:
        return asyncio.run(run(url))


def _plain(training: "Training") -> dict[str, Any]:
    from orderan.trust import plain_backtest

    assert training.backtest is not None
    return {
        "version": training.version,
        "state": str(training.state),
        "why": None if training.why is None else str(training.why),
        "rules_version": training.rules_version,
        "backtest": plain_backtest(training.backtest),
        "weights": dict(training.weights or {}),
    }


def _told(training: "Training") -> list[str]:
    found = training.backtest
    assert found is not None
    rows = [
        ("AUC", found.rules.auc, found.both.auc),
        ("average precision", found.rules.average_precision, found.both.average_precision),
        (f"precision at {found.looked_at:,}", found.rules.precision, found.both.precision),
    ]
    learned, learned_bad = found.fitted + found.calibrated, found.fitted_bad + found.calibrated_bad
    days = f"{found.judge_from:%Y-%m-%d} to {found.until:%Y-%m-%d}"
    judged = f"judged on {found.judged:,} orders from {days}, {found.judged_bad:,} of them ended badly"
    why = "" if training.why is None else f": {SILENT[str(training.why)]}"
    return [
        f"learned from {learned:,} orders since {found.since:%Y-%m-%d}, {learned_bad:,} of them ended badly",
        judged,
        f"{'':<20} {'rules':>7} {'+ model':>8}",
        *(f"{name:<20} {rules:>7.3f} {both:>8.3f}" for name, rules, both in rows),
        f"the AUC is higher by {found.z:.1f} standard deviations",
        f"foretold {found.said:.1%} bad ends, {found.seen:.1%} came",
        f"version {training.version} is {training.state}{why}",
    ]


SILENT = {
    "not_better": "it is not better than the rules by more than chance",
    "other_rules": "other rules are followed by now; train again",
    "newer": "a newer one took its place",
    "person": "a person silenced it",
    "proposed": "it is proposed, and a person lets it speak on the page of models",
    "kept": "a person wants models silent; let it speak on the page of models",
}
"""Why a model that was learned does not speak."""
