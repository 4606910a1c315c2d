"""What every order page is given: labels, paths, amounts in the order's own currency."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from orderan.access import Permission, Principal
from orderan.customers import Reader
from orderan.kit.i18n import format_money
from orderan.kit.ids import to_text
from orderan.web.dashboard.order_words import HEADLINES, HOLDS, KINDS, METHODS, MONEY, TERMS
from orderan.web.dashboard.payments import LEDGER_KINDS
from orderan.web.here import here


def reader_of(principal: Principal) -> Reader:
    """Who may see personal data sees names whole; everybody else, initials."""
    return Reader(whole_names=principal.may(Permission.PERSONAL_READ))


def path_of(order_id: UUID) -> str:
    return f"/orders/{to_text('ord', order_id)}"


def cash(minor: int, currency: str) -> str:
    """An amount as the reader writes it."""
    return format_money(minor, currency, here().locale)


def translated(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Labels as options of a choice."""
    return [(code, here().words.gettext(label)) for code, label in labels.items()]


def named(known: Mapping[str, tuple[UUID, str]]) -> list[tuple[str, str]]:
    """Channels or places as options of a choice."""
    return [(code, name) for code, (_, name) in known.items()]


def pairs(values: Sequence[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


LABELS: Final[dict[str, Any]] = {
    "headlines": HEADLINES,
    "terms_of": TERMS,
    "kinds": KINDS,
    "moneys": MONEY,
    "holds": HOLDS,
    "methods": METHODS,
    "ledger_kinds": LEDGER_KINDS,
    "path_of": path_of,
    "cash": cash,
    "translated": translated,
    "named": named,
    "pairs": pairs,
    "view_id": lambda view_id: to_text("viw", view_id),
}
