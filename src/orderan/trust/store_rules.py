"""Where the rules of scoring are kept: their versions, drafts and trials."""

from typing import Final

from orderan.kit import rulebook
from orderan.trust.errors import LivePolicyMovedOn, PolicyIsLive, PolicyMovedOn, PolicyNotTried
from orderan.trust.models import Policy
from orderan.trust.rules_default import DEFAULT
from orderan.trust.rules_read import plain_policy, read_policy
from orderan.trust.rules_trial import Trial, plain_trial, read_trial

PolicyVersion = rulebook.Version[Policy]
Draft = rulebook.Draft[Policy]
KeptTrial = rulebook.KeptTrial[Trial]


def _moved_on(expected: int, _before: Policy, current: Draft) -> PolicyMovedOn:
    return PolicyMovedOn(expected, current.revision, current.made_by or "")


POLICIES: Final[rulebook.Rulebook[Policy, Trial]] = rulebook.Rulebook(
    name="trust",
    column="policy",
    first=DEFAULT,
    plain=plain_policy,
    read=read_policy,
    plain_trial=plain_trial,
    read_trial=read_trial,
    refusals=rulebook.Refusals(_moved_on, PolicyNotTried, LivePolicyMovedOn, PolicyIsLive),
)
versions = POLICIES.versions
active_policy = POLICIES.live
draft = POLICIES.draft
require_draft = POLICIES.require_draft
keep_trial = POLICIES.keep_trial
trial_of = POLICIES.trial_of
