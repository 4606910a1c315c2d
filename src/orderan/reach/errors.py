"""Every reason accounts of messages and calls turn a request down."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class ReachAccountNotFound(Refusal):
    """The shop has no such account, or it is none that hears news."""

    account: str

    code = "reach_account_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Akun saluran “{account}” tidak ditemukan.")


@dataclass(eq=False)
class UnknownProvider(Refusal):
    """Nobody of this name carries messages or calls here."""

    provider: str

    code = "reach_provider_unknown"
    kind = Kind.INVALID
    sentence = N_("Penyedia “{provider}” tidak dikenal.")


@dataclass(eq=False)
class ReachAddressUnusable(Refusal):
    """Secrets and what people are told travel there: it must be https, or this machine."""

    address: str

    code = "reach_address_unusable"
    kind = Kind.INVALID
    sentence = N_("“{address}” tidak bisa dipakai: alamat API harus diawali https://.")


@dataclass(eq=False)
class ReachFieldsMissing(Refusal):
    """The provider cannot be called without all of these."""

    missing: str

    code = "reach_fields_missing"
    kind = Kind.INVALID
    sentence = N_("Isi juga {missing}.")


@dataclass(eq=False)
class ReachFieldsUnusable(Refusal):
    """What was typed is not what the provider's accounts look like: a key that is none, a port without number."""

    provider: str

    code = "reach_fields_unusable"
    kind = Kind.INVALID
    sentence = N_("Isian ini tidak bisa dipakai untuk {provider}. Periksa kunci, nomor port dan bentuknya.")


@dataclass(eq=False)
class ReachNameUnusable(Refusal):
    """An account needs a name of 1 to 60 characters that no other account has."""

    name: str

    code = "reach_name_unusable"
    kind = Kind.INVALID
    sentence = N_("Nama akun “{name}” kosong, terlalu panjang, atau sudah dipakai.")


@dataclass(eq=False)
class ReachSecretsStayBehind(Refusal):
    """An account was moved to another host without its secrets being typed anew: they were for the old one."""

    missing: str

    code = "reach_secrets_stay_behind"
    kind = Kind.INVALID
    sentence = N_("Alamat API berganti: isi lagi {missing}.")
