"""Life of a message, and of each try to deliver it on one channel.

    waiting --tell--> told        a provider took it
            --fail--> untold      no channel was left, or nobody knows: a person looks
            --suppress--> suppressed   another message overtook it, or it is not true any more
    told, untold --again--> waiting    it bounced and has a channel left, or a person sends it again
    told         --fail--> untold      it bounced and has none

A suppressed message stays so: what overtook it was told instead.

    queued  --claim--> sending --accept--> sent --arrive--> delivered --see--> seen
    sending --refuse--> failed     not on this channel
            --delay--> queued      not now; nothing happened
            --lose--> unknown      it may have been sent, and nobody heard
    unknown --accept | arrive | see | refuse--> as the provider says
            --delay--> queued      the provider never had it, or knows a letter it has
            --refuse--> failed     also when nobody can say: this channel is not used again
    queued  --suppress--> suppressed
    sent, delivered --refuse--> failed     it came back
    queued, failed --accept | arrive | see-->   word of a sending that was taken for lost

Receipts come in any order: what was seen was delivered, and a late word of less changes nothing.
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = auto()
    TOLD = auto()
    UNTOLD = auto()
    SUPPRESSED = auto()


class MessageEvent(StrEnum):
    """What moves it."""

    TELL = auto()
    FAIL = auto()
    SUPPRESS = auto()
    AGAIN = auto()


_M, _ME = MessageState, MessageEvent

MESSAGE = Machine(
    name="notifications.message",
    initial=_M.WAITING,
    moves={
        (_M.WAITING, _ME.TELL): _M.TOLD,
        (_M.WAITING, _ME.FAIL): _M.UNTOLD,
        (_M.WAITING, _ME.SUPPRESS): _M.SUPPRESSED,
        (_M.TOLD, _ME.FAIL): _M.UNTOLD,
        (_M.TOLD, _ME.AGAIN): _M.WAITING,
        (_M.UNTOLD, _ME.AGAIN): _M.WAITING,
        # Word of a try nobody knew about any more: it was told after all.
        (_M.UNTOLD, _ME.TELL): _M.TOLD,
    },
)


class DeliveryState(StrEnum):
    """Where a try on one channel stands."""

    QUEUED = auto()
    SENDING = auto()
    SENT = auto()
    DELIVERED = auto()
    SEEN = auto()
    FAILED = auto()
    UNKNOWN = auto()
    SUPPRESSED = auto()


class DeliveryEvent(StrEnum):
    """What moves it."""

    CLAIM = auto()
    ACCEPT = auto()
    ARRIVE = auto()
    SEE = auto()
    REFUSE = auto()
    DELAY = auto()
    LOSE = auto()
    SUPPRESS = auto()


_D, _DE = DeliveryState, DeliveryEvent

# As far as we know: each may have been sent by somebody who died before saying so.
_NOT_SENT = (_D.QUEUED, _D.SENDING, _D.UNKNOWN, _D.FAILED)

DELIVERY = Machine(
    name="notifications.delivery",
    initial=_D.QUEUED,
    moves={
        (_D.QUEUED, _DE.CLAIM): _D.SENDING,
        (_D.QUEUED, _DE.SUPPRESS): _D.SUPPRESSED,
        # Its time ran out while the channel was away.
        (_D.QUEUED, _DE.REFUSE): _D.FAILED,
        **{(state, _DE.DELAY): _D.QUEUED for state in (_D.SENDING, _D.UNKNOWN)},
        **{(state, _DE.ACCEPT): _D.SENT for state in _NOT_SENT},
        (_D.SENDING, _DE.LOSE): _D.UNKNOWN,
        **{(state, _DE.ARRIVE): _D.DELIVERED for state in (*_NOT_SENT, _D.SENT)},
        **{(state, _DE.SEE): _D.SEEN for state in (*_NOT_SENT, _D.SENT, _D.DELIVERED)},
        **{(state, _DE.REFUSE): _D.FAILED for state in (_D.SENDING, _D.UNKNOWN, _D.SENT, _D.DELIVERED)},
    },
)
