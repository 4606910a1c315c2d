"""Every reason accounts at couriers turn a request down."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class CourierAccountNotFound(Refusal):
    """The shop has no such account, or it is none that hears news."""

    account: str

    code = "courier_account_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Akun kurir “{account}” tidak ditemukan.")


@dataclass(eq=False)
class UnknownBooker(Refusal):
    """Nobody of this name carries or books parcels here."""

    provider: str

    code = "courier_provider_unknown"
    kind = Kind.INVALID
    sentence = N_("Kurir atau agregator “{provider}” tidak dikenal.")


@dataclass(eq=False)
class CourierAddressUnusable(Refusal):
    """Secrets and buyers' addresses travel there: it must be https, or this machine."""

    address: str

    code = "courier_address_unusable"
    kind = Kind.INVALID
    sentence = N_("“{address}” tidak bisa dipakai: alamat API harus diawali https://.")


@dataclass(eq=False)
class CourierFieldsMissing(Refusal):
    """The account cannot be used without all of these."""

    missing: str

    code = "courier_fields_missing"
    kind = Kind.INVALID
    sentence = N_("Isi juga {missing}.")


@dataclass(eq=False)
class CourierFieldsUnusable(Refusal):
    """What was typed is not what such an account looks like: a range that is none, a price that is no number."""

    provider: str

    code = "courier_fields_unusable"
    kind = Kind.INVALID
    sentence = N_("Isian ini tidak bisa dipakai untuk {provider}. Periksa nomor, harga dan bentuknya.")


@dataclass(eq=False)
class CourierNameUnusable(Refusal):
    """An account needs a name of 1 to 60 characters that no other account has."""

    name: str

    code = "courier_name_unusable"
    kind = Kind.INVALID
    sentence = N_("Nama akun “{name}” kosong, terlalu panjang, atau sudah dipakai.")


@dataclass(eq=False)
class CourierSecretsStayBehind(Refusal):
    """An account was moved to another address without its secrets being typed anew: they were for the old one."""

    missing: str

    code = "courier_secrets_stay_behind"
    kind = Kind.INVALID
    sentence = N_("Alamat API berganti: isi lagi {missing}.")
