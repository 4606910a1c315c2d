"""Where the rules of sourcing are kept: their versions, drafts and trials."""

from typing import Final

from orderan.kit import rulebook
from orderan.kit.db import Tx
from orderan.sourcing.errors import DraftIsLive, DraftMovedOn, DraftNotTried, LiveMovedOn
from orderan.sourcing.models import FIRST_RULES, SourcingRules
from orderan.sourcing.rules_read import plain_rules, read_rules
from orderan.sourcing.rules_trial import Trial, differences, plain_trial, read_trial

RulesVersion = rulebook.Version[SourcingRules]
Draft = rulebook.Draft[SourcingRules]
KeptTrial = rulebook.KeptTrial[Trial]


def _moved_on(expected: int, before: SourcingRules, current: Draft) -> DraftMovedOn:
    return DraftMovedOn(
        expected,
        current.revision,
        current.made_by or "",
        tuple(one.name for one in differences(before, current.rules)),
    )


RULES: Final[rulebook.Rulebook[SourcingRules, Trial]] = rulebook.Rulebook(
    name="sourcing",
    column="rules",
    first=FIRST_RULES,
    plain=plain_rules,
    read=read_rules,
    plain_trial=plain_trial,
    read_trial=read_trial,
    refusals=rulebook.Refusals(_moved_on, DraftNotTried, LiveMovedOn, DraftIsLive),
)
versions = RULES.versions
live = RULES.live
draft = RULES.draft
require_draft = RULES.require_draft
keep_trial = RULES.keep_trial
trial_of = RULES.trial_of


async def followed(tx: Tx) -> SourcingRules:
    """What is followed now."""
    return RULES.rules_of(await RULES.live(tx))
