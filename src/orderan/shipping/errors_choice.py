"""Every reason rules of who carries a parcel are turned down."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class CarryRulesNotUsable(Refusal):
    """Rules of who carries that cannot be followed; every fault is told at once.

    Attributes:
        faults: Each as `place: fault`, such as `2.only: unknown_courier`; rules count from 1.
    """

    faults: tuple[str, ...]

    code = "carry_rules_not_usable"
    kind = Kind.INVALID
    sentence = N_("Aturan pemilihan kurir belum benar: {faults}.")


@dataclass(eq=False)
class NoSuchCarryRules(Refusal):
    """No version of the rules of who carries has this number."""

    version: int

    code = "no_such_carry_rules"
    kind = Kind.NOT_FOUND
    sentence = N_("Tidak ada aturan pemilihan kurir versi {version}.")


@dataclass(eq=False)
class CarryDraftMovedOn(Refusal):
    """The draft was edited since it was read; nothing was changed.

    Attributes:
        expected, revision: The edit that was known, and the last one there is.
        made_by: Who made the last one.
    """

    expected: int
    revision: int
    made_by: str

    code = "carry_draft_moved_on"
    kind = Kind.CONFLICT
    sentence = N_("Draf sudah diubah orang lain sejak Anda membukanya. Tidak ada yang disimpan.")


@dataclass(eq=False)
class CarryDraftNotTried(Refusal):
    """A draft is tried on past parcels before it is followed, and this one was not."""

    revision: int

    code = "carry_draft_not_tried"
    kind = Kind.CONFLICT
    sentence = N_("Draf ini belum dicoba pada paket lalu. Coba dulu, lihat hasilnya, lalu jalankan.")


@dataclass(eq=False)
class CarryLiveMovedOn(Refusal):
    """Other rules are followed now than when the draft was tried.

    Attributes:
        tried_against, live: Versions; 0 is no rules at all.
    """

    tried_against: int
    live: int

    code = "carry_live_moved_on"
    kind = Kind.CONFLICT
    sentence = N_(
        "Aturan yang berjalan berubah sejak draf ini dicoba (sekarang versi {live}). Coba sekali lagi."
    )


@dataclass(eq=False)
class CarryDraftIsLive(Refusal):
    """The draft says what is followed already."""

    code = "carry_draft_is_live"
    kind = Kind.CONFLICT
    sentence = N_("Isi draf sama dengan aturan yang sedang berjalan.")


@dataclass(eq=False)
class CarryRulesUnexplained(Refusal):
    """Whoever changes which rules are followed says why, in at most 200 letters."""

    code = "carry_rules_unexplained"
    kind = Kind.INVALID
    sentence = N_("Tulis alasan perubahannya, paling panjang 200 huruf.")


@dataclass(eq=False)
class CarryTrialTooLong(Refusal):
    """Past parcels are chosen for again for one day to ninety."""

    days: int

    code = "carry_trial_too_long"
    kind = Kind.INVALID
    sentence = N_("Percobaan mencakup 1 sampai 90 hari ke belakang.")
