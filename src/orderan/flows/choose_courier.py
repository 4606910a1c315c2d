"""Who carries a parcel: what each offers, how it did in that area, what the shop's rules say; kept with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from orderan.flows.courier_rates import RateQuery
from orderan.flows.views_couriers import CITY, Lived, lived_by_area
from orderan.kit.db import Tx
from orderan.kit.decisions import Decision, Replayed
from orderan.kit.rulebook import MOST_DAYS
from orderan.shipping import (
    CARRY_RULES,
    USUAL_FIRST,
    Carrier,
    CarrierChoice,
    CarrierOffer,
    CarryPolicy,
    CarryTrialTooLong,
    KeptCarryTrial,
    Offer,
    PastChoice,
    ToCarry,
    choose_carrier,
    expected_days,
    plain_choice,
    plain_policy,
    read_offers,
    read_policy,
    smoothed,
    try_policy,
)

CARRYING: Final = "courier"
CARRYING_RULE: Final = "cost_days_first_try@1"
LOOKS_BACK: Final = timedelta(days=90)
MOST: Final = 5_000
"""Past parcels that are chosen for again in one trial, the newest."""


async def measured(tx: Tx, query: RateQuery, offers: Sequence[Offer], *, now: datetime) -> list[CarrierOffer]:
    """Offers that can be booked, each with how its courier did lately where the parcel goes."""
    city = query.village_code[:CITY] if query.village_code else ""
    couriers = {one.rate.courier for one in offers if one.account_id is not None}
    lived = await lived_by_area(tx, couriers, [city], since=now - LOOKS_BACK)
    return [_measured(one, lived, city) for one in offers if one.account_id is not None]


def decided(
    order_id: UUID,
    task_id: UUID,
    parcel: ToCarry,
    offers: Sequence[CarrierOffer],
    policy: CarryPolicy,
    version: int,
) -> tuple[Decision, CarrierChoice]:
    """The choice among these offers, with everything it was made from."""
    choice = choose_carrier(parcel, offers, policy)
    made = Decision(
        subject_id=order_id,
        kind=CARRYING,
        rule=CARRYING_RULE,
        inputs={
            "task_id": str(task_id),
            "parcel": asdict(parcel),
            "offers": [asdict(one) for one in offers],
            "policy": plain_policy(policy),
            "version": version,
        },
        outcome=plain_choice(choice),
        reasons=reasons(choice),
    )
    return made, choice


def rechoose(inputs: Mapping[str, Any], policy: CarryPolicy | None = None) -> Replayed:
    """What today's rule chooses from the inputs of a choice.

    Args:
        policy: The shop's rules, instead of those that were followed then.
    """
    followed = read_policy(inputs["policy"]) if policy is None else policy
    choice = choose_carrier(ToCarry(**inputs["parcel"]), read_offers(inputs["offers"]), followed)
    return Replayed(CARRYING_RULE, plain_choice(choice), reasons(choice))


def reasons(choice: CarrierChoice) -> list[str]:
    """Why the first is the first, as codes."""
    return [str(choice.why) if choice.why else "nobody"]


def to_carry(query: RateQuery) -> ToCarry:
    """A parcel as rules look at it."""
    return ToCarry(query.destination_area, query.weight_g, query.value_minor, query.cod_minor)


def offer_id(offer: Offer) -> str:
    """Account, courier and service, for telling an offer again."""
    account = offer.account_id.hex if offer.account_id else ""
    return f"{account}:{offer.rate.courier}:{offer.rate.service}"


def carrier_of(offer: Offer) -> Carrier:
    """An offer of an account as it is booked."""
    if offer.account_id is None:
        message = "the shop's own table books nobody"
        raise ValueError(message)
    rate = offer.rate
    return Carrier(
        offer.account_id,
        rate.courier,
        rate.service,
        rate.cost_minor,
        rate.insurance_minor,
        rate.cod_fee_minor,
        rate.least_days,
        rate.most_days,
    )


async def try_carry_draft(tx: Tx, expected: int, *, days: int, now: datetime) -> KeptCarryTrial:
    """Try the draft on the choices of the last days and keep what was found beside it.

    Raises:
        CarryDraftMovedOn: It is not the draft that was seen.
        CarryTrialTooLong: Of more days than are looked at.
    """
    if not 1 <= days <= MOST_DAYS:
        raise CarryTrialTooLong(days)
    draft = await CARRY_RULES.require_draft(tx, expected)
    live = await CARRY_RULES.live(tx)
    since = now - timedelta(days=days)
    rows = await tx.all(
        """
        SELECT subject_id, inputs -> 'parcel' AS parcel, inputs -> 'offers' AS offers,
               outcome -> 'carriers' -> 0 ->> 'id' AS chosen
        FROM decision
        WHERE shop_id = %(shop)s AND kind = 'courier' AND rule = %(rule)s AND decided_at >= %(since)s
        ORDER BY decided_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"shop": tx.shop_id, "rule": CARRYING_RULE, "since": since, "limit": MOST + 1},
    )
    past = [
        PastChoice(str(row.subject_id), ToCarry(**row.parcel), tuple(read_offers(row.offers)), row.chosen)
        for row in rows[:MOST]
    ]
    trial = try_policy(past, draft.rules, since=since, until=now, more=len(rows) > MOST)
    against = live.version if live else None
    return await CARRY_RULES.keep_trial(tx, draft.revision, trial, against=against, days=days, now=now)


def _measured(offer: Offer, lived: Mapping[tuple[str, str], Lived], city: str) -> CarrierOffer:
    rate = offer.rate
    usual = USUAL_FIRST
    days: float | None = None
    of, ended = 0, 0
    # Everywhere first, then the city: the smaller place is drawn towards the larger one.
    for area in dict.fromkeys(("", city)):
        known = lived.get((rate.courier, area))
        if known is None:
            continue
        usual = smoothed(known.first, known.ended, usual)
        ended = known.ended
        if known.days is not None:
            days, of = known.days, known.delivered
    return CarrierOffer(
        id=offer_id(offer),
        courier=rate.courier,
        service=rate.service,
        total_minor=offer.total_minor,
        days=round(expected_days(days, of, least_days=rate.least_days, most_days=rate.most_days), 2),
        first_share=round(usual, 4),
        measured=ended,
        takes_cod=rate.cod,
        source=str(offer.source),
    )
