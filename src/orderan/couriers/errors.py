"""How a call to a courier can end other than well. The difference decides what may be done next.

CourierRefused   it said no to us: our request, account or contract is wrong
CourierFailed    it did not do it, and we know that: nothing happened
OutcomeUnknown   it may have done it: nobody may book again before it was asked what became of it
"""

from typing import TypeAlias

from orderan.kit import calling

Fault: TypeAlias = calling.Fault
CourierTrouble: TypeAlias = calling.PartnerTrouble
CourierRefused: TypeAlias = calling.PartnerRefused
CourierFailed: TypeAlias = calling.PartnerFailed
OutcomeUnknown: TypeAlias = calling.OutcomeUnknown


class NoticeForged(Exception):
    """A notice does not show that it comes from the courier, or it is not for this account."""


class NoticeUnreadable(Exception):
    """A notice shows that it comes from the courier and cannot be understood; it waits for a person."""


class NotOffered(Exception):
    """This courier has no such call; see `CourierClient.does`. A bug of whoever asked."""
