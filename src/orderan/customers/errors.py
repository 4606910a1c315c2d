"""Refusals of customers. None carries personal data in its text: refusals are logged."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orderan.customers.entry import Complaint
from orderan.customers.regions import AreaComplaint
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import to_text

PREFIX = "cus"
ADDRESS_PREFIX = "adr"


@dataclass(eq=False)
class EntryRefused(Refusal):
    """What was typed cannot be taken; every field that is wrong is told, with a suggestion if any."""

    complaints: tuple[Complaint | AreaComplaint, ...]

    code = "entry_refused"
    kind = Kind.INVALID
    sentence = N_("Ada isian yang perlu diperiksa lagi.")
    personal = True

    def facts(self) -> dict[str, Any]:
        return {"fields": [_told(complaint) for complaint in self.complaints]}

    def __str__(self) -> str:
        # What was typed, and what is suggested for it, is personal; where it is wrong is not.
        told = ", ".join(f"{complaint.field}={complaint.doubt}" for complaint in self.complaints)
        return f"{self.code}({told})"


def _told(complaint: Complaint | AreaComplaint) -> dict[str, Any]:
    if isinstance(complaint, Complaint):
        return {
            "field": complaint.field,
            "doubt": complaint.doubt.value,
            "suggestion": complaint.suggestion,
            "can_insist": not complaint.firm,
        }
    return {
        "field": complaint.field,
        "doubt": complaint.doubt.value,
        "suggestion": complaint.expected,
        "can_insist": False,
        "areas": [{"code": region.code, "name": region.name} for region in complaint.suggestions],
    }


@dataclass(eq=False)
class UnknownCustomer(Refusal):
    """The shop has no such customer."""

    customer: str

    code = "unknown_customer"
    kind = Kind.NOT_FOUND
    sentence = N_("Pelanggan itu tidak ada.")

    @classmethod
    def of(cls, customer_id: UUID) -> "UnknownCustomer":
        return cls(to_text(PREFIX, customer_id))


@dataclass(eq=False)
class UnknownAddress(Refusal):
    """The customer has no such address."""

    address: str

    code = "unknown_address"
    kind = Kind.NOT_FOUND
    sentence = N_("Alamat itu tidak ada.")


@dataclass(eq=False)
class PhoneTaken(Refusal):
    """Another active customer has this phone; a person has one record."""

    customer: str

    code = "phone_taken"
    kind = Kind.CONFLICT
    sentence = N_("Nomor telepon itu sudah dipakai pelanggan lain.")


@dataclass(eq=False)
class ExternalIdTaken(Refusal):
    """Another customer has this external id."""

    external_id: str

    code = "external_id_taken"
    kind = Kind.CONFLICT
    sentence = N_("Id eksternal “{external_id}” sudah dipakai pelanggan lain.")


@dataclass(eq=False)
class CustomerNotActive(Refusal):
    """The customer was merged into another, or erased; nothing can be changed."""

    customer: str
    state: str
    merged_into: str | None

    code = "customer_not_active"
    kind = Kind.CONFLICT
    sentence = N_("Data pelanggan ini sudah digabung atau dihapus.")


@dataclass(eq=False)
class NothingToMerge(Refusal):
    """A customer cannot be merged with itself alone."""

    customer: str

    code = "nothing_to_merge"
    kind = Kind.INVALID
    sentence = N_("Pilih pelanggan lain untuk digabung.")


@dataclass(eq=False)
class ReasonMissing(Refusal):
    """Personal data is shown or erased for a reason, and the reason is kept."""

    code = "reason_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis alasannya.")
