"""What a call says to a buyer, and what a key pressed means. Pure.

    by key      the order is read out; 1 means it, 2 did not order, 0 hears it again, 8 changes the language
    by number   the order's number is keyed in, its check digit heard too; 2 and 8 as above
    the day     a parcel comes: 1 somebody is home, 2 another day, 3 nobody; 0 and 8 as above

    asked --1, the right number--> confirmed
          --2--> refused, or put off
          --3--> of the day: nobody
          --nothing, a key without meaning--> asked again, three times; then over
          --a machine listens--> over at once, and nothing is told to it

Silence and a key nobody asked for are never taken for a yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from stdnum import damm

from orderan import telephony
from orderan.flows import call_words as words
from orderan.flows.call_words import Facts, Heard, Outcome, Topic
from orderan.telephony import Farewell, Language, Prompt
from orderan.verification import AttemptEvent

ROUNDS: Final = 3
"""Answers without meaning, one after the other, until the call ends."""
MOST_TURNS: Final = 12
"""Keys pressed in one call, those that only repeat or change the language too."""
YES, NO, AGAIN, OTHER = "1", "2", "0", "8"
KEYS: Final[Mapping[Topic, Mapping[str, Outcome]]] = {
    Topic.ORDER: {YES: Outcome.CONFIRM, NO: Outcome.REFUSE},
    Topic.DAY: {"1": Outcome.HOME, "2": Outcome.ANOTHER_DAY, "3": Outcome.NOBODY},
}
EVENTS: Final[Mapping[Outcome, AttemptEvent]] = {
    Outcome.CONFIRM: AttemptEvent.CONFIRM,
    Outcome.REFUSE: AttemptEvent.REFUSE,
    Outcome.HOME: AttemptEvent.CONFIRM,
    Outcome.ANOTHER_DAY: AttemptEvent.PUT_OFF,
    Outcome.NOBODY: AttemptEvent.REFUSE,
    Outcome.SILENCE: AttemptEvent.MISS,
    Outcome.WRONG_KEY: AttemptEvent.MISS,
    Outcome.MACHINE: AttemptEvent.MISS,
}


@dataclass(frozen=True, slots=True)
class Talk:
    """How far a call is.

    Attributes:
        topic: What it asks about.
        by_number: Whether the order's number is to be keyed in.
        recorded: Whether the provider records it, which is said first.
        rounds: Answers without meaning so far.
        turns: Answers so far.
        last: What the last one was, where it meant nothing.
        keys: What was pressed at the end.
        waits: Whether a question was put that nobody answered yet; asked for only where no address says of which
            question an answer is.
    """

    by_number: bool = False
    language: Language = "id"
    rounds: int = 0
    turns: int = 0
    last: Heard | None = None
    outcome: Outcome | None = None
    keys: str = ""
    waits: bool = True
    recorded: bool = False
    topic: Topic = Topic.ORDER

    @property
    def answered(self) -> bool:
        """Whether it ended by a key that means something."""
        return self.outcome in KEYS[self.topic].values()


def hear(talk: Talk, digits: str | None, *, number: int, machine: bool = False) -> Talk:
    """How far a call is after an answer.

    Args:
        digits: What was pressed, empty for silence; None where nothing had been asked yet, or the provider asks
            for the same again.
        machine: Whether a voicemail listens; one that presses keys is none.
    """
    if talk.outcome is not None:
        return talk
    if machine and not digits:
        return replace(talk, outcome=Outcome.MACHINE)
    if digits is None:
        return talk
    keys = digits.strip("#")
    talk = replace(talk, turns=talk.turns + 1, last=None)
    means = {str(number): Outcome.CONFIRM, NO: Outcome.REFUSE} if talk.by_number else KEYS[talk.topic]
    if keys in means:
        return replace(talk, outcome=means[keys], keys=keys)
    if keys in {AGAIN, OTHER} and talk.turns < MOST_TURNS:
        other: Language = "en" if talk.language == "id" else "id"
        return replace(talk, language=other) if keys == OTHER else talk
    last = _meaningless(talk, keys)
    rounds = talk.rounds + 1
    if rounds < ROUNDS and talk.turns < MOST_TURNS:
        return replace(talk, rounds=rounds, last=last)
    outcome = Outcome.SILENCE if last is Heard.NOTHING else Outcome.WRONG_KEY
    return replace(talk, rounds=rounds, last=last, outcome=outcome, keys=keys)


def _meaningless(talk: Talk, keys: str) -> Heard:
    if not keys:
        return Heard.NOTHING
    if not talk.by_number or len(keys) == 1:
        return Heard.WRONG_KEY
    return Heard.OTHER_NUMBER if keys.isdecimal() and damm.is_valid(keys) else Heard.MISTYPED


def say(talk: Talk, facts: Facts) -> Prompt | Farewell:
    """What is said now."""
    language = talk.language
    if talk.outcome is not None:
        said = words.FAREWELLS[language][talk.outcome]
        return Farewell(said.format(shop=telephony.speech.name(facts.shop, language)), language)
    spoken = words.MENU_NUMBER if talk.by_number else words.MENUS[talk.topic]
    menu = spoken[language].format(
        **{f"key{key}": telephony.speech.number(int(key), language) for key in ("1", "2", "3", "0", "8")}
    )
    if talk.last is not None:
        text = f"{words.AGAIN[language][talk.last]} {menu}"
    else:
        told = f"{words.RECORDED[language]} " if talk.recorded else ""
        read = words.day_read if talk.topic is Topic.DAY else words.order_read
        text = f"{told}{read(facts, language)} {menu}"
    if talk.by_number:
        return Prompt(text, language, digits=len(str(facts.number)), timeout_s=10)
    return Prompt(text, language, digits=1, timeout_s=7)


def closed(language: Language = "id", topic: Topic = Topic.ORDER) -> Farewell:
    """What whoever asks about an order or a day is told that was answered for meanwhile."""
    return Farewell(words.CLOSED[topic][language], language)
