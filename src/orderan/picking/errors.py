"""Refusals of picking."""

from dataclasses import dataclass
from uuid import UUID

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class WaveNotFound(Refusal):
    """The shop has no such wave, or it is at a location outside the caller's scope."""

    wave: str

    code = "wave_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Gelombang “{wave}” tidak ditemukan.")


@dataclass(eq=False)
class ListNotFound(Refusal):
    """The shop has no such list, or it is at a location outside the caller's scope."""

    list: str

    code = "pick_list_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Daftar ambil “{list}” tidak ditemukan.")


@dataclass(eq=False)
class ListOfAnother(Refusal):
    """Somebody else is walking the list; nothing changed."""

    picker: str

    code = "pick_list_of_another"
    kind = Kind.CONFLICT
    sentence = N_("Daftar ini sedang diambil orang lain.")


@dataclass(eq=False)
class TasksInWaves(Refusal):
    """Tasks are on a list already; nothing was released.

    Attributes:
        tasks: Which.
    """

    tasks: tuple[UUID, ...]

    code = "tasks_in_waves"
    kind = Kind.CONFLICT
    sentence = N_("Sebagian tugas sudah masuk gelombang lain. Lihat pratinjaunya sekali lagi.")


@dataclass(eq=False)
class NothingToRelease(Refusal):
    """No order fits what was asked for; no wave was made."""

    code = "nothing_to_release"
    kind = Kind.CONFLICT
    sentence = N_("Tidak ada pesanan yang siap diambil dengan kriteria ini.")


@dataclass(eq=False)
class NotAPolicy(Refusal):
    """A policy or a cut-off cannot be so; nothing changed.

    Attributes:
        field: Which of its fields.
    """

    field: str

    code = "not_a_picking_policy"
    kind = Kind.INVALID
    sentence = N_("Isian “{field}” tidak bisa begitu.")


@dataclass(eq=False)
class CutoffTwice(Refusal):
    """The courier has a cut-off at this minute of this location already."""

    courier: str

    code = "cutoff_twice"
    kind = Kind.CONFLICT
    sentence = N_("Kurir {courier} sudah punya batas waktu pada jam itu.")


@dataclass(eq=False)
class DeviceNotFound(Refusal):
    """The shop has no such phone, or another person opened it."""

    device: str

    code = "pick_device_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Ponsel ini belum dikenal untuk akun Anda. Buka daftar ambilnya sekali lagi.")


@dataclass(eq=False)
class ScanForged(Refusal):
    """A scan is not signed by its phone, or not as it was sent before; neither it nor a later one was taken."""

    seq: int

    code = "scan_forged"
    kind = Kind.FORBIDDEN
    sentence = N_("Pindaian nomor {seq} tidak sah dan tidak dicatat.")


@dataclass(eq=False)
class ScanOutOfTurn(Refusal):
    """Scans before this one are missing; neither it nor a later one was taken."""

    seq: int
    expected: int

    code = "scan_out_of_turn"
    kind = Kind.CONFLICT
    sentence = N_("Pindaian nomor {seq} datang sebelum nomor {expected}. Kirim yang lebih dulu.")


@dataclass(eq=False)
class TakenByAnother(Refusal):
    """The unit is in somebody else's hands already; the goods go back into their bin.

    Attributes:
        by: Who took it, "" where it is not known.
        bin: Where it goes back to, "" is the floor.
    """

    by: str
    bin: str
    quantity: int

    code = "taken_by_another"
    kind = Kind.CONFLICT
    sentence = N_("Unit ini sudah diambil {by}. Kembalikan {quantity} ke {bin}.")
