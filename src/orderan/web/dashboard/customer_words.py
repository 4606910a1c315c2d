"""What a form says about a field that was not taken, and the words of enums on these pages."""

from collections.abc import Iterable
from typing import Final

from orderan.customers import (
    AreaComplaint,
    AreaDoubt,
    Complaint,
    Doubt,
    Field,
    Likeness,
    Purpose,
)
from orderan.kit.errors import N_
from orderan.kit.i18n import Words

_SAID: Final = {
    Doubt.MISSING: N_("Isian ini wajib diisi."),
    Doubt.TOO_LONG: N_("Terlalu panjang."),
    Doubt.NO_LETTERS: N_("Nama harus memuat huruf."),
    Doubt.LETTERS_IN_NUMBER: N_("Ada huruf di dalam nomor."),
    Doubt.NOT_A_NUMBER: N_("Ini bukan nomor telepon."),
    Doubt.COUNTRY_CODE_DOUBLED: N_("Kode negara 62 tertulis dua kali."),
    Doubt.LEADING_ZERO_MISSING: N_("Angka 0 di depan belum ditulis."),
    Doubt.DIGITS_MISSING: N_("Nomor ini kurang angka."),
    Doubt.DIGITS_TOO_MANY: N_("Nomor ini kelebihan angka."),
    Doubt.UNKNOWN_PREFIX: N_("Awalan nomor ini tidak dikenal."),
    Doubt.AT_SIGN_MISSING: N_("Tanda @ belum ada."),
    Doubt.NOT_AN_ADDRESS: N_("Alamat e-mail ini tidak lengkap."),
    Doubt.DOMAIN_LIKE_ANOTHER: N_("Alamat e-mail ini mungkin salah ketik."),
}
_SAID_OF_AREAS: Final = {
    AreaDoubt.MISSING: N_("Isian ini wajib diisi."),
    AreaDoubt.UNKNOWN_CODE: N_("Pilih kelurahan atau desa."),
    AreaDoubt.NOT_A_VILLAGE: N_("Pilih sampai kelurahan atau desa."),
    AreaDoubt.UNKNOWN_NAME: N_("Wilayah ini tidak dikenal."),
    AreaDoubt.AMBIGUOUS: N_("Ada beberapa wilayah dengan nama ini."),
    AreaDoubt.DISAGREES: N_("Tidak cocok dengan kelurahan yang dipilih."),
    AreaDoubt.NOT_A_POSTCODE: N_("Kode pos terdiri dari lima angka."),
    AreaDoubt.POSTCODE_ELSEWHERE: N_("Kode pos ini bukan dari wilayah yang dipilih."),
}
_MEANT: Final = N_("Maksud Anda {suggestion}?")

PURPOSES: Final = {
    Purpose.MARKETING_EMAIL: N_("Promosi lewat e-mail"),
    Purpose.MARKETING_WHATSAPP: N_("Promosi lewat WhatsApp"),
    Purpose.MARKETING_SMS: N_("Promosi lewat SMS"),
    Purpose.PROFILING: N_("Analisis kebiasaan belanja"),
}
FIELDS: Final = {
    Field.NAME: N_("Nama"),
    Field.PHONE: N_("Telepon"),
    Field.EMAIL: N_("E-mail"),
    Field.NOTE: N_("Catatan"),
    Field.ADDRESSES: N_("Alamat"),
}
LIKENESSES: Final = {
    Likeness.SAME_EMAIL: N_("e-mail sama"),
    Likeness.SAME_NAME_AND_AREA: N_("nama dan wilayah sama"),
}


def field_errors(complaints: Iterable[Complaint | AreaComplaint], spoken: Words) -> dict[str, str]:
    """Field to what to say beside it, the suggestion included."""
    return {complaint.field: _sentence(complaint, spoken) for complaint in complaints}


def doubted(complaints: Iterable[Complaint | AreaComplaint]) -> set[str]:
    """Fields whose value is taken when the person insists on it."""
    return {one.field for one in complaints if isinstance(one, Complaint) and not one.firm}


def _sentence(complaint: Complaint | AreaComplaint, spoken: Words) -> str:
    if isinstance(complaint, Complaint):
        said, suggestion = _SAID[complaint.doubt], complaint.suggestion
    else:
        said, suggestion = _SAID_OF_AREAS[complaint.doubt], complaint.expected
    sentence = spoken.gettext(said)
    return f"{sentence} {spoken.gettext(_MEANT).format(suggestion=suggestion)}" if suggestion else sentence
