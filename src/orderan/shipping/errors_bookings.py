"""Every reason a booking at a courier is turned down."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class BookingNotFound(Refusal):
    """The shop has no such booking, or its task is outside the caller's scope."""

    booking: str

    code = "booking_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pemesanan kurir “{booking}” tidak ditemukan.")


@dataclass(eq=False)
class BookedAlready(Refusal):
    """The task has a booking, or may have one: it is not booked a second time.

    Attributes:
        state: Where that one stands.
    """

    booking: str
    number: int
    state: str

    code = "booked_already"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan {number} sudah dipesankan kurir. Batalkan dulu bila ingin kurir lain.")


@dataclass(eq=False)
class NotPacked(Refusal):
    """Only what is packed is carried.

    Attributes:
        state: Where its task stands.
    """

    number: int
    state: str

    code = "booking_not_packed"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan {number} belum dikemas, jadi kurirnya belum bisa dipesan.")


@dataclass(eq=False)
class SenderMissing(Refusal):
    """Nobody said who a courier asks for at this location, or it has no area."""

    location: str

    code = "sender_missing"
    kind = Kind.CONFLICT
    sentence = N_("Lokasi “{location}” belum punya nama, telepon, dan kode pos pengirim.")


@dataclass(eq=False)
class SenderUnusable(Refusal):
    """A name, a telephone number or a postcode that a courier cannot use."""

    what: str

    code = "sender_unusable"
    kind = Kind.INVALID
    sentence = N_("Isi nama pengirim, nomor telepon yang benar, dan kode pos lima angka.")


@dataclass(eq=False)
class DestinationMissing(Refusal):
    """The order has no address a courier can go to, or its buyer was erased."""

    number: int

    code = "destination_missing"
    kind = Kind.CONFLICT
    sentence = N_("Pesanan {number} tidak punya alamat lengkap: kelurahan, atau kode pos, belum ada.")


@dataclass(eq=False)
class BookingOutdated(Refusal):
    """The booking collects another amount than is due by now: book again before it leaves.

    Attributes:
        cod_minor: What its courier was told to collect.
        due_minor: What is to be collected.
    """

    awb: str
    cod_minor: int
    due_minor: int
    currency: str

    code = "booking_outdated"
    kind = Kind.CONFLICT
    sentence = N_(
        "Resi {awb} menagih jumlah COD yang lama. Batalkan pemesanannya dan pesan lagi sebelum diserahkan."
    )


@dataclass(eq=False)
class BookingNotInDoubt(Refusal):
    """What became of it is known: there is nothing to decide."""

    booking: str
    state: str

    code = "booking_not_in_doubt"
    kind = Kind.CONFLICT
    sentence = N_("Nasib pemesanan ini sudah jelas.")


@dataclass(eq=False)
class NumberTakenBack(Refusal):
    """The number is of a booking that was taken back: its courier will not carry it, whatever the label says."""

    awb: str

    code = "number_taken_back"
    kind = Kind.CONFLICT
    sentence = N_("Resi {awb} sudah dibatalkan. Cetak label yang baru, lalu serahkan dengan resi itu.")
