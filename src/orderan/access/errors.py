"""Refusals of access."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class NotSignedIn(Refusal):
    """No valid key or session came with the request."""

    code = "not_signed_in"
    kind = Kind.UNAUTHENTICATED
    sentence = N_("Silakan masuk dulu.")


@dataclass(eq=False)
class NotAllowed(Refusal):
    """Signed in, but this needs a permission they do not have."""

    needs: str

    code = "not_allowed"
    kind = Kind.FORBIDDEN
    sentence = N_("Anda tidak berhak melakukan ini ({needs}).")


@dataclass(eq=False)
class LoginRefused(Refusal):
    """E-mail, password or code is wrong; which one is not told."""

    code = "login_refused"
    kind = Kind.INVALID
    sentence = N_("Email atau kata sandi tidak cocok.")


@dataclass(eq=False)
class CodeRefused(Refusal):
    """The one-time or recovery code is wrong or was used before."""

    code = "code_refused"
    kind = Kind.INVALID
    sentence = N_("Kode itu salah atau sudah dipakai. Tunggu kode berikutnya.")


@dataclass(eq=False)
class LoginExpired(Refusal):
    """Too long between the password and the next step."""

    code = "login_expired"
    kind = Kind.INVALID
    sentence = N_("Waktu masuk habis. Ulangi dari awal.")


@dataclass(eq=False)
class PasswordTooShort(Refusal):
    """The new password is too short, or too long to be one."""

    at_least: int
    at_most: int

    code = "password_length"
    kind = Kind.INVALID
    sentence = N_("Kata sandi harus {at_least} sampai {at_most} huruf.")


@dataclass(eq=False)
class EmailTaken(Refusal):
    """Somebody of the shop has the e-mail address already."""

    email: str

    code = "email_taken"
    kind = Kind.CONFLICT
    sentence = N_("Email “{email}” sudah dipakai di toko ini.")


@dataclass(eq=False)
class EmailUnusable(Refusal):
    """The text is not an e-mail address."""

    email: str

    code = "email_unusable"
    kind = Kind.INVALID
    sentence = N_("“{email}” bukan alamat email.")


@dataclass(eq=False)
class RoleMissing(Refusal):
    """A person needs at least one role that exists."""

    code = "role_missing"
    kind = Kind.INVALID
    sentence = N_("Pilih sedikitnya satu peran.")


@dataclass(eq=False)
class NoSuchStaff(Refusal):
    """Nobody of the shop has this id."""

    code = "staff_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Orang itu tidak ada di toko ini.")


@dataclass(eq=False)
class LastOwner(Refusal):
    """The shop would be left without an active owner."""

    code = "last_owner"
    kind = Kind.CONFLICT
    sentence = N_("Ini pemilik terakhir. Tunjuk pemilik lain dulu.")


@dataclass(eq=False)
class MoreThanOwn(Refusal):
    """Nobody can give permissions or scopes they do not have themselves."""

    code = "more_than_own"
    kind = Kind.FORBIDDEN
    sentence = N_("Anda tidak bisa memberi hak yang tidak Anda miliki.")


@dataclass(eq=False)
class NoSuchKey(Refusal):
    """The shop has no key of this id."""

    code = "key_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Kunci itu tidak ada.")


@dataclass(eq=False)
class NameMissing(Refusal):
    """A person or a key needs a name."""

    code = "name_missing"
    kind = Kind.INVALID
    sentence = N_("Nama harus diisi.")


@dataclass(eq=False)
class PermissionMissing(Refusal):
    """A key needs at least one permission that exists."""

    code = "permission_missing"
    kind = Kind.INVALID
    sentence = N_("Pilih sedikitnya satu izin.")


@dataclass(eq=False)
class ScopeUnknown(Refusal):
    """A location or channel of the scope is not of this shop."""

    code = "scope_unknown"
    kind = Kind.INVALID
    sentence = N_("Lokasi atau kanal itu tidak ada di toko ini.")
