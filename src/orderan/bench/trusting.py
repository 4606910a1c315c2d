"""Everything that is promised of COD, trust and messages: fakes stopped, honest orders lost, calls made; what
scoring costs a placement; ten thousand buyers asked at once; and messages told once through crashes.

fakes_stopped          of orders nobody meant, the share that never left, by the rules chosen (months.py)
honest_lost            of orders that were meant, the share that never left
calls_vs_everybody     telephone calls made, as a share of those it takes to call everybody
saved_minor            trips that calling nobody would have cost, less those that were driven and less the asking
scoring_p50_ms, _p99_ms
                       what scoring adds to a placement, in batches of twenty: a batch's time by its orders
scoring_batch_p99_ms   what it adds to a whole batch, which each of its buyers waits for
verifications_undecided, verifications_contradicted
                       orders asked about at once (crowd.py) that stand in no end state, or in another than their
                       buyer's first answer
messages_lost, messages_doubled, messages_in_doubt
                       see telling.py
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

from orderan.bench import crowd, months, scoring, telling
from orderan.bench.beside import beside
from orderan.bench.promises import Promise
from orderan.verification import Way

DAYS: Final = 90
A_DAY: Final = 100
SEED: Final = 20_261_212
TRIP_MINOR: Final = 20_000
"""To the buyer and back, as a worked example; a shop has its own in its report."""
ASKING_MINOR: Final = {Way.WHATSAPP: 350, Way.SMS: 350, Way.CALL: 900, Way.AGENT: 2_500}
"""By way, for one attempt."""

PROMISES: Final = (
    Promise("fakes_stopped", at_least=0.8, binds=True),
    Promise("honest_lost", at_most=0.01, binds=True),
    Promise("calls_vs_everybody", at_most=0.5, binds=True),
    Promise("verifications_undecided", at_most=0, binds=True),
    Promise("verifications_contradicted", at_most=0, binds=True),
    Promise("messages_lost", at_most=0, binds=True),
    Promise("messages_doubled", at_most=0, binds=True),
    Promise("audit_findings", at_most=0, binds=True),
    Promise("scoring_p99_ms", at_most=5),
)


@dataclass(frozen=True)
class Figures:
    """What it all came to; `months` has the counts behind the shares, by the rules that were followed."""

    fakes_stopped: float
    honest_lost: float
    calls_vs_everybody: float
    asked_vs_everybody: float
    saved_minor: int
    scoring_p50_ms: float
    scoring_p99_ms: float
    scoring_batch_p99_ms: float
    verifications: int
    verifications_undecided: int
    verifications_contradicted: int
    verifications_per_s: float
    messages: int
    messages_lost: int
    messages_doubled: int
    messages_in_doubt: int
    audit_findings: int
    months: dict[str, dict[str, Any]]


def measure(
    *,
    days: int = DAYS,
    a_day: int = A_DAY,
    known: int = 400,
    placements: int = scoring.PLACEMENTS,
    history: int = scoring.HISTORY,
    verifications: int = crowd.VERIFICATIONS,
    messages: int = telling.MESSAGES,
    seed: int = SEED,
    tell: Callable[[str], None] = lambda _text: None,
) -> Figures:
    """Run them one after the other; months of both sets of rules beside each other.

    Args:
        known: Buyers who are there on the first day; the shop has not met them yet.
        placements, history: Scored and measured, after so many orders.
    """
    tell(f"{days} days of {a_day} COD orders, by the rules chosen and calling everybody")
    live = partial(months.measure, days=days, a_day=a_day, known=known, seed=seed)
    with beside(2) as pool:
        chosen, everybody = pool.map(_called_by_name, (partial(live, chosen=one) for one in (True, False)))
    costs = scoring.measure(placements=placements, history=history, seed=seed, tell=tell)
    asked = crowd.measure(verifications=verifications, seed=seed, tell=tell)
    told = telling.measure(messages=messages, seed=seed, tell=tell)
    return Figures(
        fakes_stopped=round(1 - chosen.fakes_shipped / chosen.fakes, 4),
        honest_lost=round(chosen.meant_lost / chosen.meant, 4),
        calls_vs_everybody=round(chosen.calls / everybody.calls, 4),
        asked_vs_everybody=round(chosen.asked / everybody.asked, 4),
        saved_minor=TRIP_MINOR * (chosen.fakes - chosen.fakes_shipped) - asking_minor(chosen),
        scoring_p50_ms=round(percentile(costs, 0.50) / scoring.AT_A_TIME, 2),
        scoring_p99_ms=round(percentile(costs, 0.99) / scoring.AT_A_TIME, 2),
        scoring_batch_p99_ms=percentile(costs, 0.99),
        verifications=asked.verifications,
        verifications_undecided=asked.undecided + chosen.undecided + everybody.undecided,
        verifications_contradicted=asked.contradicted,
        verifications_per_s=asked.per_s,
        messages=told.messages,
        messages_lost=told.messages_lost + told.told_never,
        messages_doubled=told.told_twice,
        messages_in_doubt=told.messages_in_doubt,
        audit_findings=sum(one.audit_findings for one in (chosen, everybody, asked, told)),
        months={"chosen": asdict(chosen), "everybody": asdict(everybody)},
    )


def asking_minor(tallied: months.Tallied) -> int:
    """Rupiah that asking cost."""
    return sum(ASKING_MINOR[way] * many for way, many in tallied.attempts.items())


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    return round(sorted(values)[min(int(len(values) * share), len(values) - 1)], 2)


def _called_by_name(work: "partial[months.Tallied]") -> months.Tallied:
    return work()
