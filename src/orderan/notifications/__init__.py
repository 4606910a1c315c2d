"""Notifications: what people are told, once, on a channel that reaches them.

Owns     message, delivery, message_template, message_preference, message_policy, push_subscription,
         restock_wish, staff_digest
Promises a thing is told to a person once, whatever is retried, doubled or out of order; a channel of which
         nobody knows whether it took a letter is not given it again; what contradicts a newer message is not
         told; nobody waits for a slow provider but its own channel
Speaks   nothing: messages follow facts, they make none
Ignores  orders, parcels, money: a message has a topic and a subject, and values for its places
"""

from orderan.notifications.commands.claim import begin_sending, postpone, suppress, take_due
from orderan.notifications.commands.doubt import heard, judged, leave_channel, lose_leases, take_doubts
from orderan.notifications.commands.forget import forget_people
from orderan.notifications.commands.hear import REFERENCE, hear_receipts
from orderan.notifications.commands.note import PREFIX, note
from orderan.notifications.commands.resend import resend
from orderan.notifications.commands.subscribe import forget_browsers, subscribe_browser
from orderan.notifications.commands.tell import people_of, tell
from orderan.notifications.commands.unite import unite_wishes
from orderan.notifications.commands.want import (
    close_channel,
    open_channel,
    set_policy,
    set_wants,
    unite_wants,
)
from orderan.notifications.commands.word import checked, restore_template, write_template
from orderan.notifications.defaults import default_template
from orderan.notifications.errors import (
    MessageNotFound,
    NowhereToSend,
    PlaceUnknown,
    PolicyUnusable,
    StillBeingSent,
    TemplateBroken,
    TemplateEmpty,
    TemplateTooLong,
    UnknownKind,
    UnknownMessageChannel,
    ValueMissing,
)
from orderan.notifications.kinds import EVERYWHERE, NATURES, PLACE_NAMES, ROOM, Need, places_of
from orderan.notifications.models import (
    Channel,
    Delivery,
    Kind,
    Message,
    News,
    Outcome,
    Person,
    Policy,
    Template,
    Wants,
    Why,
    Wish,
    Words,
)
from orderan.notifications.ports import (
    Doubt,
    Fate,
    Letter,
    Receipt,
    RefusedForGood,
    RefusedForNow,
    Sender,
    SendingFailed,
    SendingTrouble,
    SendingUnknown,
    SentAs,
)
from orderan.notifications.rules import SENDING_S, Breaker, shut, unwanted, when
from orderan.notifications.states import (
    DELIVERY,
    MESSAGE,
    DeliveryEvent,
    DeliveryState,
    MessageEvent,
    MessageState,
)
from orderan.notifications.store_digests import (
    claim_digests,
    digest_hour,
    drop_digest,
    keep_digest,
    note_digests,
    put_back_digests,
)
from orderan.notifications.store_wants import own_templates, policy_of, versions_of, wants_of
from orderan.notifications.store_wishes import (
    add_wish,
    fulfil_wishes,
    lock_wishes,
    newest_wish,
    sealed_browsers,
    skus_wished,
    wish_again,
    wishes_by_id,
)
from orderan.notifications.views import (
    Filter,
    Row,
    Spent,
    channels_in_use,
    deliveries_of,
    deliveries_waiting,
    list_messages,
    message_by_id,
    spent_since,
)
from orderan.notifications.wording import places, render

__all__ = [
    "DELIVERY",
    "EVERYWHERE",
    "MESSAGE",
    "NATURES",
    "PLACE_NAMES",
    "PREFIX",
    "REFERENCE",
    "ROOM",
    "SENDING_S",
    "Breaker",
    "Channel",
    "Delivery",
    "DeliveryEvent",
    "DeliveryState",
    "Doubt",
    "Fate",
    "Filter",
    "Kind",
    "Letter",
    "Message",
    "MessageEvent",
    "MessageNotFound",
    "MessageState",
    "Need",
    "News",
    "NowhereToSend",
    "Outcome",
    "Person",
    "PlaceUnknown",
    "Policy",
    "PolicyUnusable",
    "Receipt",
    "RefusedForGood",
    "RefusedForNow",
    "Row",
    "Sender",
    "SendingFailed",
    "SendingTrouble",
    "SendingUnknown",
    "SentAs",
    "Spent",
    "StillBeingSent",
    "Template",
    "TemplateBroken",
    "TemplateEmpty",
    "TemplateTooLong",
    "UnknownKind",
    "UnknownMessageChannel",
    "ValueMissing",
    "Wants",
    "Why",
    "Wish",
    "Words",
    "add_wish",
    "begin_sending",
    "channels_in_use",
    "checked",
    "claim_digests",
    "close_channel",
    "default_template",
    "deliveries_of",
    "deliveries_waiting",
    "digest_hour",
    "drop_digest",
    "forget_browsers",
    "forget_people",
    "fulfil_wishes",
    "hear_receipts",
    "heard",
    "judged",
    "keep_digest",
    "leave_channel",
    "list_messages",
    "lock_wishes",
    "lose_leases",
    "message_by_id",
    "newest_wish",
    "note",
    "note_digests",
    "open_channel",
    "own_templates",
    "people_of",
    "places",
    "places_of",
    "policy_of",
    "postpone",
    "put_back_digests",
    "render",
    "resend",
    "restore_template",
    "sealed_browsers",
    "set_policy",
    "set_wants",
    "shut",
    "skus_wished",
    "spent_since",
    "subscribe_browser",
    "suppress",
    "take_doubts",
    "take_due",
    "tell",
    "unite_wants",
    "unite_wishes",
    "unwanted",
    "versions_of",
    "wants_of",
    "when",
    "wish_again",
    "wishes_by_id",
    "write_template",
]
