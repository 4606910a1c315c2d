"""What other rules would have chosen for past parcels. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from orderan.shipping.choice import CarrierOffer, CarryPolicy, ToCarry
from orderan.shipping.rules_choice import choose_carrier

EXAMPLES: Final = 20
MOST_MOVES: Final = 30


@dataclass(frozen=True, slots=True)
class PastChoice:
    """A choice that was made: for which order, of what, and who was chosen (None: nobody)."""

    subject_id: str
    parcel: ToCarry
    offers: tuple[CarrierOffer, ...]
    chosen: str | None


@dataclass(frozen=True, slots=True)
class CarryMove:
    """Parcels that would have gone with another carrier; by how many rupiah they would be dearer together."""

    from_carrier: str
    to_carrier: str
    parcels: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class CarryExample:
    """One of them."""

    subject_id: str
    from_carrier: str
    to_carrier: str
    cost_minor: int
    rule: str | None


@dataclass(frozen=True, slots=True)
class CarryTrial:
    """What a draft would have done to past parcels.

    Attributes:
        cost_minor, cost_minor_now: Of those somebody carries both ways.
        days, days_now, first, first_now: Mean days expected, and share expected to be brought at once.
        nobody: Parcels nobody would have carried.
        more: Whether there were more than were looked at.
    """

    since: datetime
    until: datetime
    parcels: int
    moved: int
    nobody: int
    cost_minor: int
    cost_minor_now: int
    days: float
    days_now: float
    first: float
    first_now: float
    moves: tuple[CarryMove, ...]
    examples: tuple[CarryExample, ...]
    more: bool


def try_policy(
    past: Sequence[PastChoice], policy: CarryPolicy, *, since: datetime, until: datetime, more: bool
) -> CarryTrial:
    """Choose again for past parcels, from what was offered then."""
    moves: Counter[tuple[str, str]] = Counter()
    dearer: Counter[tuple[str, str]] = Counter()
    examples: list[CarryExample] = []
    both: list[tuple[CarrierOffer, CarrierOffer]] = []
    nobody = 0
    for one in past:
        by_id = {offer.id: offer for offer in one.offers}
        choice = choose_carrier(one.parcel, one.offers, policy)
        after = by_id[choice.ranked[0].id] if choice.ranked else None
        before = by_id.get(one.chosen or "")
        if after is None:
            nobody += 1
            continue
        if before is None:
            continue
        both.append((before, after))
        if before.id == after.id:
            continue
        pair = (_name(before), _name(after))
        cost = after.total_minor - before.total_minor
        moves[pair] += 1
        dearer[pair] += cost
        if len(examples) < EXAMPLES:
            examples.append(CarryExample(one.subject_id, *pair, cost, choice.rule))
    many = max(len(both), 1)
    return CarryTrial(
        since=since,
        until=until,
        parcels=len(past),
        moved=sum(moves.values()),
        nobody=nobody,
        cost_minor=sum(before.total_minor for before, _ in both),
        cost_minor_now=sum(after.total_minor for _, after in both),
        days=sum(before.days for before, _ in both) / many,
        days_now=sum(after.days for _, after in both) / many,
        first=sum(before.first_share for before, _ in both) / many,
        first_now=sum(after.first_share for _, after in both) / many,
        moves=tuple(
            CarryMove(*pair, count, dearer[pair])
            for pair, count in sorted(moves.items(), key=lambda item: (-item[1], item[0]))[:MOST_MOVES]
        ),
        examples=tuple(examples),
        more=more,
    )


def plain_carry_trial(trial: CarryTrial) -> dict[str, Any]:
    """As it is stored."""
    return asdict(trial) | {"since": trial.since.isoformat(), "until": trial.until.isoformat()}


def read_carry_trial(plain: Mapping[str, Any]) -> CarryTrial:
    """As it was stored."""
    return CarryTrial(
        **{
            **plain,
            "since": datetime.fromisoformat(plain["since"]),
            "until": datetime.fromisoformat(plain["until"]),
            "moves": tuple(CarryMove(**one) for one in plain["moves"]),
            "examples": tuple(CarryExample(**one) for one in plain["examples"]),
        }
    )


def _name(offer: CarrierOffer) -> str:
    return f"{offer.courier}:{offer.service}"
