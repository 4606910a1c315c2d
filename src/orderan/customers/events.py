"""Facts about customers. Ids only: whoever needs more asks, and is logged."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from orderan.kit.events import Event


@dataclass(frozen=True)
class CustomerRegistered(Event):
    """A customer is known from now on."""

    kind: ClassVar[str] = "customers.customer_registered.v1"
    customer_id: UUID


@dataclass(frozen=True)
class CustomerChanged(Event):
    """Fields of a customer were changed; their names, not their contents."""

    kind: ClassVar[str] = "customers.customer_changed.v1"
    customer_id: UUID
    fields: tuple[str, ...]


@dataclass(frozen=True)
class AddressAdded(Event):
    """A customer has a further address."""

    kind: ClassVar[str] = "customers.address_added.v1"
    customer_id: UUID
    address_id: UUID


@dataclass(frozen=True)
class AddressRetired(Event):
    """An address is no longer offered; orders sent there keep it."""

    kind: ClassVar[str] = "customers.address_retired.v1"
    customer_id: UUID
    address_id: UUID


@dataclass(frozen=True)
class ConsentGiven(Event):
    """A customer allowed a use of their data."""

    kind: ClassVar[str] = "customers.consent_given.v1"
    customer_id: UUID
    purpose: str


@dataclass(frozen=True)
class ConsentWithdrawn(Event):
    """A customer took a permission back."""

    kind: ClassVar[str] = "customers.consent_withdrawn.v1"
    customer_id: UUID
    purpose: str


@dataclass(frozen=True)
class CustomersMerged(Event):
    """Records of one person: the survivor stands for the others from now on."""

    kind: ClassVar[str] = "customers.customers_merged.v1"
    survivor_id: UUID
    merged_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class CustomerErased(Event):
    """A customer's personal data is gone for good; consumers drop their copies."""

    kind: ClassVar[str] = "customers.customer_erased.v1"
    customer_id: UUID
    erased_ids: tuple[UUID, ...]
