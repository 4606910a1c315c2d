"""Past payments under other rules: how many would have begun elsewhere, what it costs, what it earns.

A payment is played again from what was known when its rail was chosen: its amount and hour, the rails,
their fees and how often each of them succeeded then. So the same rules give the same rails, and a
difference is the rules' alone. What followed the first rail, and what buyers did, is not played.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from orderan.routing.models import Candidate, Rule, Standing, ToPay
from orderan.routing.rules import choose

EXAMPLES: Final = 12
MOST_MOVES: Final = 60
"""Kept one by one, the largest first; the rest is in the sums."""


@dataclass(frozen=True, slots=True)
class PastPayment:
    """A payment as it was when its rail was chosen.

    Attributes:
        subject_id: What was paid, usually an order.
        chosen: The rail that was tried first.
    """

    subject_id: UUID
    at: datetime
    to_pay: ToPay
    rails: tuple[Candidate, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Move:
    """Payments that would have begun on another rail.

    Attributes:
        fee_minor: How much dearer they would be, if all of them are paid.
        paid: How many more of them are expected to be paid.
    """

    method: str
    from_rail: str
    to_rail: str
    from_gateway: str
    to_gateway: str
    payments: int
    fee_minor: int
    paid: float


@dataclass(frozen=True, slots=True)
class Example:
    """One payment that would have begun elsewhere.

    Attributes:
        rule: The name of the rule that applies to it now.
    """

    subject_id: str
    at: str
    method: str
    amount_minor: int
    from_gateway: str
    to_gateway: str
    fee_minor: int
    rule: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What rules would have done to past payments.

    Attributes:
        fee_minor: What the rails of then cost, if all is paid; fee_minor_now: those of now.
        paid: Expected to be paid on the rails of then; paid_now: on those of now.
        by_rule: How many payments each rule applies to, by its name; "" is none of them.
        moves: The largest first; moves_left_out: how many kinds of move are only in the sums.
        most: How many payments are played at most; whether there were more: more.
    """

    payments: int
    moved: int
    fee_minor: int
    fee_minor_now: int
    paid: float
    paid_now: float
    by_rule: Mapping[str, int]
    moves: tuple[Move, ...]
    moves_left_out: int
    examples: tuple[Example, ...]
    since: datetime
    until: datetime
    most: int
    more: bool = False


@dataclass
class Playing:
    """Payments played one after another, so that as many as there are fit into little memory."""

    rules: Sequence[Rule]
    payments: int = 0
    moved: int = 0
    fee_minor: int = 0
    fee_minor_now: int = 0
    paid: float = 0.0
    paid_now: float = 0.0
    by_rule: Counter[str] = field(default_factory=Counter)
    moves: dict[tuple[str, str, str], Move] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)

    def play(self, past: Iterable[PastPayment]) -> None:
        """Choose again for each of these."""
        for one in past:
            self._play(one)

    def result(self, *, since: datetime, until: datetime, most: int, more: bool) -> Trial:
        """All that was played."""
        ordered = sorted(self.moves.values(), key=lambda move: (-move.payments, move.from_rail, move.to_rail))
        return Trial(
            payments=self.payments,
            moved=self.moved,
            fee_minor=self.fee_minor,
            fee_minor_now=self.fee_minor_now,
            paid=round(self.paid, 4),
            paid_now=round(self.paid_now, 4),
            by_rule={rule.name: self.by_rule[rule.name] for rule in self.rules} | {"": self.by_rule[""]},
            moves=tuple(ordered[:MOST_MOVES]),
            moves_left_out=len(ordered[MOST_MOVES:]),
            examples=tuple(self.examples),
            since=since,
            until=until,
            most=most,
            more=more,
        )

    def _play(self, past: PastPayment) -> None:
        choice = choose(past.to_pay, past.rails, self.rules)
        then = next((rail for rail in past.rails if rail.id == past.chosen), None)
        if then is None:
            return
        now = choice.rails[0]
        self.payments += 1
        self.by_rule[choice.rule or ""] += 1
        self.fee_minor += then.fee_minor
        self.fee_minor_now += now.fee_minor
        self.paid += then.success * then.paid
        self.paid_now += now.success * now.paid
        if now.id == then.id:
            return
        self.moved += 1
        key = past.to_pay.method, then.id, now.id
        before = self.moves.get(key)
        self.moves[key] = Move(
            method=past.to_pay.method,
            from_rail=then.id,
            to_rail=now.id,
            from_gateway=then.gateway,
            to_gateway=now.gateway,
            payments=(before.payments if before else 0) + 1,
            fee_minor=(before.fee_minor if before else 0) + now.fee_minor - then.fee_minor,
            paid=round(
                (before.paid if before else 0.0) + now.success * now.paid - then.success * then.paid, 6
            ),
        )
        if len(self.examples) < EXAMPLES:
            self.examples.append(
                Example(
                    subject_id=str(past.subject_id),
                    at=past.at.isoformat(),
                    method=past.to_pay.method,
                    amount_minor=past.to_pay.amount_minor,
                    from_gateway=then.gateway,
                    to_gateway=now.gateway,
                    fee_minor=now.fee_minor - then.fee_minor,
                    rule=choice.rule,
                )
            )


def read_to_pay(plain: Mapping[str, Any]) -> ToPay:
    """What was to be paid, from what a decision kept."""
    return ToPay(**{**plain, "at": datetime.fromisoformat(plain["at"])})


def read_candidates(plain: Sequence[Mapping[str, Any]]) -> tuple[Candidate, ...]:
    """The rails there were, from what a decision kept."""
    return tuple(Candidate(**{**one, "standing": Standing(one["standing"])}) for one in plain)


def plain_trial(trial: Trial) -> dict[str, Any]:
    """A trial as plain JSON."""
    return asdict(trial) | {"since": trial.since.isoformat(), "until": trial.until.isoformat()}


def read_trial(plain: Mapping[str, Any]) -> Trial:
    """A trial from plain JSON, as it was kept."""
    return Trial(
        **{
            **plain,
            "moves": tuple(Move(**one) for one in plain["moves"]),
            "examples": tuple(Example(**one) for one in plain["examples"]),
            "since": datetime.fromisoformat(plain["since"]),
            "until": datetime.fromisoformat(plain["until"]),
        }
    )
