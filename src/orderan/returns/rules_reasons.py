"""Who and what is behind returns, the worst first, and what changed. Pure."""

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import Final

from orderan.returns.models_policy import Cause
from orderan.returns.models_reasons import Blamed, CountedBy, Share, Trend

COUNTS: Final[Mapping[CountedBy, frozenset[str] | None]] = {
    CountedBy.PRODUCT: None,
    CountedBy.DESCRIPTION: frozenset({Cause.NOT_AS_DESCRIBED}),
    CountedBy.COURIER: frozenset({Cause.DAMAGED}),
    CountedBy.PACKER: frozenset({Cause.WRONG_ITEM, Cause.INCOMPLETE, Cause.DAMAGED}),
    CountedBy.PICKER: frozenset({Cause.WRONG_ITEM, Cause.INCOMPLETE}),
}
"""For which causes each may be blamed; None is for all, given or not."""

DRAWN_BY: Final = 20
"""As if so many more units had been sent, that came back as those of all did: one of one is no scandal."""
SURE: Final = 1.645
"""Differences are told that chance makes one time in ten, either way, or less."""


def standing(share: Share, of_all: float) -> float:
    """A share drawn towards that of all."""
    return (share.returned + DRAWN_BY * min(of_all, 1.0)) / (share.sent + DRAWN_BY)


def trend_of(now: Share, before: Share) -> Trend:
    """Whether a share became another one by more than chance makes of it.

    Source: two-proportion z test with the pooled share, e.g. NIST/SEMATECH handbook 7.3.3.
    """
    sent = now.sent + before.sent
    if not now.sent or not before.sent:
        return Trend.UNTOLD
    pooled = min((now.returned + before.returned) / sent, 1.0)
    spread = sqrt(pooled * (1 - pooled) * (1 / now.sent + 1 / before.sent))
    if not spread:
        return Trend.SAME
    off = (min(now.rate, 1.0) - min(before.rate, 1.0)) / spread
    return Trend.WORSE if off > SURE else Trend.BETTER if off < -SURE else Trend.SAME


def counts(
    by: CountedBy,
    sent: Mapping[tuple[str, str], tuple[int, int]],
    returned: Mapping[tuple[str, str], Mapping[str, tuple[int, int]]],
    labels: Mapping[tuple[str, str], str],
) -> list[tuple[str, str, Share, Share, dict[str, int]]]:
    """What `blamed` judges: units now and before, of the causes each may be blamed for.

    Args:
        sent: (now, before) by (what is counted by, key).
        returned: The same by cause.
    """
    counted = CountedBy.PRODUCT if by is CountedBy.DESCRIPTION else by
    found = []
    for name in sorted(sent.keys() | returned.keys()):
        if name[0] != counted:
            continue
        wanted = COUNTS[by]
        causes = {
            cause: units
            for cause, units in returned.get(name, {}).items()
            if wanted is None or cause in wanted
        }
        went = sent.get(name, (0, 0))
        now = Share(sum(units for units, _ in causes.values()), went[0])
        before = Share(sum(units for _, units in causes.values()), went[1])
        here = {cause: units for cause, (units, _) in causes.items() if units}
        found.append((name[1], labels.get(name, ""), now, before, here))
    return found


def blamed(
    by: CountedBy, counted: Iterable[tuple[str, str, Share, Share, Mapping[str, int]]]
) -> list[Blamed]:
    """Everything of one kind of which something came back, the worst first.

    Args:
        counted: (key, label, now, before, causes) of everything something was sent or came back of.
    """
    known = list(counted)
    returned = sum(now.returned for _, _, now, _, _ in known)
    sent = sum(now.sent for _, _, now, _, _ in known)
    of_all = returned / sent if sent else 0.0
    found = [
        Blamed(by, key, label, now, before, causes, standing(now, of_all), trend_of(now, before))
        for key, label, now, before, causes in known
        if now.returned or before.returned
    ]
    return sorted(found, key=lambda one: (-one.standing, -one.now.returned, one.key))
