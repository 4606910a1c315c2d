"""Refusals of messages and templates. None carries personal data: refusals are logged."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class MessageNotFound(Refusal):
    """The shop has no such message."""

    message: str

    code = "message_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Pesan “{message}” tidak ditemukan.")


@dataclass(eq=False)
class UnknownKind(Refusal):
    """No message is of this kind."""

    name: str

    code = "unknown_message_kind"
    kind = Kind.NOT_FOUND
    sentence = N_("Jenis pesan “{name}” tidak dikenal.")


@dataclass(eq=False)
class UnknownMessageChannel(Refusal):
    """No message travels that way."""

    name: str

    code = "unknown_message_channel"
    kind = Kind.INVALID
    sentence = N_("Jalur pesan “{name}” tidak dikenal.")


@dataclass(eq=False)
class NowhereToSend(Refusal):
    """The person has no address on any channel they left open."""

    code = "nowhere_to_send"
    kind = Kind.CONFLICT
    sentence = N_("Pembeli ini tidak punya alamat di jalur mana pun yang dibukanya.")


@dataclass(eq=False)
class StillBeingSent(Refusal):
    """A try is under way, or nobody knows yet what became of it: sending again might tell it twice."""

    channel: str

    code = "message_still_being_sent"
    kind = Kind.CONFLICT
    sentence = N_("Pesan ini masih dikirim, atau nasibnya belum diketahui.")


@dataclass(eq=False)
class TemplateEmpty(Refusal):
    """A template says something, and an e-mail has a subject."""

    field: str

    code = "template_empty"
    kind = Kind.INVALID
    sentence = N_("Isi kalimatnya.")


@dataclass(eq=False)
class TemplateTooLong(Refusal):
    """Longer than its channel carries."""

    longest: int

    code = "template_too_long"
    kind = Kind.INVALID
    sentence = N_("Terlalu panjang: paling banyak {longest} huruf.")


@dataclass(eq=False)
class TemplateBroken(Refusal):
    """It cannot be read: only named places in double braces may stand in it.

    Attributes:
        line: Where.
    """

    line: int

    code = "template_broken"
    kind = Kind.INVALID
    sentence = N_("Baris {line} tidak bisa dibaca. Isian ditulis seperti {{{{ nama }}}}, tanpa yang lain.")


@dataclass(eq=False)
class PlaceUnknown(Refusal):
    """Places a message of this kind has no value for."""

    names: tuple[str, ...]

    code = "template_place_unknown"
    kind = Kind.INVALID
    sentence = N_("Pesan ini tidak punya isian: {names}.")


@dataclass(eq=False)
class ValueMissing(Refusal):
    """Nothing is known that belongs in these places; a letter with a gap is not sent."""

    names: tuple[str, ...]

    code = "template_value_missing"
    kind = Kind.CONFLICT
    sentence = N_("Belum ada isinya untuk: {names}.")


@dataclass(eq=False)
class PolicyUnusable(Refusal):
    """A setting is outside what makes sense.

    Attributes:
        field: Which.
    """

    field: str

    code = "message_policy_unusable"
    kind = Kind.INVALID
    sentence = N_("Pengaturan pesan ini tidak bisa dipakai.")
