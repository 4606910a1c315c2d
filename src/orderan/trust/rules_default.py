"""The rules of a shop that wrote none: they watch and do nothing, until somebody looked and let them act."""

from typing import Final

from orderan.kit.errors import N_
from orderan.trust.models import Bands, Measure, Policy, Rule, Way

_M = Measure
_COD = (Way.COD,)

DEFAULT: Final = Policy(
    rules=(
        Rule(N_("Tiga pesanan sehari, satu nomor"), _M.PHONE_ORDERS_DAY, 3, 20),
        Rule(N_("Sepuluh pesanan sehari, satu nomor"), _M.PHONE_ORDERS_DAY, 10, 40),
        Rule(N_("Empat pesanan sehari ke satu rumah"), _M.ADDRESS_ORDERS_DAY, 4, 15),
        Rule(N_("Empat pesanan sehari dari satu perangkat"), _M.DEVICE_ORDERS_DAY, 4, 20),
        Rule(N_("Lima belas pesanan sejam dari satu IP"), _M.IP_ORDERS_HOUR, 15, 15),
        Rule(
            N_("Dua puluh pesanan sehari dari satu jenis kartu"), _M.CARD_ORDERS_DAY, 20, 10, (Way.PREPAID,)
        ),
        Rule(N_("Tiga nomor lain di satu rumah"), _M.PHONES_AT_ADDRESS, 3, 15),
        Rule(N_("Tiga nomor lain di satu perangkat"), _M.PHONES_AT_DEVICE, 3, 25),
        Rule(N_("Pernah menolak paket"), _M.PERSON_REFUSED, 1, 30, _COD),
        Rule(N_("Dua kali menolak paket"), _M.PERSON_REFUSED, 2, 40, _COD),
        Rule(N_("Tiga kali retur"), _M.PERSON_RETURNED, 3, 15),
        Rule(N_("Pernah menyengketakan pembayaran"), _M.PERSON_DISPUTED, 1, 50, (Way.PREPAID,)),
        Rule(N_("Pernah menipu"), _M.PERSON_FRAUD, 1, 80),
        Rule(N_("Orang lain serumah menolak paket"), _M.ADDRESS_REFUSED, 2, 20, _COD),
        Rule(N_("Orang lain di perangkat ini menolak paket"), _M.DEVICE_REFUSED, 1, 40, _COD),
        Rule(N_("Email ini menolak paket dengan nomor lain"), _M.EMAIL_REFUSED, 1, 30, _COD),
        Rule(N_("Perangkat pernah dipakai menipu"), _M.DEVICE_FRAUD, 1, 40),
        Rule(N_("Daerah yang sering menolak paket"), _M.AREA_REFUSED_PERCENT, 30, 10, _COD),
        Rule(N_("Daerah yang sering meretur barang"), _M.AREA_RETURNED_PERCENT, 30, 5),
        Rule(N_("COD satu juta ke atas"), _M.AMOUNT_THOUSANDS, 1_000, 10, _COD),
        Rule(N_("Lima kali nilai yang biasa di toko"), _M.AMOUNT_OF_SHOP_PERCENT, 500, 10),
        Rule(N_("Lima kali nilai yang biasa dari pembeli"), _M.AMOUNT_OF_BUYER_PERCENT, 500, 15),
        Rule(N_("Jam yang sepi"), _M.HOUR_RARE, 1, 5),
        Rule(N_("Jam yang tidak biasa bagi pembeli"), _M.HOUR_OF_BUYER, 1, 10),
        Rule(N_("IP dari provinsi lain"), _M.IP_ELSEWHERE, 1, 5),
        Rule(N_("Pembayar dari provinsi lain"), _M.BILLING_ELSEWHERE, 1, 10, (Way.PREPAID,)),
        Rule(N_("Email sekali pakai"), _M.EMAIL_DISPOSABLE, 1, 25),
        Rule(N_("Nomor yang belum dikenal"), _M.PHONE_FRESH, 1, 10, _COD),
        Rule(N_("Nomor luar negeri"), _M.PHONE_FOREIGN, 1, 15, _COD),
        Rule(N_("Isian tidak sungguh-sungguh"), _M.TEXT_SIGNS, 1, 20),
        Rule(N_("Alamat tidak jelas"), _M.ADDRESS_VAGUE, 1, 15, _COD),
        Rule(N_("Dua pesanan diterima"), _M.PERSON_DELIVERED, 2, -15),
        Rule(N_("Sepuluh pesanan diterima"), _M.PERSON_DELIVERED, 10, -25),
    ),
    cod=Bands(ask=30, deposit=60, prepaid_only=70, hold=90, refuse=130),
    prepaid=Bands(hold=70, refuse=150),
    acts=False,
)
"""Points by judgement, not by measurement: a shop tries others on its own past before it lets any act."""

DEFAULT_VERSION: Final = 0
"""Stands for these rules where versions are counted."""
