"""Reading what gateways answer: whatever is missing or something else is None, and never a crash."""

from decimal import Decimal, InvalidOperation
from typing import Any

from orderan.kit.calling import Reply


def object_of(reply: Reply) -> dict[str, Any] | None:
    """The JSON object of an answer."""
    told = reply.json()
    return told if isinstance(told, dict) else None


def part(told: object, *names: str) -> Any:
    """A member of nested objects; None where any of them is missing or something else."""
    for name in names:
        told = told.get(name) if isinstance(told, dict) else None
    return told


def text(told: object, *names: str) -> str | None:
    """A member that is a text with something in it."""
    found = part(told, *names)
    return found if isinstance(found, str) and found else None


def rupiah(told: object) -> int | None:
    """`150000`, `150000.0` and `"150000.00"` are 150000; None for what is no whole amount."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    whole, _, cents = str(told).partition(".")
    if not whole.isascii() or not whole.isdigit() or cents.strip("0"):
        return None
    return int(whole)


def rupiah_loosely(told: object) -> int | None:
    """The same in any way to write a number, with space around it, below 10**15."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    try:
        amount = Decimal(str(told).strip())
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount < 0 or amount >= Decimal(10) ** 15 or amount != int(amount):
        return None
    return int(amount)
