"""What is picked in place of units that are missing. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

SUBSTITUTE_RULE: Final = "first_that_fits@1"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may stand in.

    Attributes:
        there: Units that can be picked at the location now.
        price_minor: Of one unit, what the buyer would pay; None where it has no price.
        difference_minor: What the order would cost more with it; None where it has no price.
    """

    sku: str
    there: int
    price_minor: int | None
    difference_minor: int | None


def first_that_fits(candidates: Sequence[Candidate], units: int) -> Candidate | None:
    """The best ranked that is there whole and makes the order no dearer: one substitute, not some of each.

    Args:
        candidates: The best first.
    """
    for one in candidates:
        if one.there >= units and one.difference_minor is not None and one.difference_minor <= 0:
            return one
    return None


def written(candidates: Sequence[Candidate], units: int) -> dict[str, Any]:
    """What a choice was made from, as it is kept."""
    return {"units": units, "candidates": [asdict(one) for one in candidates]}


def outcome_of(chosen: Candidate | None) -> dict[str, Any]:
    """What was chosen, as it is kept."""
    return {"sku": chosen.sku if chosen else None, "price_minor": chosen.price_minor if chosen else None}


def chosen_again(inputs: Mapping[str, Any]) -> Candidate | None:
    """The same choice, from what was kept of it."""
    return first_that_fits([Candidate(**one) for one in inputs["candidates"]], inputs["units"])
