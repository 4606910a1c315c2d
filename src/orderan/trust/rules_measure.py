"""What is measured of subjects: their own signs, and what was seen of their keys before. Pure.

Subjects of a batch come one after another: each sees those before it, as it would have seen them had they
been placed alone. So a batch scores as its orders would one by one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from typing import Final

from orderan.trust.models import (
    DENIALS,
    LINKING,
    Assessed,
    Facts,
    KeyKind,
    ListVerdict,
    Measure,
    Norm,
    Policy,
    Seen,
    Subject,
    Tally,
)
from orderan.trust.rules import decide, followed
from orderan.trust.rules_model import Speaking, opinion

Known = Mapping[tuple[KeyKind, bytes], Seen]

HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=30)
MOST_SEEN: Final = 50
"""Orders of one key that are looked at: more than that is as bad as that."""
LEAST_OF_AREA: Final = 20
"""Orders of an area that ended, or that were taken, before the share that was refused or came back says anything."""
LEAST_OF_SHOP: Final = 50
"""Orders of the shop, before what is usual in it says anything."""
LEAST_OF_BUYER: Final = 2
LEAST_HOURS_OF_BUYER: Final = 5
"""Orders of a buyer within the month, before the hours they order at say anything."""
NEAR_HOURS: Final = 3
RARE_PERMILLE: Final = 10
"""An hour in which fewer of a thousand orders come than this is a rare one."""


def assess(
    subjects: Sequence[Subject],
    known: Known,
    norm: Norm | None,
    policy: Policy,
    *,
    version: int,
    model: Speaking | None = None,
) -> list[Assessed]:
    """Facts and verdict of each subject, in order.

    Args:
        known: What was seen of their keys; it is added to as subjects are let through.
        model: Adds its points to those of the rules; None while none speaks.
    """
    found = []
    for subject in subjects:
        facts = facts_of(subject, known, norm)
        if model is not None:
            facts = replace(facts, opinion=opinion(model, facts))
        verdict = decide(facts, policy)
        first_time = _first_time(subject, known)
        found.append(Assessed(subject, facts, verdict, followed(policy, verdict), version, first_time))
        if verdict.outcome not in DENIALS:
            _remember(subject, known)
    return found


def facts_of(subject: Subject, known: Known, norm: Norm | None) -> Facts:
    """All a verdict of this subject is made from."""
    measures = {**subject.signs, **_of_keys(subject, known), **_of_norm(subject, known, norm)}
    if any(seen.verdict is ListVerdict.DISPOSABLE for _, seen in _seen(subject, known)):
        measures[Measure.EMAIL_DISPOSABLE] = 1
    listed = _listed(subject, known)
    return Facts(
        way=subject.way,
        amount_minor=subject.amount_minor,
        measures={measure: value for measure, value in measures.items() if value},
        blocked=tuple(kind for kind, verdict in listed if verdict is ListVerdict.BLOCK),
        allowed=tuple(kind for kind, verdict in listed if verdict is ListVerdict.ALLOW),
        bound=subject.bound,
    )


def _of_keys(subject: Subject, known: Known) -> dict[Measure, int]:
    seen = dict(_seen(subject, known))
    now = subject.at
    nothing = Seen()
    phone, address, device = (
        seen.get(kind, nothing) for kind in (KeyKind.PHONE, KeyKind.ADDRESS, KeyKind.DEVICE)
    )
    me = subject.keys.get(KeyKind.PHONE)
    person = phone.tally
    area = seen.get(KeyKind.AREA, nothing).tally
    return {
        Measure.PHONE_ORDERS_DAY: within(phone, now, DAY),
        Measure.ADDRESS_ORDERS_DAY: within(address, now, DAY),
        Measure.DEVICE_ORDERS_DAY: within(device, now, DAY),
        Measure.IP_ORDERS_HOUR: within(seen.get(KeyKind.IP, nothing), now, HOUR),
        Measure.CARD_ORDERS_DAY: within(seen.get(KeyKind.CARD, nothing), now, DAY),
        Measure.PHONES_AT_ADDRESS: _others(address, me),
        Measure.PHONES_AT_DEVICE: _others(device, me),
        Measure.PERSON_REFUSED: person.refused,
        Measure.PERSON_RETURNED: person.returned,
        Measure.PERSON_DISPUTED: person.disputed,
        Measure.PERSON_FRAUD: person.fraud,
        Measure.ADDRESS_REFUSED: max(0, address.tally.refused - person.refused),
        Measure.DEVICE_REFUSED: _refused_by_others(device.tally, person),
        Measure.EMAIL_REFUSED: _refused_by_others(seen.get(KeyKind.EMAIL, nothing).tally, person),
        Measure.DEVICE_FRAUD: device.tally.fraud + device.tally.disputed,
        Measure.AREA_REFUSED_PERCENT: _share(area.refused, area.delivered + area.refused),
        Measure.AREA_RETURNED_PERCENT: _share(area.returned, area.delivered),
        Measure.PERSON_DELIVERED: person.delivered,
        Measure.PHONE_FRESH: int(me is not None and _first_time(subject, known)),
    }


def _of_norm(subject: Subject, known: Known, norm: Norm | None) -> dict[Measure, int]:
    found: dict[Measure, int] = {}
    phone = dict(_seen(subject, known)).get(KeyKind.PHONE, Seen())
    person = phone.tally
    found[Measure.HOUR_OF_BUYER] = int(_unlike_their_hours(phone, subject.at))
    if person.delivered >= LEAST_OF_BUYER and person.delivered_minor > 0:
        usual = person.delivered_minor // person.delivered
        found[Measure.AMOUNT_OF_BUYER_PERCENT] = 100 * subject.amount_minor // max(usual, 1)
    if norm is not None and norm.orders >= LEAST_OF_SHOP:
        found[Measure.AMOUNT_OF_SHOP_PERCENT] = 100 * subject.amount_minor // max(norm.median_minor, 1)
        in_all = sum(norm.hours)
        found[Measure.HOUR_RARE] = int(1_000 * norm.hours[subject.at.hour] < RARE_PERMILLE * in_all)
    return found


def _unlike_their_hours(phone: Seen, at: datetime) -> bool:
    """Whether a buyer who orders often never did near this hour, by the clock of `at`."""
    hours = [when.astimezone(at.tzinfo).hour for when, _ in phone.recent[:MOST_SEEN]]
    apart = (abs(hour - at.hour) for hour in hours)
    return len(hours) >= LEAST_HOURS_OF_BUYER and all(min(gap, 24 - gap) > NEAR_HOURS for gap in apart)


def _listed(subject: Subject, known: Known) -> list[tuple[KeyKind, ListVerdict]]:
    """What lists say of its keys; of ranges its card is in the longest that a list names decides."""
    found = {kind: seen.verdict for kind, seen in _seen(subject, known) if seen.verdict is not None}
    if (verdict := card_verdict(subject, known)) is not None:
        found[KeyKind.CARD] = verdict
    return list(found.items())


def card_verdict(subject: Subject, known: Known) -> ListVerdict | None:
    """What the longest range of a card that stands on a list says; None where none does."""
    own = subject.keys.get(KeyKind.CARD)
    ranges = () if own is None else (own, *subject.wider)
    verdicts = (known[KeyKind.CARD, key].verdict for key in ranges if (KeyKind.CARD, key) in known)
    return next((verdict for verdict in verdicts if verdict is not None), None)


def _seen(subject: Subject, known: Known) -> Iterable[tuple[KeyKind, Seen]]:
    for kind, key in subject.keys.items():
        keys = (key, *subject.houses) if kind is KeyKind.ADDRESS else (key,)
        found = [known[kind, one] for one in keys if (kind, one) in known]
        if found:
            yield kind, found[0] if len(found) == 1 else _together(found)


def _together(found: Sequence[Seen]) -> Seen:
    """What is known of one thing by several keys; most orders have all of them, and are counted once."""
    orders: Counter[tuple[datetime, bytes | None]] = Counter()
    for seen in found:
        orders |= Counter(seen.recent[:MOST_SEEN])
    tallies = zip(*(astuple(seen.tally) for seen in found), strict=True)
    verdicts = [seen.verdict for seen in found if seen.verdict is not None]
    return Seen(
        recent=sorted(orders.elements(), key=lambda order: order[0], reverse=True),
        tally=Tally(*(max(counts) for counts in tallies)),
        verdict=ListVerdict.BLOCK if ListVerdict.BLOCK in verdicts else next(iter(verdicts), None),
    )


def within(seen: Seen, now: datetime, span: timedelta) -> int:
    """How many orders of a key came lately, as far as they are looked at."""
    return sum(now - span < at for at, _ in seen.recent[:MOST_SEEN])


def _others(seen: Seen, me: bytes | None) -> int:
    return len({person for _, person in seen.recent[:MOST_SEEN] if person is not None and person != me})


def _share(of_area: int, among: int) -> int:
    """So many orders of an area, in percent of all that could have been; 0 where these are too few."""
    return min(100, 100 * of_area // among) if among >= LEAST_OF_AREA else 0


def _refused_by_others(shared: Tally, person: Tally) -> int:
    """Parcels other numbers refused that were ordered on a device or with a mailbox, beyond those they took: a reseller's
    takes many, and so does a mailbox a shop types for everybody.
    """
    refused, taken = shared.refused - person.refused, shared.delivered - person.delivered
    return max(0, refused - max(0, taken))


def _first_time(subject: Subject, known: Known) -> bool:
    """Whether nothing was ever seen of the buyer."""
    if subject.is_customer:
        return False
    key = subject.keys.get(KeyKind.PHONE)
    seen = known.get((KeyKind.PHONE, key)) if key is not None else None
    return seen is None or (not seen.recent and seen.tally == Seen().tally)


def _remember(subject: Subject, known: Known) -> None:
    person = subject.keys.get(KeyKind.PHONE)
    own = [(kind, subject.keys[kind]) for kind in LINKING if kind in subject.keys]
    for pair in (*own, *((KeyKind.ADDRESS, house) for house in subject.houses)):
        seen = known.get(pair)
        if seen is not None:
            seen.recent.insert(0, (subject.at, person))
