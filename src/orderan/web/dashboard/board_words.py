"""What the board of gateways calls how a rail is, why, and what to do about it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from orderan.flows.views_board import Mood, Next
from orderan.health import Blame, Test
from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_number, format_percent

MOODS: Final = {
    Mood.DOWN: (N_("Tidak berfungsi"), "loss", "circle-x"),
    Mood.DEGRADED: (N_("Terganggu"), "wait", "alert-triangle"),
    Mood.PAUSED: (N_("Dijeda"), "act", "player-pause"),
    Mood.MAINTAINED: (N_("Dirawat"), "calm", "tool"),
    Mood.UNKNOWN: (N_("Belum diketahui"), "calm", "help-circle"),
    Mood.WELL: (N_("Sehat"), "done", "circle-check"),
}
WORDS: Final = {
    "well": (N_("Sehat lagi"), "done", "circle-check"),
    "degraded": (N_("Terganggu"), "wait", "alert-triangle"),
    "down": (N_("Tidak berfungsi"), "loss", "circle-x"),
}
"""What the watch of a rail said."""
NEXT: Final = {
    Next.INCIDENT: N_("Tangani gangguan"),
    Next.JUDGE: N_("Pastikan dugaan"),
    Next.PAUSE: N_("Jeda jalur ini"),
    Next.REOPEN: N_("Pakai lagi"),
    Next.WAIT: N_("Lihat jedanya"),
    Next.PENDING: N_("Periksa yang tertunda"),
    Next.NOTHING: N_("Lihat"),
}
WHY_NEXT: Final = {
    Next.INCIDENT: N_("Gangguannya sudah dibuka: tanyakan penyedia, lalu kabari pembeli."),
    Next.JUDGE: N_("Ini dugaan gangguan. Pastikan, atau abaikan bila ternyata bukan."),
    Next.PAUSE: N_(
        "Pembayaran baru sudah memakai jalur lain dahulu. Jeda bila tidak boleh dicoba sama sekali."
    ),
    Next.REOPEN: N_("Tidak ada tanda gangguan lagi. Pakai lagi bila alasan jedanya sudah selesai."),
    Next.WAIT: N_("Jalur ini masih terganggu; biarkan dijeda sampai pulih."),
    Next.PENDING: N_("Ada pembayaran yang nasibnya belum diketahui. Gateway sedang ditanya."),
    Next.NOTHING: N_("Tidak ada yang perlu dilakukan."),
}
BLAMES: Final = {
    Blame.BANK: N_("Kebanyakan karena bank."),
    Blame.GATEWAY: N_("Kebanyakan karena gateway."),
}
SIGNALS: Final = {
    Test.SLOW: N_("jawaban melambat"),
    Test.LATE: N_("kabar bayar terlambat"),
    Test.SILENCE: N_("yang membayar berkurang"),
}
"""What came before a rail's troubles, and stirs now."""
CAUSED: Final = frozenset({Test.OUTAGE, Test.DEGRADATION, Test.LEAK})
"""Tests of charges, whose failing is somebody's."""


def reason_said(reason: Mapping[str, Any], spoken: Words) -> str:
    """A reason the watch gave, as a sentence."""
    test = Test(reason["test"])
    told = _share_said(
        test,
        reason["of"],
        spoken,
        seen=format_percent(reason["seen"], spoken.locale),
        expected=format_percent(reason["expected"], spoken.locale),
    )
    return f"{told} {spoken.gettext(BLAMES[Blame(reason['blame'])])}" if test in CAUSED else told


def _share_said(test: Test, many: int, spoken: Words, *, seen: str, expected: str) -> str:
    """What share of how many it was, and what is usual."""
    match test:
        case Test.SLOW:
            return spoken.ngettext(
                "%(seen)s dari %(num)s jawaban lambat; biasanya %(expected)s.",
                "%(seen)s dari %(num)s jawaban lambat; biasanya %(expected)s.",
                many,
                seen=seen,
                expected=expected,
            )
        case Test.LATE:
            return spoken.ngettext(
                "%(seen)s dari %(num)s kabar bayar terlambat; biasanya %(expected)s.",
                "%(seen)s dari %(num)s kabar bayar terlambat; biasanya %(expected)s.",
                many,
                seen=seen,
                expected=expected,
            )
        case Test.SILENCE:
            return spoken.gettext(
                N_("Yang membayar hanya %(seen)s dari biasanya pada jam ini (%(num)s ditunggu)."),
                seen=seen,
                num=format_number(many, spoken.locale),
            )
        case _:
            return spoken.ngettext(
                "%(seen)s dari %(num)s percobaan gagal; biasanya %(expected)s.",
                "%(seen)s dari %(num)s percobaan gagal; biasanya %(expected)s.",
                many,
                seen=seen,
                expected=expected,
            )


def reasons_said(reasons: Sequence[Mapping[str, Any]], spoken: Words) -> list[str]:
    """Reasons as sentences, each once: two tests may have counted the same charges."""
    return list(dict.fromkeys(reason_said(one, spoken) for one in reasons))


def lasting(seconds: float | None, spoken: Words) -> str | None:
    """A short time in the unit it is short in."""
    if seconds is None:
        return None
    if seconds < 1:
        return spoken.gettext(N_("%(num)s md"), num=format_number(round(seconds * 1000), spoken.locale))
    if seconds < 120:
        return spoken.gettext(N_("%(num)s dtk"), num=_short(seconds, spoken))
    if seconds < 7200:
        return spoken.gettext(N_("%(num)s mnt"), num=_short(seconds / 60, spoken))
    return spoken.gettext(N_("%(num)s jam"), num=_short(seconds / 3600, spoken))


def _short(value: float, spoken: Words) -> str:
    """One decimal below ten, none above."""
    shown = round(value, 1) if value < 10 else round(value)
    return format_number(int(shown) if shown == int(shown) else shown, spoken.locale)
