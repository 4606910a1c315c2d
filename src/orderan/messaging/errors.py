"""How sending a message can end other than well. The difference decides what may be done next.

RefusedForGood   nothing was sent, and asking the same again is refused again: another channel, or nobody
RefusedForNow    nothing was sent; later, or otherwise, it may go
SendFailed       nothing was sent, and the provider is to blame: try again, or another channel
OutcomeUnknown   it may have been sent: sending again may tell twice
"""

from enum import StrEnum, auto
from typing import TypeAlias

from orderan.kit import calling

Fault: TypeAlias = calling.Fault
MessageTrouble: TypeAlias = calling.PartnerTrouble
SendFailed: TypeAlias = calling.PartnerFailed
OutcomeUnknown: TypeAlias = calling.OutcomeUnknown


class Because(StrEnum):
    """What a refusal is about.

    RECIPIENT   whoever it is for cannot be reached there: no such number, not on WhatsApp, blocked
    MESSAGE     what it says is not taken: too long, a template that does not fit
    ACCOUNT     our account: its key, its balance, its contract, its reputation
    PACE        too many at once
    WINDOW      the recipient has not written for a day: only a template may go
    """

    RECIPIENT = auto()
    MESSAGE = auto()
    ACCOUNT = auto()
    PACE = auto()
    WINDOW = auto()


class SendRefused(calling.PartnerRefused):
    """The provider said no, and nothing was sent."""

    def __init__(self, provider: str, code: str, detail: str = "", *, because: Because) -> None:
        super().__init__(provider, code, detail)
        self.because = because


class RefusedForGood(SendRefused):
    """Asking the same again is refused again."""


class RefusedForNow(SendRefused):
    """It may go later, or once somebody mended what it is about.

    Attributes:
        again_after_s: How long the provider wants to be left alone; None where it does not say.
    """

    def __init__(
        self,
        provider: str,
        code: str,
        detail: str = "",
        *,
        because: Because,
        again_after_s: float | None = None,
    ) -> None:
        super().__init__(provider, code, detail, because=because)
        self.again_after_s = again_after_s


class NewsForged(Exception):
    """News is not signed as the provider signs, or not for this account."""


class NewsUnreadable(Exception):
    """News is signed well and cannot be understood; it waits for a person."""


class NoNews(Exception):
    """The provider sends no news, or this is not where it would."""
