"""How people in Indonesia pay: the catalogue, as data.

A method is what a buyer recognises; which gateway carries it is a rail's business. Limits are what the
banks and wallets set for one payment, in whole rupiah; a gateway or a shop may narrow them. Settlement
days are what is usual between the payment and the money on the shop's account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto
from types import MappingProxyType
from typing import Final

from orderan.kit.errors import N_

DAY: Final = timedelta(days=1)
MOST_VA: Final = 50_000_000
MOST_WALLET: Final = 20_000_000


class Group(StrEnum):
    """How a pay page groups methods."""

    VIRTUAL_ACCOUNT = auto()
    QRIS = auto()
    WALLET = auto()
    CARD = auto()
    PAY_LATER = auto()
    COUNTER = auto()
    DIRECT_DEBIT = auto()
    TRANSFER = auto()
    DOOR = auto()
    CREDIT = auto()


GROUP_NAMES: Final = {
    Group.VIRTUAL_ACCOUNT: N_("Virtual account"),
    Group.QRIS: N_("QRIS"),
    Group.WALLET: N_("Dompet digital"),
    Group.CARD: N_("Kartu kredit atau debit"),
    Group.PAY_LATER: N_("Bayar nanti"),
    Group.COUNTER: N_("Bayar di kasir toko"),
    Group.DIRECT_DEBIT: N_("Debit langsung"),
    Group.TRANSFER: N_("Transfer bank"),
    Group.DOOR: N_("Bayar di tempat"),
    Group.CREDIT: N_("Saldo di toko"),
}


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay.

    Attributes:
        name: A bank's or a wallet's own name, the same in every language.
        icon: Of our own set; nobody's logo.
        least_minor, most_minor: For one payment, whole rupiah.
        lasts: Until when it can be paid, unless somebody says otherwise.
        refundable: Whether a gateway can usually pay back by itself; else a person pays out.
        settles_in_days: Working days, usually.
        bank: Whose it is, where one bank's trouble stops it.
    """

    code: str
    group: Group
    name: str
    icon: str
    least_minor: int
    most_minor: int
    lasts: timedelta
    refundable: bool
    settles_in_days: int
    bank: str | None = None


def _va(code: str, name: str) -> Method:
    bank = code.removeprefix("va_")
    return Method(
        code, Group.VIRTUAL_ACCOUNT, name, "building-bank", 10_000, MOST_VA, DAY, False, 1, bank=bank
    )


def _wallet(code: str, name: str, minutes: int, *, refundable: bool = True) -> Method:
    lasts = timedelta(minutes=minutes)
    return Method(code, Group.WALLET, name, "wallet", 1_000, MOST_WALLET, lasts, refundable, 2)


def _later(code: str, name: str, most_minor: int = 30_000_000) -> Method:
    lasts = timedelta(hours=2)
    return Method(code, Group.PAY_LATER, name, "calendar", 50_000, most_minor, lasts, True, 3)


def _debit(code: str, name: str, *, bank: str | None = None) -> Method:
    lasts = timedelta(minutes=30)
    bank = bank or code.removeprefix("dd_")
    return Method(code, Group.DIRECT_DEBIT, name, "building-bank", 10_000, 25_000_000, lasts, True, 1, bank)


def _counter(code: str, name: str) -> Method:
    return Method(code, Group.COUNTER, name, "building-store", 10_000, 5_000_000, DAY, False, 4)


_ROWS: Final = (
    _va("va_bca", "BCA"),
    _va("va_bni", "BNI"),
    _va("va_bri", "BRI"),
    _va("va_mandiri", "Mandiri"),
    _va("va_permata", "Permata"),
    _va("va_cimb", "CIMB Niaga"),
    _va("va_bsi", "BSI"),
    _va("va_danamon", "Danamon"),
    _va("va_maybank", "Maybank"),
    _va("va_btn", "BTN"),
    _va("va_bnc", "Bank Neo Commerce"),
    _va("va_bss", "Bank Sahabat Sampoerna"),
    _va("va_bjb", "BJB"),
    _va("va_muamalat", "Muamalat"),
    _va("va_hana", "KEB Hana"),
    _va("va_sinarmas", "Sinarmas"),
    _va("va_arthagraha", "Artha Graha"),
    _va("va_bpd_bali", "BPD Bali"),
    _va("va_seabank", "SeaBank"),
    _va("va_saqu", "Saqu"),
    _va("va_doku", "DOKU"),
    _va("va_other", N_("Bank lain (ATM Bersama, Prima, Alto)")),
    Method("qris", Group.QRIS, "QRIS", "qrcode", 1, 10_000_000, timedelta(minutes=15), False, 1),
    _wallet("gopay", "GoPay", 15),
    _wallet("shopeepay", "ShopeePay", 15),
    _wallet("ovo", "OVO", 1),
    _wallet("dana", "DANA", 30),
    _wallet("linkaja", "LinkAja", 24),
    _wallet("astrapay", "AstraPay", 15),
    _wallet("jeniuspay", "Jenius Pay", 10),
    _wallet("nexcash", "Nexcash", 15),
    _wallet("doku_wallet", "DOKU e-Wallet", 60),
    _wallet("sakuku", "Sakuku", 30, refundable=False),
    _wallet("tokopedia_card", N_("Tokopedia, dengan kartu"), 1440, refundable=False),
    _wallet("tokopedia_wallet", N_("Tokopedia, dengan dompet digital"), 1440, refundable=False),
    _wallet("tokopedia_other", N_("Tokopedia, cara lain"), 1440, refundable=False),
    Method(
        "card",
        Group.CARD,
        "Visa, Mastercard, JCB, GPN",
        "credit-card",
        10_000,
        500_000_000,
        timedelta(minutes=30),
        True,
        2,
    ),
    Method(
        "card_instalment",
        Group.CARD,
        N_("Cicilan kartu kredit"),
        "credit-card",
        500_000,
        500_000_000,
        timedelta(minutes=30),
        True,
        2,
    ),
    _counter("indomaret", "Indomaret"),
    _counter("alfamart", "Alfamart, Alfamidi, Dan+Dan"),
    _later("akulaku", "Akulaku PayLater"),
    _later("gopay_later", "GoPay Later"),
    _later("kredivo", "Kredivo"),
    _later("indodana", "Indodana"),
    _later("atome", "Atome", 6_000_000),
    _later("uangme", "UangMe"),
    _debit("dd_bri", "BRI"),
    _debit("dd_mandiri", "Mandiri"),
    _debit("dd_cimb", "OCTO (CIMB Niaga)"),
    _debit("dd_allo", "Allo Bank"),
    _debit("bca_klikpay", "BCA KlikPay", bank="bca"),
    _debit("bca_klikbca", "KlikBCA", bank="bca"),
    _debit("bri_epay", "BRImo (e-Pay BRI)", bank="bri"),
    _debit("danamon_online", "Danamon Online", bank="danamon"),
    Method(
        "bank_transfer",
        Group.TRANSFER,
        N_("Transfer bank, dicek oleh toko"),
        "building-bank",
        10_000,
        500_000_000,
        DAY,
        False,
        0,
    ),
    Method("cash", Group.DOOR, N_("Tunai"), "cash", 1, 100_000_000, DAY, False, 0),
    Method(
        "cod", Group.DOOR, N_("Bayar di tempat (COD)"), "truck-delivery", 1, 5_000_000, 14 * DAY, False, 7
    ),
    Method("voucher", Group.CREDIT, N_("Voucher toko"), "tag", 1, 500_000_000, DAY, True, 0),
)

METHODS: Final[Mapping[str, Method]] = MappingProxyType({method.code: method for method in _ROWS})
"""By code, in the order a page shows them."""

BY_HAND: Final = frozenset({"bank_transfer", "cash", "cod", "voucher"})
"""Methods no gateway carries."""
