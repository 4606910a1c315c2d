"""How a call to a telephone provider can end other than well. The difference decides what may be done next.

TelephoneRefused   it said no to us: our request is wrong; another provider may do
  NumberRefused    it will not call this number
  AccountRefused   our account: its key, its balance, its contract
TelephoneFailed    it did not do it, and we know that: nothing happened, so it may be tried again
OutcomeUnknown     the telephone may be ringing: nobody may call again before it was asked what became of it
"""

from collections.abc import Collection
from typing import TypeAlias

from orderan.kit import calling

Fault: TypeAlias = calling.Fault
TelephoneTrouble: TypeAlias = calling.PartnerTrouble
TelephoneRefused: TypeAlias = calling.PartnerRefused
TelephoneFailed: TypeAlias = calling.PartnerFailed
OutcomeUnknown: TypeAlias = calling.OutcomeUnknown


class NumberRefused(TelephoneRefused):
    """The number is none, or the provider calls no such number."""


class AccountRefused(TelephoneRefused):
    """Our account may not: its key, its balance, its contract."""


def refusal_of(
    provider: str, status: int, code: str, detail: str, *, numbers: Collection[str] = ()
) -> TelephoneRefused:
    """What a no of a provider is about.

    Args:
        status: Of its answer.
        numbers: Its codes for a number it cannot call.
    """
    if code in numbers:
        return NumberRefused(provider, code, detail)
    kind = AccountRefused if status in {401, 402, 403} else TelephoneRefused
    return kind(provider, code, detail)


class NewsForged(Exception):
    """A request is not signed as the provider signs, lacks our token, or is not for this account."""


class NewsUnreadable(Exception):
    """A request is the provider's and cannot be understood; it waits for a person."""
