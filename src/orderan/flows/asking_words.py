"""The words of messages that ask buyers, in both languages, and the buttons that answer them. Pure.

A button carries a word and what only its attempt's buyer was given.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from orderan.flows.call_words import Facts, Topic
from orderan.kit.errors import N_
from orderan.kit.i18n import format_datetime, format_money
from orderan.messaging import Chat, Menu, ReplyButton, Template
from orderan.verification import AttemptEvent

TEMPLATES: Final = {Topic.ORDER: "cod_confirm", Topic.DAY: "delivery_day"}
"""Of WhatsApp's approved templates those that ask, behind the account's prefix."""
YES, NO = "yes", "no"
HOME, LATER, NOBODY = "home", "later", "nobody"
WORDS: Final[Mapping[Topic, Mapping[str, AttemptEvent]]] = {
    Topic.ORDER: {YES: AttemptEvent.CONFIRM, NO: AttemptEvent.REFUSE},
    Topic.DAY: {
        HOME: AttemptEvent.CONFIRM,
        LATER: AttemptEvent.PUT_OFF,
        NOBODY: AttemptEvent.REFUSE,
    },
}
"""What buttons mean, in the order they stand in."""
WHYS: Final[Mapping[str, str]] = {
    "not_mine": N_("Tidak merasa memesan"),
    "changed_mind": N_("Tidak jadi membeli"),
    "twice": N_("Pesanan ganda"),
    "wrong_number": N_("Nomornya milik orang lain"),
}
"""What buyers usually say to a no; offered to them, and where a no is written down for them."""
WHY: Final = "why"
"""What a row of the list of reasons begins with."""
WHY_ROWS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("Tidak merasa memesan", "Tidak jadi membeli", "Pesanan ganda", "Nomor milik orang lain"),
    "en": ("I did not order it", "I changed my mind", "I ordered twice", "Somebody else's number"),
}
"""`WHYS` as buyers choose them, in the same order: at most 24 characters each."""
WHY_TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "id": (
        "{shop}: baik, pesanan {number} kami batalkan. Boleh tahu alasannya? Tidak wajib dijawab.",
        "Pilih alasan",
    ),
    "en": (
        "{shop}: very well, order {number} is cancelled. May we ask why? You need not answer.",
        "Choose a reason",
    ),
}
"""What asks for the reason, and what stands on the button that opens the list."""
BUTTONS: Final[Mapping[Topic, Mapping[str, tuple[str, ...]]]] = {
    Topic.ORDER: {"id": ("Ya, benar", "Bukan saya"), "en": ("Yes, I did", "Not me")},
    Topic.DAY: {
        "id": ("Ada di rumah", "Antar besok", "Tidak ada orang"),
        "en": ("Somebody is home", "Bring it tomorrow", "Nobody is home"),
    },
}
"""At most 20 characters each, and three."""
CHATS: Final[Mapping[Topic, Mapping[str, str]]] = {
    Topic.ORDER: {
        "id": "{shop}: pesanan {number} ({goods}) seharga {total}, dibayar tunai kepada kurir. Benar Anda yang memesan?",
        "en": "{shop}: order {number} ({goods}) for {total}, paid in cash to the courier. Did you place this order?",
    },
    Topic.DAY: {
        "id": "{shop}: paket dari pesanan {number} diantar {courier} hari ini. {cash}Ada orang di rumah?",
        "en": "{shop}: {courier} brings the parcel of order {number} today. {cash}Is somebody home?",
    },
}
DEPOSIT_TEMPLATE: Final = "cod_deposit"
"""The one that asks for a deposit."""
DEPOSITS: Final[Mapping[str, str]] = {
    "id": "{shop}: pesanan {number} menunggu uang muka. Agar tetap disiapkan, bayar {amount} "
    "sebelum {until} lewat QRIS: {link}",
    "en": "{shop}: order {number} waits for a deposit. So that it is prepared, pay {amount} before {until} "
    "by QRIS: {link}",
}
CASH: Final[Mapping[str, str]] = {
    "id": "Siapkan {total} tunai. ",
    "en": "Please have {total} in cash ready. ",
}
TEXTS: Final[Mapping[Topic, Mapping[str, str]]] = {
    Topic.ORDER: {
        "id": "{shop}: pesanan {number} {total} COD. Benar Anda memesan? Jawab di {link}",
        "en": "{shop}: order {number} {total} COD. Did you place it? Answer at {link}",
    },
    Topic.DAY: {
        "id": "{shop}: paket pesanan {number} diantar hari ini. Ada orang di rumah? Jawab di {link}",
        "en": "{shop}: the parcel of order {number} comes today. Is somebody home? Answer at {link}",
    },
}


def text_of(topic: Topic, facts: Facts, language: str, link: str) -> str:
    """An SMS, with a link to a page that has the buttons."""
    return TEXTS[topic][language].format(**_values(topic, facts, language), link=link)


def chat_of(
    topic: Topic, facts: Facts, language: str, token: str, *, prefix: str, window: bool = False
) -> Chat:
    """A message with its buttons, and the template that stands for it outside a conversation.

    Args:
        token: What only this attempt's buyer is given.
        prefix: Of the account's templates.
        window: Whether they wrote to the account within the day, so that it needs no template.
    """
    values = _values(topic, facts, language)
    cash = CASH[language].format(**values) if facts.total_minor else ""
    titles = BUTTONS[topic][language]
    return Chat(
        CHATS[topic][language].format(**values, cash=cash),
        open=window,
        buttons=tuple(
            ReplyButton(f"{word}:{token}", title) for word, title in zip(WORDS[topic], titles, strict=True)
        ),
        template=Template(prefix + TEMPLATES[topic], tuple(values.values())),
    )


def why_chat(shop: str, number: int, language: str, attempt_id: UUID) -> Chat:
    """A message that asks why, with the reasons to choose from; only inside a conversation."""
    text, title = WHY_TEXTS[language]
    rows = zip(WHYS, WHY_ROWS[language], strict=True)
    return Chat(
        text.format(shop=shop, number=number),
        open=True,
        menu=Menu(title, tuple(ReplyButton(f"{WHY}:{why}:{attempt_id.hex}", said) for why, said in rows)),
    )


def deposit_values(
    facts: Facts, language: str, *, amount_minor: int, until: datetime, zone: str, link: str
) -> dict[str, str]:
    """What the words that ask for a deposit are filled with, in the order of their template.

    Args:
        until: When it is asked for no more, told by the clock of the buyer's `zone`.
        link: To the page the order is paid on.
    """
    return {
        "shop": facts.shop,
        "number": str(facts.number),
        "amount": format_money(amount_minor, facts.currency, language),
        "until": format_datetime(until, zone, language),
        "link": link,
    }


def deposit_text(values: Mapping[str, str], language: str) -> str:
    """An SMS that asks for a deposit."""
    return DEPOSITS[language].format(**values)


def deposit_chat(values: Mapping[str, str], language: str, *, prefix: str, window: bool) -> Chat:
    """A message that asks for a deposit, and its template; see `chat_of`."""
    return Chat(
        deposit_text(values, language),
        template=Template(prefix + DEPOSIT_TEMPLATE, tuple(values.values())),
        open=window,
    )


def _values(topic: Topic, facts: Facts, language: str) -> dict[str, str]:
    """What templates are filled with, in their order."""
    goods = ", ".join(f"{units} × {title}" for units, title in facts.goods)
    return {
        "shop": facts.shop,
        "number": str(facts.number),
        **({"courier": facts.courier} if topic is Topic.DAY else {"goods": goods}),
        "total": format_money(facts.total_minor, facts.currency, language),
    }
