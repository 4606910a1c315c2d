"""How soon trouble of a payment rail is noticed, how often there was none, and what routing around it earns.

Real outages (incidents.py) strike made-up rails (rails.py). The detector and the ranking are the product's own.

detect_outage_s_p95          from the beginning of a full outage until the rail is no longer well, at 1 payment
detect_degradation_s_p95     a second; and of failing fifteen points more often, reached over five minutes
false_alarms_per_rail_month  of thirty days without trouble, at the traffic where there are most
earned_vs_oracle             rupiah earned, of what choosing with knowledge of every moment would have earned;
earned_vs_best_single        and of what the best gateway alone would have; where it is least
kinds                        the same by traffic and kind of failure: how many, how many never noticed, delays
..._all_hours                of a rail of 1 payment a second on average, its nights included

The traffic a trouble is counted at is the one it met: the nearest of RATES (by ratio) to what came in at its
hour. Rails are watched at each of RATES on average, so that nights of busy ones are with days of quiet ones.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import log
from pathlib import Path
from typing import Final

from orderan.bench.beside import beside
from orderan.bench.earning import Earned, earned_month
from orderan.bench.incidents import MADE_UP, Incident, IncidentFile, Kind, read_incidents
from orderan.bench.promises import Promise
from orderan.bench.rails import DAY, rhythm
from orderan.bench.watching import MONTH_S, Month, Noticed, percentile, watched_month

RATES: Final = (0.2, 1.0, 5.0)
SEEDS: Final = 20
FILE: Final = Path("incidents") / "payment_incidents_until_2023.csv"

PROMISES = (
    Promise("detect_outage_s_p95", at_most=60, binds=True),
    Promise("detect_degradation_s_p95", at_most=600, binds=True),
    Promise("false_alarms_per_rail_month", at_most=1, binds=True),
    Promise("earned_vs_oracle", at_least=0.97, binds=True),
)


@dataclass(frozen=True)
class Figures:
    """What the months came to."""

    detect_outage_s_p95: float
    detect_degradation_s_p95: float
    false_alarms_per_rail_month: float
    earned_vs_oracle: float
    earned_vs_best_single: float
    detect_outage_s_p95_all_hours: float
    detect_degradation_s_p95_all_hours: float
    false_alarms: dict[str, float]
    earned: dict[str, dict[str, float]]
    kinds: dict[str, dict[str, dict[str, float]]]
    incidents: dict[str, int]
    seeds: int


def measure(
    *,
    incidents: Path | None = None,
    seeds: int = SEEDS,
    days: int = 30,
    blind: bool = False,
    workers: int | None = None,
    tell: Callable[[str], None] = lambda _text: None,
) -> Figures:
    """Run the months.

    Args:
        incidents: The file of outages; left out, the one of the data sets at ORDERAN_DATA_SETS, and where
            there is none, outages that are made up.
        blind: With detectors that are fed nothing, to show that the bounds can be missed.

    Raises:
        CannotMeasure: There is no such file, or nothing in it that a rail would show.
    """
    file = incidents_of(incidents)
    if file is MADE_UP:
        tell("no data set of incidents here: outages are made up")
    seconds = min(days * DAY, MONTH_S)
    jobs = [(rate, seed) for rate in RATES for seed in range(seeds)]
    watching = partial(_watching, file.incidents, blind=blind, seconds=seconds)
    earning = partial(_earning, file.incidents, blind=blind, seconds=seconds)
    tell(f"{len(file.incidents)} incidents of {file.rows} rows; watching {len(jobs)} months of a rail")
    with beside(workers) as pool:
        months = list(zip(jobs, pool.map(watching, jobs), strict=True))
        tell(f"routing {len(jobs)} months of a shop")
        earned = list(zip(jobs, pool.map(earning, jobs), strict=True))
    of_rate = {rate: [month for (of, _), month in months if of == rate] for rate in RATES}
    met = _by_traffic(months)
    false_alarms = {_name(rate): _false_alarms(of_rate[rate]) for rate in RATES}
    shares = {_name(rate): _shares([one for (of, _), one in earned if of == rate]) for rate in RATES}
    whole = [noticed for month in of_rate[1.0] for noticed in month.noticed]
    return Figures(
        detect_outage_s_p95=_p95(met[1.0], Kind.OUTAGE),
        detect_degradation_s_p95=_p95(met[1.0], Kind.DEGRADATION),
        false_alarms_per_rail_month=max(false_alarms.values()),
        earned_vs_oracle=min(one["vs_oracle"] for one in shares.values()),
        earned_vs_best_single=min(one["vs_best_single"] for one in shares.values()),
        detect_outage_s_p95_all_hours=_p95(whole, Kind.OUTAGE),
        detect_degradation_s_p95_all_hours=_p95(whole, Kind.DEGRADATION),
        false_alarms=false_alarms,
        earned=shares,
        kinds={_name(rate): _kinds(met[rate]) for rate in RATES},
        incidents={
            "rows": file.rows,
            "used": len(file.incidents),
            "not_of_a_rail": file.off_rail,
            "not_understood": file.unread,
            "made_up": len(file.incidents) if file is MADE_UP else 0,
        },
        seeds=seeds,
    )


def incidents_of(path: Path | None) -> IncidentFile:
    """The incidents of a file, of the data sets, or made up ones.

    Raises:
        CannotMeasure: The file that was named is not there, or there is nothing in it that a rail would show.
    """
    usual = Path(os.environ.get("ORDERAN_DATA_SETS", "../shared/data")) / FILE
    if path is None and not usual.exists():
        return MADE_UP
    return read_incidents(path or usual)


def _watching(incidents: Sequence[Incident], job: tuple[float, int], *, blind: bool, seconds: int) -> Month:
    rate, seed = job
    return watched_month(incidents, rate, seed, blind=blind, seconds=seconds)


def _earning(incidents: Sequence[Incident], job: tuple[float, int], *, blind: bool, seconds: int) -> Earned:
    rate, seed = job
    return earned_month(incidents, rate, seed, blind=blind, seconds=seconds)


def _by_traffic(months: Iterable[tuple[tuple[float, int], Month]]) -> dict[float, list[Noticed]]:
    """Troubles by the nearest of RATES to the traffic they met."""
    met: dict[float, list[Noticed]] = {rate: [] for rate in RATES}
    for (rate, _), month in months:
        for noticed in month.noticed:
            came_in = rate * rhythm(noticed.trouble.start)
            met[min(RATES, key=lambda other: abs(log(other / came_in)))].append(noticed)
    return met


def _p95(noticed: Sequence[Noticed], kind: Kind) -> float:
    return percentile([one.after_s for one in noticed if one.trouble.kind is kind], 0.95)


def _false_alarms(months: Sequence[Month]) -> float:
    quiet = sum(month.quiet_s for month in months) / MONTH_S
    return round(sum(month.false_alarms for month in months) / quiet, 4) if quiet else 0.0


def _shares(months: Sequence[Earned]) -> dict[str, float]:
    routed = sum(month.routed for month in months)
    return {
        "vs_oracle": round(routed / sum(month.oracle for month in months), 5),
        "vs_best_single": round(routed / sum(month.single for month in months), 5),
    }


def _kinds(noticed: Sequence[Noticed]) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for kind in Kind:
        delays = [one.after_s for one in noticed if one.trouble.kind is kind]
        seen = [delay for delay in delays if delay is not None]
        if delays:
            table[str(kind)] = {
                "count": len(delays),
                "never_noticed": len(delays) - len(seen),
                "p50_s": percentile(seen, 0.5),
                "p95_s": percentile(seen, 0.95),
            }
    return table


def _name(rate: float) -> str:
    return f"{rate:g}_per_s"
