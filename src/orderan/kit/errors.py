"""Refusals: correct requests the business turns down.

    Refusal            code, kind, sentence; facts are the dataclass fields
    |- a domain's own  named for what happened: StockShort, OrderNotFound

A refusal knows nothing of HTTP; `orderan.web.errors` has the one table from kind to status.
Faults of the world (a lost connection, a lock timeout) and bugs are not refusals.
"""

from dataclasses import dataclass, fields
from enum import StrEnum, auto
from typing import Any, ClassVar


def N_(sentence: str) -> str:  # noqa: N802 - the gettext name for "translate later"
    """Mark a sentence for translation; it is translated where it is shown."""
    return sentence


class Kind(StrEnum):
    """What sort of no it is."""

    NOT_FOUND = auto()
    CONFLICT = auto()
    INVALID = auto()
    FORBIDDEN = auto()
    UNAUTHENTICATED = auto()
    TRY_AGAIN = auto()
    TOO_MANY = auto()


@dataclass(eq=False)
class Refusal(Exception):
    """A request turned down; nothing was changed.

    Subclasses are dataclasses whose fields are the facts a caller can act on. `sentence` is
    Indonesian, a translatable template over those facts.

    Attributes:
        personal: Its facts repeat what was typed of a person: they are told, and kept nowhere.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind]
    sentence: ClassVar[str]
    personal: ClassVar[bool] = False

    def facts(self) -> dict[str, Any]:
        """The fields by name, as they stand."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.facts().items())
        return f"{self.code}({told})"


def catalogue() -> list[type[Refusal]]:
    """Every refusal that is defined in the modules imported so far, by code."""
    found: list[type[Refusal]] = []
    waiting = [Refusal]
    while waiting:
        for child in waiting.pop().__subclasses__():
            waiting.append(child)
            if "code" in child.__dict__:
                found.append(child)
    return sorted(found, key=lambda refusal: (refusal.code, refusal.__module__))
