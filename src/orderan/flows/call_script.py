"""What a call says to the buyer of a COD order, and what a key pressed means. Pure.

    by key      the order is read out; 1 means it, 2 did not order, 0 hears it again, 8 changes the language
    by number   the order's number is keyed in, its check digit heard too; 2 and 8 as above

    asked --1, the right number--> confirmed
          --2--> refused
          --nothing, a key without meaning--> asked again, three times; then over
          --a machine listens--> over at once, and nothing is told to it

Silence and a key nobody asked for are never taken for a yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import Final

from stdnum import damm

from orderan import telephony
from orderan.telephony import Farewell, Language, Prompt
from orderan.verification import AttemptEvent

ROUNDS: Final = 3
"""Answers without meaning, one after the other, until the call ends."""
MOST_TURNS: Final = 12
"""Keys pressed in one call, those that only repeat or change the language too."""
GOODS_SAID: Final = 3
YES, NO, AGAIN, OTHER = "1", "2", "0", "8"


class Outcome(StrEnum):
    """How a talk ended; those after the first two are what a missed attempt is noted with."""

    CONFIRM = auto()
    REFUSE = auto()
    SILENCE = auto()
    WRONG_KEY = auto()
    MACHINE = auto()


class Heard(StrEnum):
    """What the last answer was, where it meant nothing."""

    NOTHING = auto()
    WRONG_KEY = auto()
    MISTYPED = auto()
    OTHER_NUMBER = auto()


EVENTS: Final[Mapping[Outcome, AttemptEvent]] = {
    Outcome.CONFIRM: AttemptEvent.CONFIRM,
    Outcome.REFUSE: AttemptEvent.REFUSE,
    Outcome.SILENCE: AttemptEvent.MISS,
    Outcome.WRONG_KEY: AttemptEvent.MISS,
    Outcome.MACHINE: AttemptEvent.MISS,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is read out.

    Attributes:
        goods: How many of what, by title.
    """

    shop: str
    number: int
    goods: tuple[tuple[int, str], ...]
    total_minor: int


@dataclass(frozen=True, slots=True)
class Talk:
    """How far a call is.

    Attributes:
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
    if keys == NO:
        return replace(talk, outcome=Outcome.REFUSE, keys=keys)
    if keys == (str(number) if talk.by_number else YES):
        return replace(talk, outcome=Outcome.CONFIRM, keys=keys)
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
        return Farewell(
            _FAREWELLS[language][talk.outcome].format(shop=telephony.speech.name(facts.shop, language)),
            language,
        )
    spoken = _MENU_NUMBER if talk.by_number else _MENU
    menu = spoken[language].format(
        **{f"key{key}": telephony.speech.number(int(key), language) for key in (YES, NO, AGAIN, OTHER)}
    )
    if talk.last is not None:
        text = f"{_AGAIN[language][talk.last]} {menu}"
    else:
        told = f"{_RECORDED[language]} " if talk.recorded else ""
        text = f"{told}{_order_read(facts, language)} {menu}"
    if talk.by_number:
        return Prompt(text, language, digits=len(str(facts.number)), timeout_s=10)
    return Prompt(text, language, digits=1, timeout_s=7)


def closed(language: Language = "id") -> Farewell:
    """What whoever asks about an order is told that was answered for meanwhile."""
    return Farewell(_CLOSED[language], language)


def _order_read(facts: Facts, language: Language) -> str:
    said = [
        f"{telephony.speech.number(units, language)} {telephony.speech.name(title, language)}"
        for units, title in facts.goods[:GOODS_SAID]
    ]
    if (more := len(facts.goods) - GOODS_SAID) > 0:
        said.append(_MORE[language].format(count=telephony.speech.number(more, language)))
    return _ORDER[language].format(
        shop=telephony.speech.name(facts.shop, language),
        goods=", ".join(said),
        number=telephony.speech.digits(str(facts.number), language),
        total=telephony.speech.rupiah(facts.total_minor, language),
    )


_ORDER: Final[Mapping[Language, str]] = {
    "id": "Halo, ini {shop}. Anda memesan {goods}, dengan nomor pesanan {number}. "
    "Totalnya {total}, dibayar tunai kepada kurir.",
    "en": "Hello, this is {shop}. You ordered {goods}, order number {number}. "
    "The total is {total}, to be paid in cash to the courier.",
}
_RECORDED: Final[Mapping[Language, str]] = {
    "id": "Percakapan ini direkam.",
    "en": "This call is recorded.",
}
_MORE: Final[Mapping[Language, str]] = {"id": "dan {count} barang lain", "en": "and {count} more items"}
_MENU: Final[Mapping[Language, str]] = {
    "id": "Tekan {key1} untuk konfirmasi, tekan {key2} jika tidak memesan, tekan {key0} untuk mengulang. "
    "For English, press eight.",
    "en": "Press {key1} to confirm, press {key2} if you did not order, press {key0} to hear this again. "
    "Untuk bahasa Indonesia, tekan delapan.",
}
_MENU_NUMBER: Final[Mapping[Language, str]] = {
    "id": "Masukkan nomor pesanan Anda lalu tekan pagar untuk konfirmasi. Jika tidak memesan, tekan {key2} lalu pagar. "
    "Untuk mengulang, tekan {key0} lalu pagar. For English, press eight and the hash key.",
    "en": "Key in your order number and press the hash key to confirm. If you did not order, press {key2} and hash. "
    "To hear this again, press {key0} and hash. Untuk bahasa Indonesia, tekan delapan lalu pagar.",
}
_AGAIN: Final[Mapping[Language, Mapping[Heard, str]]] = {
    "id": {
        Heard.NOTHING: "Kami belum mendengar jawaban Anda.",
        Heard.WRONG_KEY: "Tombol itu tidak dikenal.",
        Heard.MISTYPED: "Nomor itu salah ketik.",
        Heard.OTHER_NUMBER: "Nomor itu bukan nomor pesanan ini.",
    },
    "en": {
        Heard.NOTHING: "We did not hear your answer.",
        Heard.WRONG_KEY: "That key has no meaning here.",
        Heard.MISTYPED: "That number was mistyped.",
        Heard.OTHER_NUMBER: "That is not the number of this order.",
    },
}
_FAREWELLS: Final[Mapping[Language, Mapping[Outcome, str]]] = {
    "id": {
        Outcome.CONFIRM: "Terima kasih. Pesanan Anda kami siapkan.",
        Outcome.REFUSE: "Baik. Pesanan Anda kami batalkan, dan tidak ada yang perlu dibayar.",
        Outcome.SILENCE: "Kami belum mendapat jawaban Anda, dan akan menghubungi Anda lagi.",
        Outcome.WRONG_KEY: "Kami belum mendapat jawaban Anda, dan akan menghubungi Anda lagi.",
        Outcome.MACHINE: "Ini {shop}. Kami akan menelepon Anda lagi.",
    },
    "en": {
        Outcome.CONFIRM: "Thank you. We are preparing your order.",
        Outcome.REFUSE: "All right. Your order is cancelled, and there is nothing to pay.",
        Outcome.SILENCE: "We did not hear your answer, and will get in touch again.",
        Outcome.WRONG_KEY: "We did not hear your answer, and will get in touch again.",
        Outcome.MACHINE: "This is {shop}. We will call you again.",
    },
}
_CLOSED: Final[Mapping[Language, str]] = {
    "id": "Terima kasih. Pesanan ini sudah dijawab.",
    "en": "Thank you. This order was answered for already.",
}
