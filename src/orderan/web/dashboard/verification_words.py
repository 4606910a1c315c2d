"""What pages say of asking buyers, and what an agent reads to a buyer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from orderan.flows.asking_words import WHYS as OF_A_NO
from orderan.flows.views_asking import Progress, Turn
from orderan.flows.views_days import Sort
from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_money
from orderan.orders import Line, Order, owed
from orderan.verification import Attempt, AttemptState, Failure

WAYS: Final = {
    "call": N_("Telepon otomatis"),
    "whatsapp": N_("WhatsApp"),
    "sms": N_("SMS dengan tautan"),
    "agent": N_("Petugas"),
}
TURNS: Final = {
    Turn.CALL: N_("Giliran Anda"),
    Turn.UNREACHABLE: N_("Tidak terhubung"),
    Turn.WAIT: N_("Sedang ditanya"),
}
STATES: Final = {
    "sending": (N_("Sedang dihubungi"), "wait", "loader"),
    "asked": (N_("Menunggu jawaban"), "wait", "hourglass"),
    "unknown": (N_("Belum pasti sampai"), "wait", "help-circle"),
    "confirmed": (N_("Menjawab: benar"), "done", "circle-check"),
    "refused": (N_("Menjawab: bukan"), "loss", "circle-x"),
    "put_off": (N_("Menjawab: hari lain"), "wait", "calendar"),
    "missed": (N_("Tidak menjawab"), "calm", "clock"),
    "failed": (N_("Gagal dihubungi"), "loss", "alert-triangle"),
    "overtaken": (N_("Tidak perlu lagi"), "calm", "minus"),
}
DAY_TRIES: Final = STATES | {
    "confirmed": (N_("Menjawab: ada orang"), "done", "circle-check"),
    "refused": (N_("Menjawab: tidak ada orang"), "loss", "circle-x"),
}
"""Of one try to ask about a parcel's day."""
DAYS_SORTED: Final = {
    Sort.CALL: N_("Giliran Anda"),
    Sort.DOOR: N_("Rumah mungkin kosong"),
    Sort.ASKED: N_("Sedang ditanya"),
    Sort.SAID: N_("Sudah menjawab"),
}
DAY_STATES: Final = {
    "waiting": (N_("Akan ditanya"), "wait", "hourglass"),
    "asked": (N_("Sedang ditanya"), "wait", "hourglass"),
    "home": (N_("Ada orang di rumah"), "done", "home"),
    "another_day": (N_("Minta hari lain"), "wait", "calendar"),
    "nobody": (N_("Tidak ada orang"), "loss", "alert-triangle"),
    "unreachable": (N_("Tidak terhubung"), "loss", "phone"),
    "overtaken": (N_("Tidak perlu lagi"), "calm", "minus"),
}
"""Of a parcel's day: what its buyer said, or where the asking stands."""
MISSES: Final = {
    "later": N_("minta ditelepon lagi nanti"),
    "busy": N_("nada sibuk"),
    "no_answer": N_("tidak diangkat"),
    "machine": N_("dijawab kotak suara"),
    "silence": N_("tidak menekan apa pun"),
    "wrong_key": N_("menekan tombol lain"),
    "failed": N_("sambungan gagal"),
    "undelivered": N_("pesan tidak sampai"),
    "not_there": N_("nomornya tidak bisa menerima pesan di sana"),
}
FAILURES: Final = {
    Failure.NEEDLESS: N_("sudah tidak perlu ditanya"),
    Failure.NO_BUYER: N_("pembelinya tidak dikenal"),
    Failure.NO_PHONE: N_("pembeli tidak punya nomor telepon"),
    Failure.STOPPED: N_("pembeli menutup saluran ini"),
    Failure.NO_ACCOUNT: N_("toko belum punya akun yang bisa dipakai"),
    Failure.NUMBER: N_("nomornya tidak bisa dihubungi lewat cara ini"),
    Failure.MESSAGE: N_("isi pesan tidak diterima penyedia"),
    Failure.ACCOUNT: N_("akun toko ditolak penyedia: periksa kunci dan saldonya"),
    Failure.REFUSED: N_("ditolak penyedia"),
    Failure.BUSY: N_("penyedia sedang terlalu sibuk"),
    Failure.UNAVAILABLE: N_("penyedia tidak menjawab"),
}
"""Why a try asked nobody."""
WHYS: Final = tuple(OF_A_NO.values())
"""What buyers usually say, offered where a no is written down."""

_GREETINGS: Final = (
    (11, N_("Selamat pagi")),
    (15, N_("Selamat siang")),
    (18, N_("Selamat sore")),
    (24, N_("Selamat malam")),
)
"""Until which hour of the buyer's day one says so."""


@dataclass(frozen=True, slots=True)
class Script:
    """What an agent reads out, in the buyer's language."""

    opening: str
    question: str
    yes: str
    no: str
    later: str
    machine: str


def greeting(at: datetime, zone: str) -> str:
    """What one says at this hour of the buyer's day; to be translated."""
    hour = at.astimezone(ZoneInfo(zone)).hour
    return next(word for until, word in _GREETINGS if hour < until)


def script(
    order: Order, lines: list[Line], *, shop: str, name: str, zone: str, now: datetime, words: Words
) -> Script:
    """The words for one call.

    Args:
        name: As whoever reads may see it; empty where the buyer is not known.
    """
    total = format_money(order.due_minor, order.currency, words.locale)
    goods = ", ".join(f"{owed(line)} × {line.title}" for line in lines if owed(line))
    opening = N_("%(greeting)s, saya dari %(shop)s. Apakah benar ini dengan %(name)s?")
    if not name:
        opening = N_("%(greeting)s, saya dari %(shop)s.")
    return Script(
        opening=words.gettext(opening, greeting=words.gettext(greeting(now, zone)), shop=shop, name=name),
        question=words.gettext(
            N_(
                "Kami menerima pesanan nomor %(number)s: %(goods)s. Totalnya %(total)s, dibayar tunai kepada "
                "kurir. Apakah benar Anda yang memesan?"
            ),
            number=order.number,
            goods=goods,
            total=total,
        ),
        yes=words.gettext(
            N_("Terima kasih. Pesanan kami siapkan, dan kurir menagih %(total)s saat paket sampai."),
            total=total,
        ),
        no=words.gettext(
            N_("Baik, pesanan kami batalkan dan tidak ada yang perlu dibayar. Boleh tahu alasannya?")
        ),
        later=words.gettext(N_("Baik. Jam berapa sebaiknya kami menelepon lagi?")),
        machine=words.gettext(N_("Jangan meninggalkan isi pesanan di kotak suara atau kepada orang lain.")),
    )


def progress_told(progress: Progress | None, words: Words) -> str:
    """By which way a buyer is asked and for the how manyth time, or will be next; empty where nothing runs."""
    if progress is None:
        return ""
    text = (
        N_("%(way)s, %(tried)s dari %(tries)s")
        if progress.open
        else N_("Berikutnya %(way)s, %(tried)s dari %(tries)s")
    )
    tried = progress.tried if progress.open else min(progress.tried + 1, progress.tries)
    return words.gettext(text, way=words.gettext(WAYS[progress.way]), tried=tried, tries=progress.tries)


def miss_told(answer: str | None, words: Words) -> str:
    """Why a try reached nobody, or what was pressed; empty where nothing is known."""
    if not answer:
        return ""
    return words.gettext(MISSES[answer]) if answer in MISSES else answer


def failure_told(failure: str | None, code: str | None, words: Words) -> str:
    """Why a try asked nobody, with what the provider called it; empty of one that did not fail."""
    if failure is None:
        return ""
    told = words.gettext(FAILURES[Failure(failure)])
    return f"{told} ({code})" if code else told


def outcome_told(attempt: Attempt, words: Words) -> str:
    """What came of a try, beside its state: why it asked nobody, why it reached nobody, or what was pressed."""
    if attempt.state is AttemptState.FAILED:
        return failure_told(attempt.failure, attempt.failure_code, words)
    return miss_told(attempt.answer, words)
