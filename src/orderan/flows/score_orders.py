"""Scoring orders as they are placed: nothing is asked of anybody outside, and nothing is written twice.

weigh     before stock is asked for, all that is to be placed is scored, a batch in one look; what is
          denied takes no stock, and is kept with its reasons so that it can be appealed
settle    with the orders that were written: their scores and decisions, then those to be asked about wait
          for their buyers, those to be looked at are held, each in one statement, and of those that are believed
          for a deposit one is asked; where none could be paid they were denied

An order of a marketplace stands there already: it can be held, not denied. History that is imported
is not scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from orderan.customers import Buyer, districts_of_postcodes
from orderan.flows.verify_order import demand_deposits, payable_now
from orderan.kit import decisions
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.decisions import Decision, Replayed
from orderan.kit.errors import N_
from orderan.orders import (
    HoldKind,
    Order,
    Terms,
    Verification,
    VerificationEvent,
    move_verification,
    place_holds,
)
from orderan.shops import Channel, ChannelKind, Shop
from orderan.trust import (
    DENIALS,
    Assessed,
    Outcome,
    Policy,
    Subject,
    TermsDenied,
    Traces,
    Way,
    decide,
    deny,
    keep_scores,
    open_reviews,
    plain_facts,
    plain_policy,
    plain_verdict,
    read_facts,
    read_policy,
    score,
    subject_of,
    top_reasons,
)

TRUST: Final = "trust"
TRUST_RULE: Final = "points_bands@1"
HELD_BECAUSE: Final = N_("Skor pesanan ini perlu diperiksa.")
"""The reason of the hold; the decision has all of them."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an order came from, as whoever took it knows.

    Attributes:
        device: Whatever the shop's site names a device by.
        ip_area, billing_area: Province codes such as "31" of the request and of the payer.
        card: The first six to eight digits of the card.
    """

    device: str | None = None
    ip: str | None = None
    ip_area: str | None = None
    billing_area: str | None = None
    card: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An order that is about to be placed; its id is that of the order, or of the denial.

    Attributes:
        is_customer: The shop knows the buyer's phone.
    """

    id: UUID
    channel: Channel
    terms: Terms
    total_minor: int
    buyer: Buyer | None = None
    origin: Origin | None = None
    note: str | None = None
    is_customer: bool = False


async def weigh(
    tx: Tx, shop: Shop, asked: Sequence[Asked], *, keyring: Keyring, now: datetime
) -> tuple[dict[UUID, Assessed], dict[UUID, TermsDenied]]:
    """Score orders before they are placed; what is denied is written down and told why.

    Returns:
        The scores of those that may be placed, and the refusals of the others, by id.
    """
    local = now.astimezone(ZoneInfo(shop.time_zone))
    districts = await _districts(tx, asked)
    subjects = [_subject(tx, keyring, one, districts, at=local) for one in asked]
    assessed = await score(tx, subjects, now=now)
    payable = await payable_now(
        tx,
        {
            one.subject.id: one.subject.amount_minor
            for one in assessed
            if one.verdict.outcome is Outcome.DEPOSIT
        },
        now=now,
    )
    denied = [one for one in assessed if one.verdict.outcome in DENIALS and one.subject.id not in payable]
    refused = await deny(tx, denied, channels={one.id: one.channel.id for one in asked}, now=now)
    await decisions.keep(tx, [decided(one) for one in denied], now=now)
    return {one.subject.id: one for one in assessed if one.subject.id not in refused}, refused


async def settle(
    tx: Tx, orders: Sequence[Order], assessed: Mapping[UUID, Assessed], *, now: datetime
) -> dict[UUID, Order]:
    """Do what the scores of orders that were just written say; returns those that are not as they were."""
    held = [order for order in orders if assessed[order.id].verdict.outcome is Outcome.HOLD]
    to_pay = [order for order in orders if assessed[order.id].verdict.outcome is Outcome.DEPOSIT]
    to_ask = [order for order in orders if assessed[order.id].verdict.outcome is Outcome.ASK]
    changed = await demand_deposits(tx, to_pay, now=now)
    if to_ask:
        await move_verification(tx, to_ask, VerificationEvent.ASK, reason="trust", now=now)
        changed |= {order.id: replace(order, verification=Verification.WAITING) for order in to_ask}
    if held:
        await place_holds(tx, held, HoldKind.FRAUD, reason=HELD_BECAUSE, now=now)
        await open_reviews(tx, [assessed[order.id] for order in held], now=now)
        changed |= {order.id: replace(order, open_holds=order.open_holds + 1) for order in held}
    return changed


async def keep(tx: Tx, assessed: Sequence[Assessed]) -> list[Decision]:
    """Keep the scores of orders that were placed; returns their decisions, to be kept with the others."""
    await keep_scores(tx, assessed)
    return [decided(one) for one in assessed]


def decided(assessed: Assessed) -> Decision:
    """The choice with everything it was made from; nothing of a person stands in it."""
    verdict = assessed.verdict
    inputs = plain_facts(assessed.facts) | {
        "version": assessed.version,
        "followed": plain_policy(assessed.followed),
    }
    return Decision(
        subject_id=assessed.subject.id,
        kind=TRUST,
        rule=TRUST_RULE,
        inputs=inputs,
        outcome=plain_verdict(verdict),
        reasons=[str(verdict.outcome), *top_reasons(verdict)],
    )


def rescore(inputs: Mapping[str, Any], policy: Policy | None = None) -> Replayed:
    """What rules make of what was known when an order was scored.

    Args:
        policy: None: those that were followed then.
    """
    followed = read_policy(inputs["followed"]) if policy is None else policy
    verdict = decide(read_facts(inputs), followed)
    return Replayed(TRUST_RULE, plain_verdict(verdict), [str(verdict.outcome), *top_reasons(verdict)])


async def _districts(tx: Tx, asked: Sequence[Asked]) -> Mapping[str, str]:
    """Districts of the postcodes of addresses of which no village is known; mostly there are none of these."""
    addresses = [one.buyer.address for one in asked if one.buyer and one.buyer.address]
    postcodes = {one.postcode for one in addresses if one.postcode and not one.village_code}
    return await districts_of_postcodes(tx, postcodes) if postcodes else {}


def _subject(
    tx: Tx, keyring: Keyring, asked: Asked, districts: Mapping[str, str], *, at: datetime
) -> Subject:
    return subject_of(
        keyring,
        tx.shop_id,
        _traces(asked, districts),
        subject_id=asked.id,
        way=Way.COD if asked.terms is Terms.COD else Way.PREPAID,
        amount_minor=asked.total_minor,
        at=at,
        bound=asked.channel.kind == ChannelKind.MARKETPLACE,
    )


def _traces(asked: Asked, districts: Mapping[str, str]) -> Traces:
    buyer, origin = asked.buyer, asked.origin or Origin()
    address = buyer.address if buyer else None
    return Traces(
        phone=buyer.phone if buyer else None,
        email=buyer.email if buyer else None,
        name=buyer.name if buyer else "",
        line=address.line if address else "",
        area=address.area if address else "",
        village_code=address.village_code if address else None,
        district_code=districts.get(address.postcode or "") if address else None,
        postcode=address.postcode if address else None,
        device=origin.device,
        ip=origin.ip,
        ip_area=origin.ip_area,
        billing_area=origin.billing_area,
        card=origin.card,
        note=asked.note,
        is_customer=asked.is_customer,
    )
