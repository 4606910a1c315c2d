"""Where the rules of who carries are kept: their versions, drafts and trials."""

from typing import Final

from orderan.kit import rulebook
from orderan.shipping.choice import CarryPolicy
from orderan.shipping.errors_choice import (
    CarryDraftIsLive,
    CarryDraftMovedOn,
    CarryDraftNotTried,
    CarryLiveMovedOn,
)
from orderan.shipping.rules_choice import plain_policy, read_policy
from orderan.shipping.rules_trial import CarryTrial, plain_carry_trial, read_carry_trial

CarryVersion = rulebook.Version[CarryPolicy]
CarryDraft = rulebook.Draft[CarryPolicy]
KeptCarryTrial = rulebook.KeptTrial[CarryTrial]


def _moved_on(expected: int, before: CarryPolicy, current: CarryDraft) -> CarryDraftMovedOn:
    del before
    return CarryDraftMovedOn(expected, current.revision, current.made_by or "")


CARRY_RULES: Final[rulebook.Rulebook[CarryPolicy, CarryTrial]] = rulebook.Rulebook(
    name="carry",
    column="rules",
    first=CarryPolicy(),
    plain=plain_policy,
    read=read_policy,
    plain_trial=plain_carry_trial,
    read_trial=read_carry_trial,
    refusals=rulebook.Refusals(_moved_on, CarryDraftNotTried, CarryLiveMovedOn, CarryDraftIsLive),
)
