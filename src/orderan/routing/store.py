"""Where the routing rules are kept: their versions, drafts and trials."""

from typing import Final

from orderan.kit import rulebook
from orderan.routing.errors import DraftIsLive, DraftMovedOn, DraftNotTried, LiveMovedOn
from orderan.routing.models import Rule
from orderan.routing.rules_draft import differences
from orderan.routing.rules_read import plain_rules, read_rules
from orderan.routing.rules_trial import Trial, plain_trial, read_trial

Rules = tuple[Rule, ...]
RulesVersion = rulebook.Version[Rules]
Draft = rulebook.Draft[Rules]
KeptTrial = rulebook.KeptTrial[Trial]


def _moved_on(expected: int, before: Rules, current: Draft) -> DraftMovedOn:
    return DraftMovedOn(
        expected,
        current.revision,
        current.made_by or "",
        tuple(f"{one.change}: {one.name}" for one in differences(before, current.rules)),
    )


RULES: Final[rulebook.Rulebook[Rules, Trial]] = rulebook.Rulebook(
    name="routing",
    column="rules",
    first=(),
    plain=plain_rules,
    read=read_rules,
    plain_trial=plain_trial,
    read_trial=read_trial,
    refusals=rulebook.Refusals(_moved_on, DraftNotTried, LiveMovedOn, DraftIsLive),
)
versions = RULES.versions
active_rules = RULES.live
draft = RULES.draft
require_draft = RULES.require_draft
keep_trial = RULES.keep_trial
trial_of = RULES.trial_of
