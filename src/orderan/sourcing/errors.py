"""Refusals of sourcing."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class SourcingRulesNotUsable(Refusal):
    """Rules of sourcing that cannot be followed; every fault is told at once.

    Attributes:
        faults: Each as `field: fault`, such as `way_minor.2: not_an_amount`. The faults are those of
            `orderan.sourcing.Fault`.
    """

    faults: tuple[str, ...]

    code = "sourcing_rules_not_usable"
    kind = Kind.INVALID
    sentence = N_("Aturan asal barang belum benar: {faults}.")


@dataclass(eq=False)
class NoSuchSourcingRules(Refusal):
    """No version of the rules of sourcing has this number."""

    version: int

    code = "no_such_sourcing_rules"
    kind = Kind.NOT_FOUND
    sentence = N_("Tidak ada aturan asal barang versi {version}.")


@dataclass(eq=False)
class DraftMovedOn(Refusal):
    """The draft was edited since it was read; nothing was changed.

    Attributes:
        expected, revision: The edit that was known, and the last one there is.
        made_by: Who made the last one.
        changes: Fields that differ, of `orderan.sourcing.SourcingRules`; `places.` and an id is a location.
    """

    expected: int
    revision: int
    made_by: str
    changes: tuple[str, ...]

    code = "sourcing_draft_moved_on"
    kind = Kind.CONFLICT
    sentence = N_("Draf sudah diubah orang lain sejak Anda membukanya. Tidak ada yang disimpan.")


@dataclass(eq=False)
class DraftNotTried(Refusal):
    """A draft is tried on past orders before it is followed, and this one was not."""

    revision: int

    code = "sourcing_draft_not_tried"
    kind = Kind.CONFLICT
    sentence = N_("Draf ini belum dicoba pada pesanan lalu. Coba dulu, lihat hasilnya, lalu jalankan.")


@dataclass(eq=False)
class LiveMovedOn(Refusal):
    """Other rules are followed now than when the draft was tried.

    Attributes:
        tried_against, live: Versions; 0 is those a shop begins with.
    """

    tried_against: int
    live: int

    code = "sourcing_live_moved_on"
    kind = Kind.CONFLICT
    sentence = N_(
        "Aturan yang berjalan berubah sejak draf ini dicoba (sekarang versi {live}). Coba sekali lagi."
    )


@dataclass(eq=False)
class DraftIsLive(Refusal):
    """The draft says what is followed already."""

    code = "sourcing_draft_is_live"
    kind = Kind.CONFLICT
    sentence = N_("Isi draf sama dengan aturan yang sedang berjalan.")


@dataclass(eq=False)
class SourcingUnexplained(Refusal):
    """Whoever changes which rules are followed says why, in at most 200 letters."""

    code = "sourcing_rules_unexplained"
    kind = Kind.INVALID
    sentence = N_("Tulis alasan perubahannya, paling panjang 200 huruf.")


@dataclass(eq=False)
class SourcingTrialTooLong(Refusal):
    """Past orders are played again for one day to ninety."""

    days: int

    code = "sourcing_trial_too_long"
    kind = Kind.INVALID
    sentence = N_("Percobaan mencakup 1 sampai 90 hari ke belakang.")
