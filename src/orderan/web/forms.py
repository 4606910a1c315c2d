"""Reading what a page's form posted."""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Self, TypeVar
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.datastructures import FormMultiDict

from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.money import digits
from orderan.kit.runner import KEY_LENGTH, Key, first_time
from orderan.web.errors import sentence
from orderan.web.here import place_of


async def posted(request: Request[Any, Any, Any]) -> FormMultiDict:
    """The form of a request, fields that stand several times included; read with `one` and `many`."""
    return await request.form()


Done = TypeVar("Done")
Fields = FormMultiDict | Mapping[str, str]

ONCE: Final = "_once"
"""The hidden field with an id that every rendered form has for itself; `csrf_field()` writes it."""


@dataclass(eq=False)
class FormSentBefore(Refusal):
    """This very form was sent before, by a double click or by going back."""

    code = "form_sent_before"
    kind = Kind.CONFLICT
    sentence = N_("Formulir ini sudah terkirim. Tidak ada yang dicatat dua kali.")


async def sent_once(tx: Tx, form: Fields, *, now: datetime) -> None:
    """Take a form's id: what follows in this transaction happens once, however often the form is sent.

    Raises:
        FormSentBefore: It was taken; nothing may be done again.
    """
    text = one(form, ONCE)[:KEY_LENGTH]
    if text and not await first_time(tx, Key.of(f"form {tx.actor}", text, b""), now=now):
        raise FormSentBefore


def taken_once(
    form: Fields, command: Callable[[Tx], Awaitable[Done]], *, now: datetime
) -> Callable[[Tx], Awaitable[Done]]:
    """The command of a form, which runs when the form is sent for the first time and never again.

    It must refuse by raising: what returns has used the form up.
    """

    async def run(tx: Tx) -> Done:
        await sent_once(tx, form, now=now)
        return await command(tx)

    return run


def one(form: Fields, name: str) -> str:
    """A field as it was typed; "" when it is not there. NULs, which nobody types, are left out."""
    value = form.get(name, "")
    return value.replace("\0", "") if isinstance(value, str) else ""


_WHOLE: Final = re.compile(r"(?:Rp)?\s*(\d{1,3}(?:[.,\s]\d{3})+|\d{1,15})(?:[.,]00?)?", re.ASCII)


def whole_rupiah(typed: str) -> int | None:
    """Whole rupiah as people type or paste them: `1.250.000`, `Rp 1,250,000.00`; None when it is none.

    A tail of two digits is sen, not a group: 1.250.000,00 is not a hundred times as much.
    """
    found = _WHOLE.fullmatch(typed.strip())
    digits = re.sub(r"\D", "", found.group(1)) if found else ""
    return int(digits) if digits and len(digits) <= 15 else None


def amount_of(typed: str, currency: str) -> int | None:
    """Minor units of an amount as people type it: `12,50` of GBP is 1250; None when it is none.

    A dot or comma is the decimal mark where exactly the currency's decimals follow it.
    """
    decimals: int = digits(currency)
    if not decimals:
        return whole_rupiah(typed)
    number = r"(\d{1,3}(?:[.,\s]\d{3})+|\d{1,12})"
    plain = typed.strip().removeprefix(currency).lstrip("£$€¥ \xa0")
    exact = re.fullmatch(number + rf"[.,](\d{{{decimals}}})", plain, re.ASCII)
    found = exact or re.fullmatch(number, plain, re.ASCII)
    if found is None:
        return None
    whole = int(re.sub(r"\D", "", found[1]))
    minor: int = whole * 10**decimals
    return minor + (int(found[2]) if exact else 0)


@dataclass(eq=False)
class AmountUnreadable(Refusal):
    """Not an amount of money."""

    typed: str

    code = "amount_unreadable"
    kind = Kind.INVALID
    sentence = N_("“{typed}” bukan jumlah uang.")


@dataclass(eq=False)
class CountUnreadable(Refusal):
    """Not a number of units."""

    typed: str

    code = "count_unreadable"
    kind = Kind.INVALID
    sentence = N_("“{typed}” bukan jumlah barang.")


@dataclass(eq=False)
class DateUnreadable(Refusal):
    """Not a date, or not a moment where one is asked for."""

    typed: str

    code = "date_unreadable"
    kind = Kind.INVALID
    sentence = N_("“{typed}” bukan tanggal.")


def amount_typed(typed: str, currency: str) -> int:
    """Minor units of an amount as people type it; nothing typed is nothing.

    Raises:
        AmountUnreadable: It is no amount.
    """
    if not typed.strip():
        return 0
    amount = amount_of(typed, currency)
    if amount is None:
        raise AmountUnreadable(typed.strip()[:40])
    return amount


def count_typed(typed: str) -> int:
    """A number of units as people type it; nothing typed is nothing.

    Raises:
        CountUnreadable: It is no such number, or one of more than seven digits.
    """
    text = typed.strip()
    if text and (not text.isdecimal() or len(text) > 7):
        raise CountUnreadable(text[:40])
    return int(text or 0)


def refund_typed(form: Fields, currency: str) -> tuple[dict[int, int], int, int | None]:
    """Units by line (`units_1`), shipping and the amount of a refund; None is what units and shipping come to.

    Raises:
        CountUnreadable, AmountUnreadable: Something is no number.
    """
    units = {line_no: count_typed(typed) for line_no, typed in numbered(form, "units_").items()}
    shipping, amount = one(form, "shipping"), one(form, "amount")
    return (
        units,
        amount_typed(shipping, currency) if shipping.strip() else 0,
        amount_typed(amount, currency) if amount.strip() else None,
    )


def moment_typed(typed: str, zone: str) -> datetime | None:
    """A moment typed on the person's own clock; nothing typed is None.

    Raises:
        DateUnreadable: It is no moment.
    """
    if not typed.strip():
        return None
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise DateUnreadable(typed.strip()[:40]) from fault


def total_said(typed: str) -> int | None:
    """Minor units as a page wrote them into a hidden field; None when it did not write this."""
    return int(typed) if typed.isdecimal() and len(typed) <= 15 else None


def numbered(form: Fields, prefix: str) -> dict[int, str]:
    """Fields such as `units_1` and `units_2`, by their numbers, as they were typed."""
    found = {name.removeprefix(prefix): one(form, name) for name in form if name.startswith(prefix)}
    return {int(number): typed for number, typed in found.items() if number.isdecimal() and len(number) < 8}


def many(form: FormMultiDict, name: str) -> list[str]:
    """Every value of a field that may stand several times."""
    texts = [value.replace("\0", "") for value in form.getall(name, []) if isinstance(value, str)]
    return [text for text in texts if text]


class refusals_to:  # noqa: N801 - reads as a verb: `with refusals_to(request, ...) as refused:`
    """Collect a refusal of these types beside its field, for the form to show; any other goes its way.

    `errors` is what a page shows: field name -> sentence.
    """

    def __init__(self, request: Request[Any, Any, Any], fields: dict[type[Refusal], str]) -> None:
        self._request = request
        self._fields = fields
        self.errors: dict[str, str] = {}
        self.refusal: Refusal | None = None

    def __bool__(self) -> bool:
        return bool(self.errors)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> bool:
        for kind, at in self._fields.items():
            if isinstance(fault, kind):
                self.errors[at] = sentence(fault, place_of(self._request).words)
                self.refusal = fault
                return True
        return False


@dataclass(frozen=True, slots=True)
class Sent:
    """Of a page's forms the one that was refused: what was typed, and what is wrong with which field.

    A page of several forms asks for each of them by name, so that nothing typed in one shows in
    another: `{% set pay = sent.of("pay") %}`, `pay.value("amount", due)`, `pay.errors`, `pay.general`.

    Attributes:
        form: Its name; "" when none was refused.
        errors: Field name -> sentence; `general` is what belongs to no field.
    """

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    general: str = ""

    def of(self, form: str) -> Self:
        """The form of this name, empty unless it is the one that was refused."""
        return self if form == self.form else type(self)()

    def value(self, name: str, otherwise: object = "") -> object:
        """What was typed into a field; otherwise what it has from the start."""
        return self.typed.get(name, otherwise)

    @property
    def refused(self) -> bool:
        return bool(self.form)


def typed_in(form: Fields) -> dict[str, str]:
    """Every field of text as it was typed."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def refused(
    request: Request[Any, Any, Any],
    name: str,
    form: Fields,
    refusal: Refusal,
    beside: Mapping[type[Refusal], str],
) -> Sent:
    """A form as it was sent, with the refusal beside its field, or above all where it has none."""
    told = sentence(refusal, place_of(request).words)
    at = beside.get(type(refusal))
    if at is None:
        return Sent(name, typed_in(form), general=told)
    return Sent(name, typed_in(form), {at: told})


def client_address(request: Request[Any, Any, Any]) -> str:
    """Where a request comes from; of IPv6 the network, since a home has the whole of one."""
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
