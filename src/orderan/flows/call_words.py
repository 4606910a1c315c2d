"""The words a call says to a buyer, in both languages. Pure.

Of a parcel's day nothing of what is in it is said: whoever is home need not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from orderan import telephony
from orderan.telephony import Language

GOODS_SAID: Final = 3


class Topic(StrEnum):
    """What a call asks about: whether an order is meant, or whether somebody is home on the day its parcel comes."""

    ORDER = auto()
    DAY = auto()


class Outcome(StrEnum):
    """How a talk ended; the last three are what a missed attempt is noted with."""

    CONFIRM = auto()
    REFUSE = auto()
    HOME = auto()
    ANOTHER_DAY = auto()
    NOBODY = auto()
    SILENCE = auto()
    WRONG_KEY = auto()
    MACHINE = auto()


class Heard(StrEnum):
    """What the last answer was, where it meant nothing."""

    NOTHING = auto()
    WRONG_KEY = auto()
    MISTYPED = auto()
    OTHER_NUMBER = auto()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is read out.

    Attributes:
        goods: How many of what, by title; of a parcel's day they are not said.
        total_minor: What is paid to the courier; of a parcel's day, nothing where that is not known.
        courier: Who brings a parcel, by the name people know.
    """

    shop: str
    number: int
    goods: tuple[tuple[int, str], ...]
    total_minor: int
    currency: str = "IDR"
    courier: str = ""


def order_read(facts: Facts, language: Language) -> str:
    """What was ordered, and what it costs."""
    said = [
        f"{telephony.speech.number(units, language)} {telephony.speech.name(title, language)}"
        for units, title in facts.goods[:GOODS_SAID]
    ]
    if (more := len(facts.goods) - GOODS_SAID) > 0:
        said.append(MORE[language].format(count=telephony.speech.number(more, language)))
    return ORDER[language].format(
        shop=telephony.speech.name(facts.shop, language),
        goods=", ".join(said),
        number=telephony.speech.digits(str(facts.number), language),
        total=telephony.speech.rupiah(facts.total_minor, language),
    )


def day_read(facts: Facts, language: Language) -> str:
    """That a parcel comes today, and what is to be paid for it."""
    comes = DAY[language].format(
        shop=telephony.speech.name(facts.shop, language),
        number=telephony.speech.digits(str(facts.number), language),
    )
    if not facts.total_minor:
        return comes
    return f"{comes} {CASH[language].format(total=telephony.speech.rupiah(facts.total_minor, language))}"


ORDER: Final[Mapping[Language, str]] = {
    "id": "Halo, ini {shop}. Anda memesan {goods}, dengan nomor pesanan {number}. "
    "Totalnya {total}, dibayar tunai kepada kurir.",
    "en": "Hello, this is {shop}. You ordered {goods}, order number {number}. "
    "The total is {total}, to be paid in cash to the courier.",
}
DAY: Final[Mapping[Language, str]] = {
    "id": "Halo, ini {shop}. Paket Anda, dari pesanan nomor {number}, diantar hari ini.",
    "en": "Hello, this is {shop}. Your parcel, of order number {number}, comes today.",
}
CASH: Final[Mapping[Language, str]] = {
    "id": "Siapkan {total} tunai untuk kurir.",
    "en": "Please have {total} in cash ready for the courier.",
}
MORE: Final[Mapping[Language, str]] = {"id": "dan {count} barang lain", "en": "and {count} more items"}
MENUS: Final[Mapping[Topic, Mapping[Language, str]]] = {
    Topic.ORDER: {
        "id": "Tekan {key1} untuk konfirmasi, tekan {key2} jika tidak memesan, tekan {key0} untuk mengulang. "
        "For English, press eight.",
        "en": "Press {key1} to confirm, press {key2} if you did not order, press {key0} to hear this again. "
        "Untuk bahasa Indonesia, tekan delapan.",
    },
    Topic.DAY: {
        "id": "Tekan {key1} bila ada orang di rumah, tekan {key2} untuk diantar besok, tekan {key3} bila hari ini tidak "
        "ada orang, tekan {key0} untuk mengulang. For English, press eight.",
        "en": "Press {key1} if somebody is home, press {key2} to have it tomorrow, press {key3} if nobody is home today, "
        "press {key0} to hear this again. Untuk bahasa Indonesia, tekan delapan.",
    },
}
MENU_NUMBER: Final[Mapping[Language, str]] = {
    "id": "Masukkan nomor pesanan Anda lalu tekan pagar untuk konfirmasi. Jika tidak memesan, tekan {key2} lalu pagar. "
    "Untuk mengulang, tekan {key0} lalu pagar. For English, press eight and the hash key.",
    "en": "Key in your order number and press the hash key to confirm. If you did not order, press {key2} and hash. "
    "To hear this again, press {key0} and hash. Untuk bahasa Indonesia, tekan delapan lalu pagar.",
}
AGAIN: Final[Mapping[Language, Mapping[Heard, str]]] = {
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
FAREWELLS: Final[Mapping[Language, Mapping[Outcome, str]]] = {
    "id": {
        Outcome.CONFIRM: "Terima kasih. Pesanan Anda kami siapkan.",
        Outcome.REFUSE: "Baik. Pesanan Anda kami batalkan, dan tidak ada yang perlu dibayar.",
        Outcome.HOME: "Terima kasih. Kurir kami beri tahu bahwa ada orang di rumah.",
        Outcome.ANOTHER_DAY: "Baik. Kurir kami minta mengantarnya besok.",
        Outcome.NOBODY: "Baik, kurir kami beri tahu. Toko akan menghubungi Anda.",
        Outcome.SILENCE: "Kami belum mendapat jawaban Anda, dan akan menghubungi Anda lagi.",
        Outcome.WRONG_KEY: "Kami belum mendapat jawaban Anda, dan akan menghubungi Anda lagi.",
        Outcome.MACHINE: "Ini {shop}. Kami akan menelepon Anda lagi.",
    },
    "en": {
        Outcome.CONFIRM: "Thank you. We are preparing your order.",
        Outcome.REFUSE: "All right. Your order is cancelled, and there is nothing to pay.",
        Outcome.HOME: "Thank you. We tell the courier that somebody is home.",
        Outcome.ANOTHER_DAY: "All right. We ask the courier to bring it tomorrow.",
        Outcome.NOBODY: "All right, we tell the courier. The shop will get in touch with you.",
        Outcome.SILENCE: "We did not hear your answer, and will get in touch again.",
        Outcome.WRONG_KEY: "We did not hear your answer, and will get in touch again.",
        Outcome.MACHINE: "This is {shop}. We will call you again.",
    },
}
CLOSED: Final[Mapping[Topic, Mapping[Language, str]]] = {
    Topic.ORDER: {
        "id": "Terima kasih. Pesanan ini sudah dijawab.",
        "en": "Thank you. This order was answered for already.",
    },
    Topic.DAY: {
        "id": "Terima kasih. Pengantaran ini tidak perlu dijawab lagi.",
        "en": "Thank you. There is nothing left to answer about this delivery.",
    },
}
