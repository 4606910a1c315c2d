"""Refusals of gateway accounts and their rails."""

from dataclasses import dataclass

from orderan.kit.errors import N_, Kind, Refusal


@dataclass(eq=False)
class NoSuchAccount(Refusal):
    """The shop has no such gateway account."""

    account: str

    code = "gateway_account_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Akun gateway “{account}” tidak ditemukan.")


@dataclass(eq=False)
class GatewayAddressUnusable(Refusal):
    """Secrets and money travel there: it must be https, or this machine."""

    address: str

    code = "gateway_address_unusable"
    kind = Kind.INVALID
    sentence = N_("“{address}” tidak bisa dipakai: alamat gateway harus diawali https://.")


@dataclass(eq=False)
class CredentialsMissing(Refusal):
    """The gateway cannot be called without all of its secrets."""

    missing: str

    code = "gateway_credentials_missing"
    kind = Kind.INVALID
    sentence = N_("Isi juga {missing}.")


@dataclass(eq=False)
class SecretsStayBehind(Refusal):
    """An account that moves to another host needs its secrets typed anew: those it has are not sent there."""

    missing: str

    code = "gateway_secrets_stay_behind"
    kind = Kind.INVALID
    sentence = N_(
        "Alamat itu di server lain. Isi lagi {missing}: rahasia yang tersimpan tidak dikirim ke sana."
    )


@dataclass(eq=False)
class AccountNameUnusable(Refusal):
    """An account needs a name of 1 to 60 characters that no other account has."""

    name: str

    code = "gateway_account_name_unusable"
    kind = Kind.INVALID
    sentence = N_("Nama akun “{name}” kosong, terlalu panjang, atau sudah dipakai.")


@dataclass(eq=False)
class NoSuchRail(Refusal):
    """The shop has no such rail."""

    rail: str

    code = "rail_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Jalur pembayaran “{rail}” tidak ditemukan.")


@dataclass(eq=False)
class RailPaused(Refusal):
    """Somebody took the rail out of use: no new payment begins on it."""

    rail: str

    code = "rail_paused"
    kind = Kind.CONFLICT
    sentence = N_("Jalur pembayaran ini sedang dijeda.")


@dataclass(eq=False)
class RailNotPaused(Refusal):
    """The rail is in use already."""

    rail: str

    code = "rail_not_paused"
    kind = Kind.CONFLICT
    sentence = N_("Jalur pembayaran ini sudah dipakai.")


@dataclass(eq=False)
class PauseReasonMissing(Refusal):
    """Whoever finds the rail paused has to know why."""

    code = "pause_reason_missing"
    kind = Kind.INVALID
    sentence = N_("Tulis kenapa jalur ini dijeda.")


@dataclass(eq=False)
class PauseOverBefore(Refusal):
    """The pause would be over before it begins."""

    code = "pause_over_before"
    kind = Kind.INVALID
    sentence = N_("Jeda harus berakhir sesudah sekarang.")


@dataclass(eq=False)
class FeeOutOfRange(Refusal):
    """A fee is not below zero, a rate at most 100 percent."""

    code = "rail_fee_out_of_range"
    kind = Kind.INVALID
    sentence = N_("Biaya tidak boleh di bawah nol, dan persentase paling banyak 100.")


@dataclass(eq=False)
class NoSuchTransferAccount(Refusal):
    """The shop has no such bank account."""

    account: str

    code = "transfer_account_not_found"
    kind = Kind.NOT_FOUND
    sentence = N_("Rekening ini tidak ada.")
