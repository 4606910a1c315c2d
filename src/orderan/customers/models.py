"""The nouns: a customer as the shop knows them, and what of it is shown to whom."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from uuid import UUID

from orderan.customers.states import CustomerState
from orderan.kit.errors import N_

ERASED_NAME = N_("Pelanggan terhapus")


class Purpose(StrEnum):
    """What a consent is for; each is asked for by itself (UU PDP, articles 20 to 22)."""

    MARKETING_EMAIL = auto()
    MARKETING_WHATSAPP = auto()
    MARKETING_SMS = auto()
    PROFILING = auto()


class Field(StrEnum):
    """What can be shown unmasked, each on its own."""

    NAME = auto()
    PHONE = auto()
    EMAIL = auto()
    NOTE = auto()
    ADDRESSES = auto()


@dataclass(frozen=True, slots=True)
class Typed:
    """A customer as somebody typed it; empty means not given.

    Attributes:
        insisted: Fields whose unlikely value was asked about and confirmed.
    """

    name: str
    phone: str = ""
    email: str = ""
    customer_group: str = ""
    external_id: str = ""
    note: str = ""
    insisted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """What to change of a customer: None leaves a field as it is, an empty text clears it."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    customer_group: str | None = None
    note: str | None = None
    insisted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TypedAddress:
    """An address as somebody typed it. Names of areas are checked against the village code."""

    recipient: str
    phone: str
    line: str
    village_code: str
    postcode: str = ""
    label: str = ""
    province: str = ""
    city: str = ""
    district: str = ""
    village: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A customer as shown: contact data masked, or None where there is none.

    Attributes:
        name: Whole or shortened, as the reader may see; of an erased customer what stands for it.
    """

    id: UUID
    name: str
    phone: str | None
    email: str | None
    has_note: bool
    external_id: str | None
    customer_group: str | None
    state: CustomerState
    merged_into: UUID | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AddressCard:
    """An address as shown: the area whole, recipient, phone and street masked."""

    id: UUID
    customer_id: UUID
    label: str
    recipient: str
    phone: str
    line: str
    village_code: str | None
    postcode: str | None
    area: str
    created_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent given or withdrawn, on whose word, and when."""

    purpose: Purpose
    granted: bool
    source: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody read personal data unmasked."""

    fields: tuple[str, ...]
    purpose: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WholeAddress:
    """An address unmasked, for whoever has a reason that was logged."""

    id: UUID
    recipient: str
    phone: str
    line: str
    area: str
    postcode: str | None


@dataclass(frozen=True, slots=True)
class Revealed:
    """Personal data unmasked; fields that were not asked for are None."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    note: str | None = None
    addresses: tuple[WholeAddress, ...] | None = None


class Likeness(StrEnum):
    """Why two customers may be one person."""

    SAME_EMAIL = auto()
    SAME_NAME_AND_AREA = auto()


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another customer that may be the same person, and why."""

    card: Card
    likeness: tuple[Likeness, ...]
