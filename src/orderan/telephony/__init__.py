"""Telephony: calls that ask somebody something, one folder per provider behind one protocol.

Owns     how each provider is spoken to, what its words mean in ours, and how things are said aloud; no table
Promises a call ends well, or says whether nothing happened or a telephone may be ringing; what a provider
         did not sign is a hint; silence and a word nobody expected are never taken for a key pressed
Speaks   nothing: whoever asks keeps what it heard
Ignores  orders, shops, what is asked and what an answer moves
"""

from orderan.kit.calling import Caller, Reply
from orderan.telephony import speech
from orderan.telephony.errors import (
    AccountRefused,
    Fault,
    NewsForged,
    NewsUnreadable,
    NumberRefused,
    OutcomeUnknown,
    TelephoneFailed,
    TelephoneRefused,
    TelephoneTrouble,
)
from orderan.telephony.models import (
    OVER,
    Account,
    CallAsked,
    CallNews,
    CallPlaced,
    CallState,
    CallTruth,
    Farewell,
    Heard,
    Language,
    Price,
    Prompt,
    Received,
    Spoken,
)
from orderan.telephony.ports import DeletesRecordings, Field, HangsUp, Telephone
from orderan.telephony.registry import (
    PROVIDER_ADDRESSES,
    PROVIDER_NAMES,
    PROVIDERS,
    fields_of,
    open_telephone,
)
from orderan.telephony.rules import at_turn, further

__all__ = [
    "OVER",
    "PROVIDERS",
    "PROVIDER_ADDRESSES",
    "PROVIDER_NAMES",
    "Account",
    "AccountRefused",
    "CallAsked",
    "CallNews",
    "CallPlaced",
    "CallState",
    "CallTruth",
    "Caller",
    "DeletesRecordings",
    "Farewell",
    "Fault",
    "Field",
    "HangsUp",
    "Heard",
    "Language",
    "NewsForged",
    "NewsUnreadable",
    "NumberRefused",
    "OutcomeUnknown",
    "Price",
    "Prompt",
    "Received",
    "Reply",
    "Spoken",
    "Telephone",
    "TelephoneFailed",
    "TelephoneRefused",
    "TelephoneTrouble",
    "at_turn",
    "fields_of",
    "further",
    "open_telephone",
    "speech",
]
