"""How a call to a gateway can end other than well. The difference decides what may be done next.

GatewayRefused   it said no to us: our request, account or contract is wrong; another gateway may do
GatewayFailed    it did not do it, and we know that: nothing happened, so another may be tried
OutcomeUnknown   it may have done it: nobody may charge again before it was asked what became of it
"""

from typing import TypeAlias

from orderan.kit import calling

Fault: TypeAlias = calling.Fault
GatewayTrouble: TypeAlias = calling.PartnerTrouble
GatewayRefused: TypeAlias = calling.PartnerRefused
GatewayFailed: TypeAlias = calling.PartnerFailed
OutcomeUnknown: TypeAlias = calling.OutcomeUnknown


class NoticeForged(Exception):
    """A notification is not signed as the gateway signs, or not for this account."""


class NoticeUnreadable(Exception):
    """A notification is signed well and cannot be understood; it waits for a person."""


class MethodNotOffered(Exception):
    """The gateway has no such method; a bug of whoever chose it."""
