"""The nouns of an order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from uuid import UUID

from orderan.orders.states import ChangeState, Commercial, Verification


class OrderKind(StrEnum):
    """Kinds share one machine and differ by policy."""

    B2C = auto()
    B2B = auto()
    DROPSHIP = auto()
    PREORDER = auto()
    MADE_TO_ORDER = auto()
    SUBSCRIPTION = auto()


class Terms(StrEnum):
    """When it is paid: before it ships, at the door, or on an invoice."""

    PREPAID = auto()
    COD = auto()
    INVOICE = auto()


class HoldKind(StrEnum):
    """Why an order waits."""

    FRAUD = auto()
    ADDRESS = auto()
    STOCK = auto()
    CUSTOMER_REQUEST = auto()
    PROOF = auto()
    CREDIT = auto()
    PAYMENT = auto()
    OTHER = auto()


def pay_limit(
    hold_until: datetime | None, clock_stopped_at: datetime | None, *, now: datetime
) -> datetime | None:
    """Until when an order can be paid; while its clock stands still, later with every minute."""
    if hold_until is None or clock_stopped_at is None:
        return hold_until
    return hold_until + max(now - clock_stopped_at, timedelta())


@dataclass(frozen=True)
class Order:
    """An order's own row; amounts are minor units of currency."""

    shop_id: int
    id: UUID
    number: int
    channel_id: UUID
    external_id: str | None
    cart_id: str | None
    kind: str
    terms: str
    customer_id: UUID | None
    address_id: UUID | None
    currency: str
    commercial: str
    money: str
    verification: str
    headline: str
    open_holds: int
    goods_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    rounding_minor: int
    total_minor: int
    paid_minor: int
    refunded_minor: int
    tax_included: bool
    shipping_service: str | None
    units: int
    version: int
    note: str | None
    placed_by: str
    placed_at: datetime
    hold_until: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    closed_at: datetime | None
    forgone_minor: int = 0
    credited_minor: int = 0
    covered_minor: int = 0
    clock_stopped_at: datetime | None = None
    deposit_minor: int | None = None
    cleared: bool = True

    def pay_until(self, now: datetime) -> datetime | None:
        """Until when it can be paid as things stand now."""
        return pay_limit(self.hold_until, self.clock_stopped_at, now=now)

    @property
    def due_minor(self) -> int:
        """What the buyer still owes; refunds are not owed again, since they were given on purpose."""
        return self.total_minor - self.forgone_minor - self.covered_minor - self.paid_minor

    @property
    def deposit_due_minor(self) -> int:
        """What is missing of the deposit it waits for; nothing once it was accepted, or its buyer gave their word."""
        if self.deposit_minor is None:
            return 0
        if self.commercial != Commercial.AWAITING_PAYMENT and not self.wants_deposit:
            return 0
        return min(max(self.deposit_minor - self.paid_minor, 0), max(self.due_minor, 0))

    @property
    def wants_deposit(self) -> bool:
        """Whether it waits for a deposit in place of its buyer's word; the rest is paid at the door all the same."""
        return (
            self.deposit_minor is not None
            and self.terms == Terms.COD
            and self.commercial == Commercial.ACCEPTED
            and self.verification == Verification.UNREACHABLE
        )

    @property
    def kept_for_minor(self) -> int:
        """What the shop may keep of the buyer's money: neither goods that came back nor what was paid back for them."""
        asked = self.total_minor - self.forgone_minor - self.covered_minor
        return max(asked - self.credited_minor, 0)

    @property
    def owed_back_minor(self) -> int:
        """What the shop kept beyond what it asks for; of an order that came to nothing, all it kept."""
        over = self.commercial in (Commercial.CANCELLED, Commercial.EXPIRED)
        asked = 0 if over else self.kept_for_minor
        return max(self.paid_minor - self.refunded_minor - asked, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its quantities by state.

    Attributes:
        tax_rate_bp, tax_base_numerator, tax_base_denominator: Its tax as it was when it was written:
            basis points on numerator/denominator of the price.
        discounts: (code, payer, amount as it stands, amount granted, units it was granted for); as
            placed, the last two are missing and the same as what stands.
        may_substitute: Its buyer lets something else stand in for units that are missing.
    """

    order_id: UUID
    line_no: int
    sku_id: UUID
    sku_code: str
    title: str
    unit_price_minor: int
    quantity: int
    goods_minor: int
    discount_minor: int
    tax_minor: int
    tax_class: str
    tax_rate_bp: int
    discounts: list[list[str | int]] | None = None
    allocated: int = 0
    picked: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: int = 0
    returned: int = 0
    cancelled: int = 0
    tax_base_numerator: int = 1
    tax_base_denominator: int = 1
    may_substitute: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Which orders somebody may see: of these channels, touching these locations; None is all."""

    channel_ids: frozenset[UUID] | None = None
    location_ids: frozenset[UUID] | None = None

    def bounds(self) -> dict[str, list[UUID] | None]:
        """As parameters of a statement; None is everything."""
        return {
            "channels": None if self.channel_ids is None else list(self.channel_ids),
            "locations": None if self.location_ids is None else list(self.location_ids),
        }


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Progress:
    """Units of a line by how far they are, each counting what is further along too.

    Bundles count whole: a bundle is picked when every part of it is.
    """

    order_id: UUID
    line_no: int
    picked: int
    packed: int
    shipped: int
    delivered: int


@dataclass(frozen=True, slots=True)
class AddLine:
    """More of something: a new line at today's price."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SetQuantity:
    """A line shall have this many units standing; 0 takes it out."""

    line_no: int
    quantity: int


@dataclass(frozen=True, slots=True)
class SetAddress:
    """Send it to another address of the customer."""

    address_id: UUID


@dataclass(frozen=True, slots=True)
class SetDiscount:
    """A discount shall be this much: on a line, or split over all by value; 0 takes it off."""

    code: str
    payer: str
    amount_minor: int
    line_no: int | None = None


@dataclass(frozen=True, slots=True)
class SetShipping:
    """Send it by another service; None is no shipping."""

    service: str | None


Action = AddLine | SetQuantity | SetAddress | SetDiscount | SetShipping


@dataclass(frozen=True, slots=True)
class Change:
    """A staged edit of an order.

    Attributes:
        base_version: The order's version when it was begun; it fits no other.
        difference_minor: What the buyer paid more (or got back, negative) once confirmed.
    """

    id: UUID
    order_id: UUID
    base_version: int
    state: ChangeState
    actions: tuple[Action, ...]
    difference_minor: int | None
    reason: str
    opened_by: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Substitution:
    """Units of a line that another line of the order stands in for."""

    id: UUID
    order_id: UUID
    line_no: int
    by_line_no: int
    units: int


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason to wait."""

    order_id: UUID
    id: UUID
    kind: str
    reason: str
    owner: str
    expires_at: datetime | None
    placed_at: datetime
    placed_by: str
    released_at: datetime | None
    released_by: str | None
