"""Reading what is known of routing problems: the shortest length anybody found, and by which convention."""

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final

from orderan.routes.instances import Convention, Instance, NotAnInstance


@dataclass(frozen=True, slots=True)
class Best:
    """What is known of an instance.

    Attributes:
        cost: The shortest length known.
        vehicles: With how many; told where it was found by making these few first, so that it is a fair bound only
            for as many.
    """

    cost: float
    vehicles: int | None = None


def read_best(path: Path) -> dict[str, Best]:
    """What is known, by instance.

    Read are: JSON of name to number, or to an object with `best_known_cost` or `cost`, where a name that ends in
    `_distance` is the shortest length whatever the vehicles; CSV with a column of names and one of costs; and a
    solution of VRPLIB's (`Cost 123`), for the instance it is named after.

    Raises:
        NotAnInstance: None of these.
    """
    text = path.read_text()
    try:
        if path.suffix == ".sol":
            return {path.stem: Best(float(re.search(r"(?mi)^\s*Cost:?\s+(\S+)", text)[1]))}  # type: ignore[index]
        if text.lstrip().startswith(("{", "[")):
            return _best_of_json(json.loads(text))
        return _best_of_csv(text)
    except (ValueError, TypeError, KeyError, IndexError, StopIteration) as fault:
        raise NotAnInstance(f"{path.name}: holds no best known costs that can be read: {fault}") from fault


COSTS: Final = ("best_known_cost", "best_known", "cost", "distance", "best")
NAMES: Final = ("name", "instance")
OVER_ALL: Final = "_distance"


def _best_of_json(told: Any) -> dict[str, Best]:
    if isinstance(told, list):
        told = {next(row[key] for key in NAMES if key in row): row for row in told}
    found = {str(name): _best(value) for name, value in told.items()}
    over_all = {
        name.removesuffix(OVER_ALL): Best(best.cost)
        for name, best in found.items()
        if name.endswith(OVER_ALL)
    }
    # A file that has none of these knows of one aim only: the shortest length.
    plain = {name: best for name, best in found.items() if not name.endswith(OVER_ALL)}
    return plain | over_all


def _best(value: Any) -> Best:
    if isinstance(value, int | float):
        return Best(float(value))
    cost = next(value[key] for key in COSTS if key in value)
    few = value.get("solved_with_vehicles")
    return Best(float(cost), int(few) if few else None)


def _best_of_csv(text: str) -> dict[str, Best]:
    rows = list(csv.reader(StringIO(text)))
    head = [one.strip().lower() for one in rows[0]]
    named = [head.index(key) for key in NAMES if key in head]
    costs = [head.index(key) for key in COSTS if key in head]
    if named and costs:
        return {row[named[0]].strip(): Best(float(row[costs[0]])) for row in rows[1:] if row}
    return {row[0].strip(): Best(float(row[1])) for row in rows if row}


def convention_of(known: Sequence[Best], instances: Sequence[Instance]) -> Convention:
    """Which convention a table of best known costs follows, told by its decimals.

    Two decimals are distances as they are. One decimal, of problems with time windows, is the DIMACS challenge's;
    whole numbers are CVRPLIB's, of problems without them.
    """
    costs = [best.cost for best in known]
    if any(abs(cost * 10 - round(cost * 10)) > 1e-6 for cost in costs):
        return Convention.EXACT
    timed = any(instance.windows is not None for instance in instances)
    if timed:
        return Convention.DECIMAL
    whole = all(abs(cost - round(cost)) < 1e-6 for cost in costs)
    return Convention.INTEGER if whole else Convention.EXACT
