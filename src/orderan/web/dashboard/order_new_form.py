"""What stands in the form of a new order, and what of it can be taken."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

from litestar.datastructures import FormMultiDict

from orderan.customers import (
    AreaComplaint,
    Buyer,
    BuyerAddress,
    Complaint,
    EntryRefused,
    Phone,
    atlas,
    check_destination,
    check_email,
    check_name,
    check_phone,
)
from orderan.orders import OrderKind, Terms
from orderan.pricing import Discount
from orderan.shops import Channel
from orderan.web.forms import amount_typed, count_typed, numbered, one

LINES: Final = 5
MOST_LINES: Final = 50
FIRST_CHANNELS: Final = ("phone", "chat", "store")
AREA_FIELDS: Final = {"village_code": "village"}
"""Fields of the form by the names the checks give them."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    cart: str
    channel: str
    phone: str
    name: str
    line: str
    village: str
    area: str
    postcode: str
    email: str
    insists: bool
    lines: tuple[tuple[str, str, str], ...]
    terms: str
    kind: str
    service: str
    discount: str
    note: str
    expected: str
    may_substitute: bool


def typed_of(form: FormMultiDict) -> Typed:
    """Read the form; an area chosen from the list wins over the text beside it."""
    turns = sorted(numbered(form, "units_"))
    lines = tuple(
        (one(form, f"sku_{turn}"), one(form, f"sku_{turn}_text"), one(form, f"units_{turn}"))
        for turn in turns[:MOST_LINES]
    )
    return Typed(
        cart=one(form, "cart")[:60],
        channel=one(form, "channel"),
        phone=one(form, "phone").strip(),
        name=one(form, "name").strip(),
        line=one(form, "line").strip(),
        village=one(form, "village"),
        area=one(form, "village_text").strip(),
        postcode=one(form, "postcode").strip(),
        email=one(form, "email").strip(),
        insists=bool(one(form, "insist_email")),
        lines=lines,
        terms=one(form, "terms") if one(form, "terms") in set(Terms) else Terms.PREPAID,
        kind=one(form, "kind") if one(form, "kind") in set(OrderKind) else OrderKind.B2C,
        service=one(form, "service"),
        discount=one(form, "discount"),
        note=one(form, "note").strip(),
        expected=one(form, "expected"),
        may_substitute=bool(one(form, "may_substitute")),
    )


def blank(channels: list[Channel]) -> Typed:
    """An empty form, on the channel most orders by hand come through."""
    first = sorted(channels, key=lambda one: (one.kind not in FIRST_CHANNELS, one.name))
    lines = (("", "", ""),) * LINES
    code = first[0].code if first else ""
    return Typed(
        cart=f"new-{uuid4().hex}",
        channel=code,
        phone="",
        name="",
        line="",
        village="",
        area="",
        postcode="",
        email="",
        insists=False,
        lines=lines,
        terms=Terms.PREPAID,
        kind=OrderKind.B2C,
        service="",
        discount="",
        note="",
        expected="",
        may_substitute=False,
    )


def asked_lines(typed: Typed) -> list[tuple[str, int]]:
    """Lines that say something: (sku, units); a quantity left empty is one.

    Raises:
        CountUnreadable: A quantity is no number.
    """
    asked = []
    for value, text, units in typed.lines:
        sku = value or text.strip().split(" ")[0]
        if sku:
            asked.append((sku, count_typed(units) or 1))
    return asked


def discounts_of(typed: Typed, currency: str) -> list[Discount]:
    amount = amount_typed(typed.discount, currency)
    return [Discount("manual", "merchant", amount)] if amount else []


def complaints_of(typed: Typed, of_village: str | None) -> list[Complaint | AreaComplaint]:
    """Everything that cannot be taken of the buyer as typed, and what looks like a slip.

    An e-mail like a common one is a question, answered by insisting: here somebody can be asked.

    Args:
        of_village: The chosen village's own postcode, where it is known.
    """
    if not typed.phone and not says_who(typed):
        return []
    email = check_email(typed.email, insisted=typed.insists) if typed.email else None
    answers = (check_phone(typed.phone), check_name(typed.name), email)
    complaints: list[Complaint | AreaComplaint] = [one for one in answers if isinstance(one, Complaint)]
    where = check_destination(typed.village, typed.postcode, of_village=of_village)
    return complaints + [replace(one, field=AREA_FIELDS.get(one.field, one.field)) for one in where]


def says_who(typed: Typed) -> bool:
    """Whether anything was typed about the buyer: then a phone is asked for, and nothing of it is dropped."""
    return any((typed.name, typed.line, typed.village, typed.area, typed.postcode, typed.email))


def buyer_of(typed: Typed, of_village: str | None) -> Buyer | None:
    """Who buys; nobody when nothing was typed of them.

    Raises:
        EntryRefused: Names every field that cannot be taken.
    """
    if not typed.phone and not says_who(typed):
        return None
    if complaints := complaints_of(typed, of_village):
        raise EntryRefused(tuple(complaints))
    name, phone = check_name(typed.name), check_phone(typed.phone)
    email = check_email(typed.email, insisted=True) if typed.email else None
    assert isinstance(name, str)
    assert isinstance(phone, Phone)
    assert not isinstance(email, Complaint)
    address = None
    if typed.line or typed.village:
        address = BuyerAddress(
            typed.line or typed.area, typed.village or None, typed.postcode or of_village, written_area(typed)
        )
    return Buyer(name, phone.e164, email.address if email else None, address)


def village_of(typed: Typed) -> str | None:
    return typed.village if atlas().get(typed.village) else None


def written_area(typed: Typed) -> str:
    """The area in words: from its code where one was chosen."""
    village = village_of(typed)
    if village is None:
        return typed.area[:200]
    return ", ".join(region.name for region in reversed(atlas().lineage(village)))[:200]
