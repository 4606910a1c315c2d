"""What passes between us and a gateway, in our words; each gateway's `mapping.py` knows its own.

Money is minor units of the currency, time is aware. `raw` is what the gateway said, word for word,
for whoever has to prove it later; nothing decides by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto


class Outcome(StrEnum):
    """How a charge stands at the gateway, as far as it says.

    PENDING     it waits for the buyer
    HELD        the money is there and the gateway's fraud desk thinks about it
    SUCCEEDED   the money is ours
    DECLINED    the buyer, the card or the bank said no; another try may go well
    EXPIRED     nobody paid in time
    CANCELLED   taken back before it was paid
    REVERSED    it had succeeded, and was taken back by the gateway within the minute
    REFUNDED    paid back, whole or in part
    DISPUTED    the bank takes it back for its customer
    ABSENT      the gateway knows of no such charge
    """

    PENDING = auto()
    HELD = auto()
    SUCCEEDED = auto()
    DECLINED = auto()
    EXPIRED = auto()
    CANCELLED = auto()
    REVERSED = auto()
    REFUNDED = auto()
    DISPUTED = auto()
    ABSENT = auto()


class InstrumentKind(StrEnum):
    """What the buyer is given to pay with."""

    VIRTUAL_ACCOUNT = auto()
    BILL = auto()
    QR = auto()
    DEEPLINK = auto()
    REDIRECT = auto()
    PAYMENT_CODE = auto()
    PUSH = auto()


@dataclass(frozen=True, slots=True)
class Instrument:
    """What the buyer pays with.

    Attributes:
        number: Of a virtual account, a bill or a payment code: to be typed or read out.
        biller: The biller a bill's number belongs to.
        qr: The text a QR image holds.
        url: To be opened: a page of the gateway's, or an app.
        expires_at: Until when it can be paid; None where the gateway does not say.
    """

    kind: InstrumentKind
    number: str | None = None
    biller: str | None = None
    qr: str | None = None
    url: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, as far as a gateway insists on knowing; phone is E.164."""

    name: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A line of what is paid for; the items of a charge add up to its amount."""

    name: str
    price_minor: int
    quantity: int


@dataclass(frozen=True, slots=True)
class ChargeAsked:
    """One try to get one amount.

    Attributes:
        reference: Ours, new for every try: 1 to 40 letters, digits and hyphens. It is also what keeps a
            repeated call from charging twice.
        method: Of our catalogue, such as `va_bca` or `qris`.
        expires_at: Until when the buyer may pay; a gateway may shorten it.
        return_url: Where the buyer's browser goes afterwards.
        notify_url: Where the gateway sends word.
        months: The only instalment plan that may be chosen, where one was promised.
        card_ranges: How a card must begin that may pay, at gateways whose page can hold to it; empty is any card.
    """

    reference: str
    method: str
    amount_minor: int
    currency: str
    description: str
    payer: Payer
    expires_at: datetime
    return_url: str
    notify_url: str
    items: tuple[Item, ...] = ()
    months: int | None = None
    card_ranges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Charged:
    """The gateway took the charge.

    Attributes:
        gateway_id: The gateway's own name for it.
        instrument: None where the charge needs nothing of the buyer any more.
    """

    gateway_id: str
    outcome: Outcome
    instrument: Instrument | None
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """How a charge stands, asked of the gateway itself; only this moves money.

    Attributes:
        reference, gateway_id: Whose; the gateway's is None while it is ABSENT.
        amount_minor: What was to be paid, None where the gateway does not say.
        paid_minor: What was paid so far, refunds not taken off.
        refunded_minor: What was paid back so far.
        fee_minor: What the gateway keeps, where it says so.
        reason: Why it was declined, a word of `DECLINES`.
        at: When it came to stand so, by the gateway's clock.
        disputed_minor: What of it the bank took back, of a charge that is DISPUTED or was REVERSED; None is all.
        card_digits: How a card's number begins: at most eight digits, never more.
        is_known: Whether the gateway knows of a payment at all; some made a page or a number, and hear of one
            only when the buyer begins to pay there.
    """

    reference: str
    gateway_id: str | None
    outcome: Outcome
    amount_minor: int | None
    currency: str
    paid_minor: int = 0
    refunded_minor: int = 0
    fee_minor: int | None = None
    reason: str | None = None
    at: datetime | None = None
    raw: bytes = field(default=b"", repr=False)
    card_digits: str | None = None
    is_known: bool = True
    disputed_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a verified notification is about. What it claims is a hint: the gateway is asked for the truth.

    Attributes:
        reference: Our reference of the charge, where the notification names it.
        gateway_id: The gateway's, where it names that.
        claims: What it says became of the charge; None where its word has no meaning to us.
        dedupe_key: The same for a repetition of the same news, another for other news.
        answer: Body of the answer once it is taken, where the gateway wants its own words back; see
            `acknowledged`.
    """

    reference: str | None
    gateway_id: str | None
    claims: Outcome | None
    dedupe_key: str
    answer: bytes | None = None


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """Pay back, whole or in part.

    Attributes:
        key: Ours, the same for a repetition of the same refund: 1 to 40 letters, digits and hyphens.
        again: It was asked for before, and may have been made. Keys lapse at gateways: it is looked for first.
        taken: The gateway said that it has it: how it stands is asked, and it is not ordered once more.
    """

    key: str
    reference: str
    gateway_id: str
    method: str
    amount_minor: int
    currency: str
    reason: str
    again: bool = False
    taken: bool = False


class RefundOutcome(StrEnum):
    """What became of a refund at the gateway.

    NOT_YET     it sends it only once the payment has settled: nothing was ordered, it is asked for again then
    """

    NOT_YET = auto()
    PENDING = auto()
    DONE = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Refunding:
    """How a refund stands at the gateway."""

    key: str
    gateway_id: str
    outcome: RefundOutcome
    amount_minor: int
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """A request a gateway sent us, as it came; header names are lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the shop's at a gateway.

    Attributes:
        base_url: Where its API is: the gateway's sandbox, its real one, or our own simulator.
        credentials: By the names of the gateway's `CREDENTIALS`.
    """

    gateway: str
    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
