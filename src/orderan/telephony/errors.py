"""How a call to a telephone provider can end other than well. The difference decides what may be done next.

TelephoneRefused   it said no to us: our request, account or number is wrong; another provider may do
TelephoneFailed    it did not do it, and we know that: nothing happened, so it may be tried again
OutcomeUnknown     the telephone may be ringing: nobody may call again before it was asked what became of it
"""

from typing import TypeAlias

from orderan.kit import calling

Fault: TypeAlias = calling.Fault
TelephoneTrouble: TypeAlias = calling.PartnerTrouble
TelephoneRefused: TypeAlias = calling.PartnerRefused
TelephoneFailed: TypeAlias = calling.PartnerFailed
OutcomeUnknown: TypeAlias = calling.OutcomeUnknown


class NewsForged(Exception):
    """A request is not signed as the provider signs, lacks our token, or is not for this account."""


class NewsUnreadable(Exception):
    """A request is the provider's and cannot be understood; it waits for a person."""
