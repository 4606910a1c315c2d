"""Refusals of incidents and of maintenance."""

from dataclasses import dataclass
from datetime import datetime

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class IncidentNotFound(Refusal):
    """The shop has no such incident."""

    incident: str

    code = "incident_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Insiden “{incident}” tidak ditemukan.")


@dataclass(eq=False)
class NoRailNamed(Refusal):
    """An incident is about at least one rail of the shop; none was named, or one it does not have."""

    code = "incident_without_rail"
    kind = Kind.INVALID
    sentence = N_("Pilih setidaknya satu metode dari akun gateway toko ini.")


@dataclass(eq=False)
class BeginsLater(Refusal):
    """Trouble cannot have begun after now."""

    since: datetime

    code = "incident_begins_later"
    kind = Kind.INVALID
    sentence = N_("Waktu mulainya ada di masa depan.")


@dataclass(eq=False)
class EstimatePast(Refusal):
    """An estimate names a moment that is still to come."""

    estimate: datetime

    code = "estimate_past"
    kind = Kind.INVALID
    sentence = N_("Perkiraan selesainya sudah lewat.")


@dataclass(eq=False)
class NothingToSay(Refusal):
    """An announcement needs words in both languages."""

    code = "announcement_empty"
    kind = Kind.INVALID
    sentence = N_("Isi pengumuman dalam kedua bahasa.")


@dataclass(eq=False)
class NotUnderWay(Refusal):
    """What was asked is for an incident that is open."""

    state: str

    code = "incident_not_under_way"
    kind = Kind.CONFLICT
    sentence = N_("Insiden ini tidak sedang berlangsung.")


@dataclass(eq=False)
class NoteEmpty(Refusal):
    """A line of the conversation says something."""

    code = "incident_note_empty"
    kind = Kind.INVALID
    sentence = N_("Tulis apa yang dikatakan.")


@dataclass(eq=False)
class FalseWithoutReason(Refusal):
    """Whoever calls an alarm false says how they know."""

    code = "incident_false_without_reason"
    kind = Kind.INVALID
    sentence = N_("Tulis bagaimana Anda tahu bahwa alarm ini keliru.")


@dataclass(eq=False)
class FalseBefore(Refusal):
    """The alarm was called false before."""

    code = "incident_false_before"
    kind = Kind.CONFLICT
    sentence = N_("Alarm ini sudah disebut keliru.")


@dataclass(eq=False)
class ReviewEmpty(Refusal):
    """Whoever closes an incident says what was learned."""

    code = "incident_review_empty"
    kind = Kind.INVALID
    sentence = N_("Tulis apa yang dipelajari dari insiden ini.")


@dataclass(eq=False)
class ContactUnusable(Refusal):
    """A contact has a name, and a phone number or an e-mail address."""

    code = "contact_unusable"
    kind = Kind.INVALID
    sentence = N_("Isi nama, dan nomor telepon atau e-mail.")


@dataclass(eq=False)
class ContactNotFound(Refusal):
    """No such contact."""

    contact: str

    code = "gateway_contact_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Kontak “{contact}” tidak ditemukan.")


@dataclass(eq=False)
class AccountNotFound(Refusal):
    """The shop has no such account at a gateway."""

    account: str

    code = "incident_account_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Akun gateway “{account}” tidak ditemukan.")


@dataclass(eq=False)
class MethodNotCarried(Refusal):
    """The account carries no such method."""

    methods: tuple[str, ...]

    code = "method_not_carried"
    kind = Kind.INVALID
    sentence = N_("Akun ini tidak membawa semua metode itu.")


@dataclass(eq=False)
class WindowBackwards(Refusal):
    """A maintenance ends after it starts."""

    starts_at: datetime
    ends_at: datetime

    code = "maintenance_backwards"
    kind = Kind.INVALID
    sentence = N_("Selesainya harus setelah mulainya.")


@dataclass(eq=False)
class WindowPast(Refusal):
    """It is over already."""

    ends_at: datetime

    code = "maintenance_past"
    kind = Kind.INVALID
    sentence = N_("Jadwal itu sudah lewat.")


@dataclass(eq=False)
class WindowTooLong(Refusal):
    """Longer than a day: a forgotten one would lower a rail for ever."""

    hours: int

    code = "maintenance_too_long"
    kind = Kind.INVALID
    sentence = N_("Jadwal pemeliharaan paling lama 24 jam.")


@dataclass(eq=False)
class WindowsOverlap(Refusal):
    """The account has maintenance of the same methods in that time already."""

    starts_at: datetime
    ends_at: datetime

    code = "maintenance_overlaps"
    kind = Kind.CONFLICT
    sentence = N_("Jadwal ini bertumpuk dengan jadwal lain untuk metode yang sama.")


@dataclass(eq=False)
class WindowNotFound(Refusal):
    """No such maintenance, or it was cancelled before."""

    window: str

    code = "maintenance_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Jadwal pemeliharaan itu tidak ada atau sudah dibatalkan.")


@dataclass(eq=False)
class FeedUnreadable(Refusal):
    """It is no list of scheduled maintenance in the form status pages give it."""

    code = "maintenance_feed_unreadable"
    kind = Kind.INVALID
    sentence = N_("Isi alamat itu bukan daftar pemeliharaan yang dikenal.")


@dataclass(eq=False)
class FeedAddressUnusable(Refusal):
    """A feed is read over https from a host with a name."""

    address: str

    code = "maintenance_feed_address"
    kind = Kind.INVALID
    sentence = N_("Alamatnya harus diawali https:// dan menyebut nama situs penyedia.")
