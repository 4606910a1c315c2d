"""Payment gateways: one folder each, all with the same four files, behind one protocol.

Owns      how each gateway is spoken to, and what its words mean in ours
Commands  none: nothing is kept here
Facts     none
Never     stores, decides which gateway is asked, or moves money
"""

from orderan.gateways.calling import BUDGET_S, Caller, Reply
from orderan.gateways.errors import (
    Fault,
    GatewayFailed,
    GatewayRefused,
    GatewayTrouble,
    MethodNotOffered,
    NoticeForged,
    NoticeUnreadable,
    OutcomeUnknown,
)
from orderan.gateways.models import (
    Account,
    ChargeAsked,
    Charged,
    Instrument,
    InstrumentKind,
    Item,
    Notice,
    Outcome,
    Payer,
    Received,
    RefundAsked,
    Refunding,
    RefundOutcome,
    Truth,
)
from orderan.gateways.ports import Acknowledgement, Gateway, Offer
from orderan.gateways.registry import GATEWAYS, credentials_of, open_gateway

__all__ = [
    "BUDGET_S",
    "GATEWAYS",
    "Account",
    "Acknowledgement",
    "Caller",
    "ChargeAsked",
    "Charged",
    "Fault",
    "Gateway",
    "GatewayFailed",
    "GatewayRefused",
    "GatewayTrouble",
    "Instrument",
    "InstrumentKind",
    "Item",
    "MethodNotOffered",
    "Notice",
    "NoticeForged",
    "NoticeUnreadable",
    "Offer",
    "Outcome",
    "OutcomeUnknown",
    "Payer",
    "Received",
    "RefundAsked",
    "RefundOutcome",
    "Refunding",
    "Reply",
    "Truth",
    "credentials_of",
    "open_gateway",
]
