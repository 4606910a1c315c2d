"""Every refusal about tags."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class SessionNotFound(Refusal):
    """The shop reads no such tags, or at a location outside the caller's scope."""

    session: str

    code = "tag_session_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pembacaan tag “{session}” tidak ditemukan.")


@dataclass(eq=False)
class SessionBooked(Refusal):
    """What was read is booked; later reads belong into another session."""

    code = "tag_session_booked"
    kind = Kind.CONFLICT
    sentence = N_("Pembacaan tag ini sudah dicatat. Mulai pembacaan baru.")


@dataclass(eq=False)
class NothingRead(Refusal):
    """Nothing of what was read can be booked."""

    code = "nothing_read"
    kind = Kind.CONFLICT
    sentence = N_("Belum ada tag yang bisa dicatat.")


@dataclass(eq=False)
class ContainerReceived(Refusal):
    """The carton has arrived; what it held stands."""

    sscc: str

    code = "container_received"
    kind = Kind.CONFLICT
    sentence = N_("Karton {sscc} sudah diterima.")
