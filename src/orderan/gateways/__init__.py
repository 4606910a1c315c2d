"""Payment gateways: one folder each, all with the same four files, behind one protocol.

Owns     how each gateway is spoken to, and what its words mean in ours; no table
Promises a call ends well, or says whether nothing happened or nobody knows; what a gateway says that is
         not in the books is never taken for yes or for no
Speaks   nothing: whoever asks keeps what it heard
Ignores  orders, shops, which gateway is asked and what the answer moves
"""

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
from orderan.gateways.ports import Acknowledgement, Gateway, Offer, acknowledged
from orderan.gateways.registry import (
    ADDRESSES,
    GATEWAY_NAMES,
    GATEWAYS,
    credentials_of,
    offers_of,
    open_gateway,
)
from orderan.kit.calling import BUDGET_S, Caller, Reply

__all__ = [
    "ADDRESSES",
    "BUDGET_S",
    "GATEWAYS",
    "GATEWAY_NAMES",
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
    "acknowledged",
    "credentials_of",
    "offers_of",
    "open_gateway",
]
