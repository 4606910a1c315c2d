"""Life of one attempt to ask a buyer, and of the day a parcel comes.

    sending  --ask------> asked      their phone rings, the message was taken, an agent has it
             --fail-----> failed     nothing reached anybody
             --lose-----> unknown    it may have: the provider is asked
    unknown  --ask, fail
    asked, unknown --confirm--> confirmed    they mean it
                   --refuse---> refused      they did not order this, or want it no more
                   --put_off--> put_off      of a parcel's day: they want it on another one
                   --miss-----> missed       busy, no answer, a machine, silence, a wrong key
    open ones      --overtake-> overtaken    the order needs no answer any more
    missed, failed --overtake-> overtaken    the order is not the one they were asked about

An answer that comes late, by whatever attempt, is still an answer of the buyer: the order's own axis
decides whether it changes anything.

    waiting --ask------> asked        a call or a message went out, or an agent has it
    waiting, asked --be_home---> home         somebody takes the parcel
                   --put_off---> another_day
                   --be_out----> nobody       nobody will be there
                   --give_up---> unreachable  every way was tried in vain, or the day is over
                   --overtake--> overtaken    the parcel arrived, or is on its way no more
    unreachable --be_home, put_off, be_out     a late answer
    home, another_day, nobody: the other answers, and yet another day

Of a day's answers the last holds, since plans change until the courier is there.
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
    PUT_OFF = auto()
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
    PUT_OFF = auto()
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
                (AttemptEvent.PUT_OFF, AttemptState.PUT_OFF),
                (AttemptEvent.MISS, AttemptState.MISSED),
                (AttemptEvent.OVERTAKE, AttemptState.OVERTAKEN),
            )
        },
        # The key was pressed, and only then came word that nobody answered.
        (AttemptState.MISSED, AttemptEvent.CONFIRM): AttemptState.CONFIRMED,
        (AttemptState.MISSED, AttemptEvent.REFUSE): AttemptState.REFUSED,
        (AttemptState.MISSED, AttemptEvent.PUT_OFF): AttemptState.PUT_OFF,
        (AttemptState.FAILED, AttemptEvent.CONFIRM): AttemptState.CONFIRMED,
        (AttemptState.FAILED, AttemptEvent.REFUSE): AttemptState.REFUSED,
        (AttemptState.FAILED, AttemptEvent.PUT_OFF): AttemptState.PUT_OFF,
        # The order became another one: what is answered late is no answer about it.
        (AttemptState.MISSED, AttemptEvent.OVERTAKE): AttemptState.OVERTAKEN,
        (AttemptState.FAILED, AttemptEvent.OVERTAKE): AttemptState.OVERTAKEN,
    },
)


class DayState(StrEnum):
    """Where the asking of a parcel's day stands."""

    WAITING = auto()
    ASKED = auto()
    HOME = auto()
    ANOTHER_DAY = auto()
    NOBODY = auto()
    UNREACHABLE = auto()
    OVERTAKEN = auto()


class DayEvent(StrEnum):
    """What moves it."""

    ASK = auto()
    BE_HOME = auto()
    PUT_OFF = auto()
    BE_OUT = auto()
    GIVE_UP = auto()
    OVERTAKE = auto()


UNSAID = (DayState.WAITING, DayState.ASKED)
_ANSWERS = {
    DayEvent.BE_HOME: DayState.HOME,
    DayEvent.PUT_OFF: DayState.ANOTHER_DAY,
    DayEvent.BE_OUT: DayState.NOBODY,
}

DAY = Machine(
    name="verification.delivery_day",
    initial=DayState.WAITING,
    moves={
        (DayState.WAITING, DayEvent.ASK): DayState.ASKED,
        **{(state, DayEvent.GIVE_UP): DayState.UNREACHABLE for state in UNSAID},
        **{(state, DayEvent.OVERTAKE): DayState.OVERTAKEN for state in UNSAID},
        **{
            (state, event): becomes
            for state in (*UNSAID, DayState.UNREACHABLE, *_ANSWERS.values())
            for event, becomes in _ANSWERS.items()
            # The same again says nothing new, but for another day, of which there are many.
            if state is not becomes or event is DayEvent.PUT_OFF
        },
    },
)
