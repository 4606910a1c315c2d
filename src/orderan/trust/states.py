"""Three lives: of an order that is held for a person to look at, of one that was not taken, and of a model.

    review    open --clear--> cleared     a person says it is meant
                   --refuse--> refused    a person says it is not; it is cancelled
                   --lapse--> lapsed      it was let go, cancelled or expired by another road

    denial    standing --appeal--> appealed --uphold--> upheld
                                            --overturn--> overturned   the buyer may order so for a while

    model     asked --decline--> declined   too few orders ended, or there is nothing to learn with
                    --learn--> silent --speak--> speaking     it adds to the scores
                                      <--silence--            a person, a newer model or other rules silenced it

A denial that nobody appeals stands; an order that was not taken cannot be taken later, so overturning one
lets the next through.
"""

from enum import StrEnum, auto

from orderan.kit.states import Machine


class ReviewState(StrEnum):
    """Where the look at a held order stands."""

    OPEN = auto()
    CLEARED = auto()
    REFUSED = auto()
    LAPSED = auto()


class ReviewEvent(StrEnum):
    """What ends it."""

    CLEAR = auto()
    REFUSE = auto()
    LAPSE = auto()


REVIEW = Machine(
    name="trust.review",
    initial=ReviewState.OPEN,
    moves={
        (ReviewState.OPEN, ReviewEvent.CLEAR): ReviewState.CLEARED,
        (ReviewState.OPEN, ReviewEvent.REFUSE): ReviewState.REFUSED,
        (ReviewState.OPEN, ReviewEvent.LAPSE): ReviewState.LAPSED,
    },
)


class DenialState(StrEnum):
    """Where a denial stands."""

    STANDING = auto()
    APPEALED = auto()
    UPHELD = auto()
    OVERTURNED = auto()


class DenialEvent(StrEnum):
    """What moves it."""

    APPEAL = auto()
    UPHOLD = auto()
    OVERTURN = auto()


DENIAL = Machine(
    name="trust.denial",
    initial=DenialState.STANDING,
    moves={
        (DenialState.STANDING, DenialEvent.APPEAL): DenialState.APPEALED,
        (DenialState.APPEALED, DenialEvent.UPHOLD): DenialState.UPHELD,
        (DenialState.APPEALED, DenialEvent.OVERTURN): DenialState.OVERTURNED,
    },
)


class ModelState(StrEnum):
    """Where a training, and the model it made, stands."""

    ASKED = auto()
    DECLINED = auto()
    SILENT = auto()
    SPEAKING = auto()


class ModelEvent(StrEnum):
    """What moves it."""

    DECLINE = auto()
    LEARN = auto()
    SPEAK = auto()
    SILENCE = auto()


MODEL = Machine(
    name="trust.model",
    initial=ModelState.ASKED,
    moves={
        (ModelState.ASKED, ModelEvent.DECLINE): ModelState.DECLINED,
        (ModelState.ASKED, ModelEvent.LEARN): ModelState.SILENT,
        (ModelState.SILENT, ModelEvent.SPEAK): ModelState.SPEAKING,
        (ModelState.SPEAKING, ModelEvent.SILENCE): ModelState.SILENT,
    },
)
