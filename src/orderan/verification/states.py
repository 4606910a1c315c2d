"""Life of one attempt to ask a buyer.

    sending  --ask------> asked      their phone rings, the message was taken, an agent has it
             --fail-----> failed     nothing reached anybody
             --lose-----> unknown    it may have: the provider is asked
    unknown  --ask, fail
    asked, unknown --confirm--> confirmed    they mean it
                   --refuse---> refused      they did not order this, or want it no more
                   --miss-----> missed       busy, no answer, a machine, silence, a wrong key
    open ones      --overtake-> overtaken    the order needs no answer any more
    missed, failed --overtake-> overtaken    the order is not the one they were asked about

An answer that comes late, by whatever attempt, is still an answer of the buyer: the order's own axis
decides whether it changes anything.
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class AttemptState(StrEnum):
    """Where an attempt stands."""

    SENDING = auto()
    ASKED = auto()
    UNKNOWN = auto()
    CONFIRMED = auto()
    REFUSED = auto()
    MISSED = auto()
    FAILED = auto()
    OVERTAKEN = auto()


class AttemptEvent(StrEnum):
    """What moves it."""

    ASK = auto()
    FAIL = auto()
    LOSE = auto()
    CONFIRM = auto()
    REFUSE = auto()
    MISS = auto()
    OVERTAKE = auto()


OPEN = (AttemptState.SENDING, AttemptState.ASKED, AttemptState.UNKNOWN)

ATTEMPT = Machine(
    name="verification.attempt",
    initial=AttemptState.SENDING,
    moves={
        (AttemptState.SENDING, AttemptEvent.ASK): AttemptState.ASKED,
        (AttemptState.SENDING, AttemptEvent.FAIL): AttemptState.FAILED,
        (AttemptState.SENDING, AttemptEvent.LOSE): AttemptState.UNKNOWN,
        (AttemptState.UNKNOWN, AttemptEvent.ASK): AttemptState.ASKED,
        (AttemptState.UNKNOWN, AttemptEvent.FAIL): AttemptState.FAILED,
        **{
            (state, event): becomes
            for state in (AttemptState.SENDING, AttemptState.ASKED, AttemptState.UNKNOWN)
            for event, becomes in (
                (AttemptEvent.CONFIRM, AttemptState.CONFIRMED),
                (AttemptEvent.REFUSE, AttemptState.REFUSED),
                (AttemptEvent.MISS, AttemptState.MISSED),
                (AttemptEvent.OVERTAKE, AttemptState.OVERTAKEN),
            )
        },
        # The key was pressed, and only then came word that nobody answered.
        (AttemptState.MISSED, AttemptEvent.CONFIRM): AttemptState.CONFIRMED,
        (AttemptState.MISSED, AttemptEvent.REFUSE): AttemptState.REFUSED,
        (AttemptState.FAILED, AttemptEvent.CONFIRM): AttemptState.CONFIRMED,
        (AttemptState.FAILED, AttemptEvent.REFUSE): AttemptState.REFUSED,
        # The order became another one: what is answered late is no answer about it.
        (AttemptState.MISSED, AttemptEvent.OVERTAKE): AttemptState.OVERTAKEN,
        (AttemptState.FAILED, AttemptEvent.OVERTAKE): AttemptState.OVERTAKEN,
    },
)
