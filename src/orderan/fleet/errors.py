"""Refusals of the own fleet."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class DepotMissing(Refusal):
    """Nobody has said where vans of this location begin."""

    location: str

    code = "fleet_depot_missing"
    kind = Kind.CONFLICT
    sentence = N_("Titik awal mobil di lokasi ini belum diisi.")


@dataclass(eq=False)
class PointUnreadable(Refusal):
    """Not a latitude and a longitude."""

    typed: str

    code = "fleet_point_unreadable"
    kind = Kind.INVALID
    sentence = N_("“{typed}” bukan titik peta. Tulis lintang dan bujur, seperti -6.2088, 106.8456.")


@dataclass(eq=False)
class HoursUnreadable(Refusal):
    """Not two times of a day of which the first comes first."""

    typed: str

    code = "fleet_hours_unreadable"
    kind = Kind.INVALID
    sentence = N_("“{typed}” bukan rentang jam. Tulis jam mulai, lalu jam selesai yang lebih lambat.")


@dataclass(eq=False)
class AreaUnusable(Refusal):
    """Not a code of a region."""

    typed: str

    code = "fleet_area_unusable"
    kind = Kind.INVALID
    sentence = N_("“{typed}” bukan kode wilayah. Tulis seperti 31.71.01 atau 31.71.01.1001.")


@dataclass(eq=False)
class VanUnusable(Refusal):
    """A van without a name, that holds nothing, or with a negative cost."""

    field: str

    code = "fleet_van_unusable"
    kind = Kind.INVALID
    sentence = N_("Mobil butuh nama dan muatan di atas nol; biayanya tidak boleh minus.")


@dataclass(eq=False)
class VanNameTaken(Refusal):
    """Another van of the location has the name."""

    name: str

    code = "fleet_van_name_taken"
    kind = Kind.CONFLICT
    sentence = N_("Sudah ada mobil “{name}” di lokasi ini.")


@dataclass(eq=False)
class VanNotFound(Refusal):
    """The location has no such van."""

    van: str

    code = "fleet_van_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Mobil “{van}” tidak ditemukan.")


@dataclass(eq=False)
class DriverUnusable(Refusal):
    """No active account of the shop, or one whose runs are under way at another location."""

    driver: str

    code = "fleet_driver_unusable"
    kind = Kind.CONFLICT
    sentence = N_("Akun ini tidak bisa dijadikan sopir di sini: tidak aktif, atau masih di jalan.")


@dataclass(eq=False)
class RunNotFound(Refusal):
    """The shop has no such run, or it is not this driver's or this location's."""

    run: str

    code = "fleet_run_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Perjalanan “{run}” tidak ditemukan.")


@dataclass(eq=False)
class StopNotFound(Refusal):
    """The run has no such stop."""

    stop: str

    code = "fleet_stop_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Titik antar “{stop}” tidak ditemukan.")


@dataclass(eq=False)
class PlanOvertaken(Refusal):
    """While it was solved, somebody else planned these parcels, vans or drivers; nothing was planned."""

    code = "fleet_plan_overtaken"
    kind = Kind.TRY_AGAIN
    sentence = N_(
        "Sementara rute dihitung, ada yang lebih dulu menyusunnya. Lihat hasilnya, lalu hitung lagi."
    )


@dataclass(eq=False)
class NobodyDrives(Refusal):
    """There is no free van with a free driver whose shift is not over."""

    vans: int
    drivers: int

    code = "fleet_nobody_drives"
    kind = Kind.CONFLICT
    sentence = N_(
        "Tidak ada mobil dan sopir yang bisa berangkat (mobil bebas {vans}, sopir bebas {drivers})."
    )


@dataclass(eq=False)
class StopsAhead(Refusal):
    """The van still has parcels that were neither handed over nor tried."""

    stops: int

    code = "fleet_stops_ahead"
    kind = Kind.CONFLICT
    sentence = N_("Masih ada {stops} titik antar yang belum selesai di perjalanan ini.")


@dataclass(eq=False)
class NotMovable(Refusal):
    """A parcel that is in a van on the road cannot go to another, and a van on the road takes none."""

    code = "fleet_stop_not_movable"
    kind = Kind.CONFLICT
    sentence = N_("Paket di mobil yang sudah berangkat tidak bisa pindah mobil.")


class PlanningUnderWay(Refusal):
    """The same routes were asked for a moment ago."""

    code = "fleet_planning_under_way"
    kind = Kind.CONFLICT
    sentence = N_("Rute ini sedang dihitung. Tunggu sebentar.")


class NothingWaits(Refusal):
    """No parcel of own couriers waits at the location."""

    code = "fleet_nothing_waits"
    kind = Kind.CONFLICT
    sentence = N_("Tidak ada paket kurir sendiri yang menunggu diantar dari lokasi ini.")


@dataclass(eq=False)
class CashDiffers(Refusal):
    """Not what is to be collected for the parcel.

    Attributes:
        due_minor: That.
    """

    due_minor: int
    told_minor: int

    code = "fleet_cash_differs"
    kind = Kind.CONFLICT
    sentence = N_(
        "Uang yang ditagih harus tepat {due_minor} rupiah, bukan {told_minor}. "
        "Bila pembeli hanya mengambil sebagian, minta gudang mencatatnya dulu."
    )


@dataclass(eq=False)
class CashCounted(Refusal):
    """The cash on the table is not what the run collected; nothing was booked.

    Attributes:
        expected_minor: What its drivers took at doors.
    """

    expected_minor: int
    counted_minor: int

    code = "fleet_cash_counted"
    kind = Kind.CONFLICT
    sentence = N_(
        "Perjalanan ini menagih {expected_minor} rupiah, yang dihitung {counted_minor}. "
        "Hitung lagi, atau tutup dengan selisih."
    )


class ReceiverMissing(Refusal):
    """A delivery says who took it."""

    code = "fleet_receiver_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis siapa yang menerima paketnya.")


class FailureUnexplained(Refusal):
    """A failed delivery says why."""

    code = "fleet_failure_unexplained"
    kind = Kind.INVALID
    sentence = N_("Pilih alasan paketnya tidak terantar.")
