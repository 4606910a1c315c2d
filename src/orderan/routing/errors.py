"""Refusals of routing."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class RulesNotUsable(Refusal):
    """Routing rules that cannot be followed; every fault is told at once.

    Attributes:
        faults: Each as `place: fault`, such as `2.when.from_hour: not_an_hour`; rules count from 1. The
            faults are those of `orderan.routing.rules_read.Fault`.
    """

    faults: tuple[str, ...]

    code = "routing_rules_not_usable"
    kind = Kind.INVALID
    sentence = N_("Aturan rute pembayaran belum benar: {faults}.")


@dataclass(eq=False)
class NoSuchRules(Refusal):
    """No version of the routing rules has this number."""

    version: int

    code = "no_such_routing_rules"
    kind = Kind.NOT_FOUND
    sentence = N_("Tidak ada aturan rute pembayaran versi {version}.")


@dataclass(eq=False)
class NoSuchRule(Refusal):
    """The draft has no rule at this place."""

    place: int

    code = "no_such_routing_rule"
    kind = Kind.NOT_FOUND
    sentence = N_("Draf tidak punya aturan nomor {place}.")


@dataclass(eq=False)
class DraftMovedOn(Refusal):
    """The draft was edited since it was read; nothing was changed.

    Attributes:
        expected, revision: The edit that was known, and the last one there is.
        made_by: Who made the last one.
        changes: Each as `change: name of the rule`; the changes are those of
            `orderan.routing.rules_draft.Change`.
    """

    expected: int
    revision: int
    made_by: str
    changes: tuple[str, ...]

    code = "routing_draft_moved_on"
    kind = Kind.CONFLICT
    sentence = N_("Draf sudah diubah orang lain sejak Anda membukanya. Tidak ada yang disimpan.")


@dataclass(eq=False)
class DraftNotTried(Refusal):
    """A draft is tried on past payments before it is followed, and this one was not."""

    revision: int

    code = "routing_draft_not_tried"
    kind = Kind.CONFLICT
    sentence = N_("Draf ini belum dicoba pada pembayaran lalu. Coba dulu, lihat hasilnya, lalu jalankan.")


@dataclass(eq=False)
class LiveMovedOn(Refusal):
    """Other rules are followed now than when the draft was tried.

    Attributes:
        tried_against, live: Versions; 0 is no rules at all.
    """

    tried_against: int
    live: int

    code = "routing_live_moved_on"
    kind = Kind.CONFLICT
    sentence = N_(
        "Aturan yang berjalan berubah sejak draf ini dicoba (sekarang versi {live}). Coba sekali lagi."
    )


@dataclass(eq=False)
class DraftIsLive(Refusal):
    """The draft says what is followed already."""

    code = "routing_draft_is_live"
    kind = Kind.CONFLICT
    sentence = N_("Isi draf sama dengan aturan yang sedang berjalan.")


@dataclass(eq=False)
class RulesUnexplained(Refusal):
    """Whoever changes which rules are followed says why, in at most 200 letters."""

    code = "routing_rules_unexplained"
    kind = Kind.INVALID
    sentence = N_("Tulis alasan perubahannya, paling panjang 200 huruf.")


@dataclass(eq=False)
class TrialTooLong(Refusal):
    """Past payments are played again for one day to ninety."""

    days: int

    code = "routing_trial_too_long"
    kind = Kind.INVALID
    sentence = N_("Percobaan mencakup 1 sampai 90 hari ke belakang.")
