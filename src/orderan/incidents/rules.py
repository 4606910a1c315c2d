"""What is asked, what is announced, and what maintenance may be planned. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from orderan.incidents.errors import (
    FeedAddressUnusable,
    WindowBackwards,
    WindowPast,
    WindowsOverlap,
    WindowTooLong,
)
from orderan.incidents.models import Announced, Flag, Impact, Incident, Kind, Window
from orderan.kit.errors import N_
from orderan.kit.i18n import format_datetime, format_money
from orderan.payments import METHODS

LONGEST: Final = timedelta(hours=24)
CLOSES_AFTER: Final = timedelta(minutes=30)
"""So long a recovery must last before an incident closes by itself; trouble that comes back sooner is the same."""
LOWERED_BEFORE: Final = timedelta(minutes=30)
"""So long before maintenance a rail is lowered: who is given a number now pays within ten minutes on average, and
nineteen of twenty who pay do within the half hour."""
TOLD_AHEAD: Final = timedelta(days=7)
"""So long beforehand the public is told of maintenance."""
SHOWN_FOR: Final = timedelta(days=30)
LONGEST_WORDS: Final = 4_000
LONGEST_REASON: Final = 300

QUESTIONS: Final[Mapping[str, str]] = {
    "what": N_("Apa yang rusak: membuat pembayaran, membayarnya, atau kabar pembayarannya?"),
    "which": N_("Metode dan bank mana saja yang terkena?"),
    "since": N_("Sejak pukul berapa?"),
    "how_long": N_("Sampai kapan perkiraannya, dan kapan kabar berikutnya?"),
    "who": N_("Siapa yang menangani, dan berapa nomor tiketnya?"),
    "money": N_("Apa yang terjadi dengan pembayaran yang sudah dilakukan pembeli?"),
    "instead": N_("Metode mana yang aman dipakai selama ini?"),
}
"""What to ask a provider, by code, in the order of asking."""


@dataclass(frozen=True, slots=True)
class _Phrases:
    greeting: str
    problem: Mapping[Kind, str]
    until: str
    unknown: str
    doing: str
    can_do: str
    thanks: str


_PHRASES: Final[Mapping[str, _Phrases]] = {
    "id": _Phrases(
        greeting="Mohon maaf atas gangguan ini.",
        problem={
            Kind.DOWN: "Sejak {since}, pembayaran lewat {methods} tidak bisa dilakukan.",
            Kind.SLOW: "Sejak {since}, pembayaran lewat {methods} berjalan sangat lambat.",
            Kind.DECLINES: "Sejak {since}, banyak pembayaran lewat {methods} ditolak tanpa sebab dari Anda.",
            Kind.SILENT: "Sejak {since}, pembayaran lewat {methods} terlambat sampai kepada kami.",
            Kind.OTHER: "Sejak {since}, pembayaran lewat {methods} terganggu.",
        },
        until="Perkiraan selesai: {until}.",
        unknown="Kami belum tahu kapan ini selesai, dan menulis di sini begitu kami tahu.",
        doing="Kami sedang menanganinya bersama penyedia pembayaran. Batas waktu bayar pesanan Anda"
        " berhenti selama gangguan, dan barang Anda tetap kami simpan.",
        can_do="Yang bisa Anda lakukan: pilih cara bayar lain di halaman pembayaran, atau tunggu kabar kami."
        " Bila Anda sudah membayar, jangan membayar dua kali; uang Anda aman.",
        thanks="Terima kasih atas kesabaran Anda.",
    ),
    "en": _Phrases(
        greeting="We are sorry for this disruption.",
        problem={
            Kind.DOWN: "Since {since}, payments by {methods} do not work.",
            Kind.SLOW: "Since {since}, payments by {methods} are very slow.",
            Kind.DECLINES: "Since {since}, many payments by {methods} are declined through no fault of yours.",
            Kind.SILENT: "Since {since}, payments by {methods} reach us late.",
            Kind.OTHER: "Since {since}, payments by {methods} are disrupted.",
        },
        until="We expect it to be over by {until}.",
        unknown="We do not know yet when it will be over, and will write here as soon as we do.",
        doing="We are working on it with the payment provider. The time you have to pay stands still"
        " meanwhile, and your goods stay reserved.",
        can_do="What you can do: choose another way to pay on the payment page, or wait for our news."
        " If you have paid already, do not pay twice; your money is safe.",
        thanks="Thank you for your patience.",
    ),
}
LANGUAGES: Final = tuple(_PHRASES)


def draft(
    kind: Kind,
    methods: Sequence[str],
    *,
    since: datetime,
    estimate: datetime | None,
    zone: str,
    language: str,
) -> str:
    """The announcement of trouble: apology, problem, estimate, what we do, what a buyer can do.

    Args:
        methods: Codes of the catalogue.
    """
    says = _PHRASES[language]
    names = _listed(list(dict.fromkeys(_spoken(code, language) for code in methods)), language)
    problem = says.problem[kind].format(since=format_datetime(since, zone, language), methods=names)
    until = (
        says.unknown
        if estimate is None
        else says.until.format(until=format_datetime(estimate, zone, language))
    )
    return "\n\n".join((f"{says.greeting} {problem}", until, says.doing, says.can_do, says.thanks))


def drafts(
    kind: Kind, methods: Sequence[str], *, since: datetime, estimate: datetime | None, zone: str
) -> dict[str, str]:
    """The announcement in every language."""
    return {
        language: draft(kind, methods, since=since, estimate=estimate, zone=zone, language=language)
        for language in LANGUAGES
    }


def followed(words: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Words that nobody touched follow the draft; what a person wrote stays."""
    return {
        language: after[language] if text == before[language] else text for language, text in words.items()
    }


def estimated(
    incident: Incident, estimate: datetime | None, methods: Sequence[str], *, zone: str
) -> dict[str, str]:
    """Words of an incident of which something else is thought of its end."""

    def of(until: datetime | None) -> dict[str, str]:
        return drafts(Kind(incident.kind), methods, since=incident.since, estimate=until, zone=zone)

    said = {"id": incident.words_id, "en": incident.words_en}
    return followed(said, of(incident.estimate), of(estimate))


_RANKS: Final = {Kind.OTHER: 0, Kind.DOWN: 2}


def graver(one: Kind, other: Kind) -> Kind:
    """The kind that says more of the two: the first unless the other is worse."""
    return other if worse(other, one) else one


def worse(one: Kind, than: Kind) -> bool:
    """Whether a kind says that less works than another does."""
    return _RANKS.get(one, 1) > _RANKS.get(than, 1)


_ENGLISH: Final = {
    "va_other": "other banks (ATM Bersama, Prima, Alto)",
    "card_instalment": "credit card instalments",
    "bank_transfer": "bank transfer",
    "cash": "cash",
    "cod": "cash on delivery",
}


def _spoken(code: str, language: str) -> str:
    method = METHODS.get(code)
    name = code if method is None else method.name
    if language == "en":
        name = _ENGLISH.get(code, name)
    if code.startswith("va_"):
        return f"virtual account {name}"
    return f"debit {name}" if code.startswith("dd_") else name


def _listed(names: Sequence[str], language: str) -> str:
    if len(names) < 2:
        return "".join(names)
    joint = " dan " if language == "id" else " and "
    return ", ".join(names[:-1]) + joint + names[-1]


_REVIEWS: Final = {
    "id": (
        "{since} – {until} ({minutes} menit). Pesanan terkena: {hit}; tetap dibayar: {paid}; hilang: {lost};"
        " masih menunggu: {open}. Ditutup sendiri karena pembayaran kembali normal."
    ),
    "en": (
        "{since} – {until} ({minutes} min). Orders hit: {hit}; paid after all: {paid}; lost: {lost}; still waiting:"
        " {open}. Closed by itself because payments are back to normal."
    ),
}


def own_review(*, since: datetime, recovered_at: datetime, impact: Impact, zone: str) -> str:
    """What an incident that closes by itself says about itself, in every language; a person may write more."""
    minutes = -(-int((recovered_at - since).total_seconds()) // 60)

    def sums(orders: int, minor: int, language: str) -> str:
        return f"{orders} ({format_money(minor, 'IDR', language)})" if orders else "0"

    return "\n\n".join(
        says.format(
            since=format_datetime(since, zone, language),
            until=format_datetime(recovered_at, zone, language),
            minutes=minutes,
            hit=sums(impact.hit_orders, impact.hit_minor, language),
            paid=sums(impact.paid_orders, impact.paid_minor, language),
            lost=sums(impact.lost_orders, impact.lost_minor, language),
            open=sums(
                impact.hit_orders - impact.paid_orders - impact.lost_orders,
                impact.hit_minor - impact.paid_minor - impact.lost_minor,
                language,
            ),
        )
        for language, says in _REVIEWS.items()
    )


def require_plannable(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Whether a person may plan maintenance then.

    Raises:
        WindowBackwards, WindowPast, WindowTooLong: See there.
    """
    if ends_at <= starts_at:
        raise WindowBackwards(starts_at, ends_at)
    if ends_at <= now:
        raise WindowPast(ends_at)
    if ends_at - starts_at > LONGEST:
        raise WindowTooLong(int(-(-(ends_at - starts_at).total_seconds() // 3600)))


def require_free(wanted: Window, others: Iterable[Window]) -> None:
    """Whether no other maintenance of the account is about the same methods at the same time.

    Raises:
        WindowsOverlap: One is.
    """
    for other in others:
        same = not wanted.methods or not other.methods or set(wanted.methods) & set(other.methods)
        if same and wanted.starts_at < other.ends_at and other.starts_at < wanted.ends_at:
            raise WindowsOverlap(other.starts_at, other.ends_at)


def affected(announced: Announced, carried: Iterable[str]) -> tuple[tuple[str, ...], Flag | None]:
    """The methods of an account a feed's maintenance is about, and why it lowers nothing, if so.

    A part whose name no method answers to may be the provider's dashboard: nothing is lowered for it
    until a person has looked.

    Args:
        carried: Codes of the methods the account carries.
    """
    if announced.ends_at - announced.starts_at > LONGEST:
        return (), Flag.TOO_LONG
    if not announced.parts:
        return (), None
    found = tuple(code for code in carried if any(_is_about(part, code) for part in announced.parts))
    return found, None if found else Flag.UNKNOWN_PART


_KINDS: Final = {
    "va_": re.compile(r"\b(va|virtual accounts?)\b"),
    "dd_": re.compile(r"\bdirect debit\b"),
    "card": re.compile(r"\b(cards?|credit card|kartu)\b"),
}


def _is_about(part: str, code: str) -> bool:
    """Whether a provider's name for a part means a method.

    `BCA Virtual Account` is BCA's alone, `Virtual Account` every bank's.
    """
    text = part.casefold()
    method = METHODS.get(code)
    names = [word.strip().casefold() for word in (method.name if method else code).split(",")]
    named = any(re.search(rf"\b{re.escape(name)}\b", text) for name in names)
    prefix = next((start for start in _KINDS if code.startswith(start)), None)
    if prefix is None:
        return named
    of_its_kind = _KINDS[prefix].search(text) is not None
    if prefix == "card":
        return named or of_its_kind
    if named:
        return of_its_kind or not any(words.search(text) for words in _KINDS.values())
    return of_its_kind and not _names_a_bank(text)


def _names_a_bank(text: str) -> bool:
    banks = (method.name.casefold() for method in METHODS.values() if method.bank)
    return any(re.search(rf"\b{re.escape(name)}\b", text) for name in banks)


def feed_address(typed: str) -> str:
    """An address a feed may be read from.

    Raises:
        FeedAddressUnusable: It is not https, or names a machine by number or a name of ours.
    """
    address = typed.strip()
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        fits = parts.scheme == "https" and parts.port in {None, 443} and not parts.username
    except ValueError:
        raise FeedAddressUnusable(address) from None
    if not fits or re.fullmatch(r"(?=.*[a-z])[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}", host) is None:
        raise FeedAddressUnusable(address)
    if host.endswith((".local", ".internal", ".localhost", ".lan", ".home.arpa")):
        raise FeedAddressUnusable(address)
    return address
