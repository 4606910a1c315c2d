"""Refusals of trust."""

from dataclasses import dataclass
from uuid import UUID

from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import to_text

DENIAL_PREFIX = "dny"
ENTRY_PREFIX = "ten"
MODEL_PREFIX = "tmd"


@dataclass(eq=False)
class TermsDenied(Refusal):
    """The order is not taken, or not on these terms.

    Attributes:
        denial_id: What an appeal names.
        outcome: `deposit`, `prepaid_only` or `refuse`: with what it would be taken, if with anything.
        reasons: The three weightiest, as codes: measures, or `blocked_` and what is blocked.
    """

    denial_id: str
    outcome: str
    reasons: tuple[str, ...]

    code = "terms_denied"
    kind = Kind.FORBIDDEN
    sentence = N_(
        "Pesanan ini tidak bisa diterima dengan cara bayar itu. Keberatan bisa diajukan dengan nomor {denial_id}."
    )


@dataclass(eq=False)
class PolicyNotUsable(Refusal):
    """Rules that cannot be followed; every fault is told at once.

    Attributes:
        faults: Each as `place: fault`, such as `2.points: points_must_add`; rules count from 1. The faults
            are those of `orderan.trust.rules_read.Fault`.
    """

    faults: tuple[str, ...]

    code = "trust_rules_not_usable"
    kind = Kind.INVALID
    sentence = N_("Aturan penilaian pesanan belum benar: {faults}.")


@dataclass(eq=False)
class NoSuchPolicy(Refusal):
    """No version of the rules of scoring has this number."""

    version: int

    code = "no_such_trust_rules"
    kind = Kind.NOT_FOUND
    sentence = N_("Tidak ada aturan penilaian versi {version}.")


@dataclass(eq=False)
class PolicyMovedOn(Refusal):
    """The draft was edited since it was read; nothing was changed.

    Attributes:
        expected, revision: The edit that was known, and the last one there is.
    """

    expected: int
    revision: int
    made_by: str

    code = "trust_draft_moved_on"
    kind = Kind.CONFLICT
    sentence = N_("Draf penilaian sudah diubah orang lain sejak Anda membukanya. Tidak ada yang disimpan.")


@dataclass(eq=False)
class PolicyNotTried(Refusal):
    """A draft is tried on past orders before it is followed, and this one was not."""

    revision: int

    code = "trust_draft_not_tried"
    kind = Kind.CONFLICT
    sentence = N_("Draf ini belum dicoba pada pesanan lalu. Coba dulu, lihat hasilnya, lalu jalankan.")


@dataclass(eq=False)
class LivePolicyMovedOn(Refusal):
    """Other rules are followed now than when the draft was tried.

    Attributes:
        tried_against, live: Versions; 0 is the rules of a shop that wrote none.
    """

    tried_against: int
    live: int

    code = "trust_live_moved_on"
    kind = Kind.CONFLICT
    sentence = N_(
        "Aturan penilaian yang berjalan berubah sejak draf ini dicoba (sekarang versi {live}). Coba sekali lagi."
    )


@dataclass(eq=False)
class PolicyIsLive(Refusal):
    """The draft says what is followed already."""

    code = "trust_draft_is_live"
    kind = Kind.CONFLICT
    sentence = N_("Isi draf penilaian sama dengan aturan yang sedang berjalan.")


@dataclass(eq=False)
class TrustUnexplained(Refusal):
    """Whoever changes who is let through says why, in at most 200 letters."""

    code = "trust_unexplained"
    kind = Kind.INVALID
    sentence = N_("Tulis alasannya, paling panjang 200 huruf.")


@dataclass(eq=False)
class PastTooLong(Refusal):
    """Past orders are scored again for one day to ninety."""

    days: int

    code = "trust_trial_too_long"
    kind = Kind.INVALID
    sentence = N_("Percobaan penilaian mencakup 1 sampai 90 hari ke belakang.")


@dataclass(eq=False)
class KeyUnusable(Refusal):
    """What was typed is no phone, address, e-mail, network or card range.

    Attributes:
        key_kind: What it was meant to be.
    """

    key_kind: str

    code = "trust_key_unusable"
    kind = Kind.INVALID
    sentence = N_("Isian itu tidak bisa dibaca. Periksa lagi jenis dan isinya.")


@dataclass(eq=False)
class EntryThere(Refusal):
    """It stands on a list already; the other list takes it once it is taken off this one."""

    verdict: str

    code = "trust_entry_there"
    kind = Kind.CONFLICT
    sentence = N_("Ini sudah ada di daftar. Hapus dulu yang lama.")


@dataclass(eq=False)
class EntryNotFound(Refusal):
    """No such entry stands on a list."""

    entry_id: str

    code = "trust_entry_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Isian daftar itu tidak ada lagi.")

    @classmethod
    def of(cls, entry_id: UUID) -> "EntryNotFound":
        return cls(to_text(ENTRY_PREFIX, entry_id))


@dataclass(eq=False)
class EntryPast(Refusal):
    """It would be over before it began."""

    code = "trust_entry_past"
    kind = Kind.INVALID
    sentence = N_("Tanggal berakhirnya harus di depan.")


@dataclass(eq=False)
class DenialNotFound(Refusal):
    """No such denial in this shop."""

    denial_id: str

    code = "denial_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Penolakan itu tidak ditemukan.")

    @classmethod
    def of(cls, denial_id: UUID) -> "DenialNotFound":
        return cls(to_text(DENIAL_PREFIX, denial_id))


@dataclass(eq=False)
class ReviewNotFound(Refusal):
    """The order was never held for a look."""

    order_id: str

    code = "review_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pesanan ini tidak ditahan untuk diperiksa.")

    @classmethod
    def of(cls, order_id: UUID) -> "ReviewNotFound":
        return cls(to_text("ord", order_id))


@dataclass(eq=False)
class TooLittleHistory(Refusal):
    """Too few orders ended one way or the other for anything to be learned.

    Attributes:
        bad, good: Orders whose end is known; from about a hundred of either there is enough, if both are
            spread over the time.
    """

    bad: int
    good: int

    code = "trust_too_little_history"
    kind = Kind.CONFLICT
    sentence = N_(
        "Riwayatnya belum cukup untuk melatih model: baru {bad} pesanan berakhir buruk dan {good} berakhir baik. "
        "Butuh sekitar seratus dari tiap jenis, tersebar sepanjang waktu."
    )


@dataclass(eq=False)
class LearningNotInstalled(Refusal):
    """The library that learns is not installed on this machine; scoring does not need it."""

    code = "trust_learning_not_installed"
    kind = Kind.CONFLICT
    sentence = N_("Pustaka untuk melatih model belum terpasang di mesin ini. Pasang orderan[ml].")


@dataclass(eq=False)
class TrainingUnderWay(Refusal):
    """A model is being trained; one at a time is."""

    version: int

    code = "trust_training_under_way"
    kind = Kind.CONFLICT
    sentence = N_("Model versi {version} sedang dilatih. Tunggu sampai selesai.")


@dataclass(eq=False)
class CapacityNotUsable(Refusal):
    """People can look at one order a day to a thousand."""

    code = "trust_capacity_not_usable"
    kind = Kind.INVALID
    sentence = N_("Isi berapa pesanan yang sanggup diperiksa sehari, 1 sampai 1.000.")


@dataclass(eq=False)
class NoSuchModel(Refusal):
    """No training of this shop has this number."""

    version: int

    code = "no_such_trust_model"
    kind = Kind.NOT_FOUND
    sentence = N_("Tidak ada model penilaian versi {version}.")


@dataclass(eq=False)
class ModelNotBetter(Refusal):
    """Only a model that beat the rules on orders it had not seen may speak."""

    version: int

    code = "trust_model_not_better"
    kind = Kind.CONFLICT
    sentence = N_("Model versi {version} tidak lebih baik dari aturan, jadi ia tetap diam.")


@dataclass(eq=False)
class ModelJudgedElsewhere(Refusal):
    """Other rules are followed now than those the model was judged beside.

    Attributes:
        judged, live: Versions of the rules; 0 is those of a shop that wrote none.
    """

    judged: int
    live: int

    code = "trust_model_judged_elsewhere"
    kind = Kind.CONFLICT
    sentence = N_(
        "Model ini diuji terhadap aturan versi {judged}, sedangkan yang berjalan versi {live}. Latih lagi."
    )
