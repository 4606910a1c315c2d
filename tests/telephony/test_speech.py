"""What a voice reads out, word for word."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.telephony import speech

INDONESIAN = {
    0: "nol",
    1: "satu",
    10: "sepuluh",
    11: "sebelas",
    12: "dua belas",
    19: "sembilan belas",
    20: "dua puluh",
    21: "dua puluh satu",
    99: "sembilan puluh sembilan",
    100: "seratus",
    101: "seratus satu",
    110: "seratus sepuluh",
    111: "seratus sebelas",
    200: "dua ratus",
    999: "sembilan ratus sembilan puluh sembilan",
    1_000: "seribu",
    1_001: "seribu satu",
    1_100: "seribu seratus",
    2_000: "dua ribu",
    10_000: "sepuluh ribu",
    11_000: "sebelas ribu",
    100_000: "seratus ribu",
    101_000: "seratus satu ribu",
    125_000: "seratus dua puluh lima ribu",
    1_000_000: "satu juta",
    1_001_000: "satu juta seribu",
    1_250_500: "satu juta dua ratus lima puluh ribu lima ratus",
    1_000_000_000: "satu miliar",
    1_000_000_000_001: "satu triliun satu",
    -5: "minus lima",
}
ENGLISH = {
    0: "zero",
    13: "thirteen",
    20: "twenty",
    21: "twenty-one",
    100: "one hundred",
    115: "one hundred fifteen",
    1_001: "one thousand one",
    125_000: "one hundred twenty-five thousand",
    1_250_500: "one million two hundred fifty thousand five hundred",
    -5: "minus five",
}
_ID = {
    word: at
    for at, word in enumerate(
        ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]
    )
}
_EN = {
    word: at
    for at, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * at
    for at, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}


def read_back(text: str) -> int:
    """Indonesian words as the number they say, by rules of their own."""
    text = text.replace("sepuluh", "satu puluh").replace("sebelas", "satu belas")
    text = text.replace("seratus", "satu ratus").replace("seribu", "satu ribu")
    whole = block = digit = 0
    for word in text.split():
        match word:
            case "belas":
                block, digit = block + digit + 10, 0
            case "puluh":
                block, digit = block + digit * 10, 0
            case "ratus":
                block, digit = block + digit * 100, 0
            case "ribu" | "juta" | "miliar" | "triliun":
                scale = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}[word]
                whole, block, digit = whole + (block + digit) * scale, 0, 0
            case _:
                digit = _ID[word]
    return whole + block + digit


def read_back_english(text: str) -> int:
    whole = block = 0
    for word in text.replace("-", " ").split():
        match word:
            case "hundred":
                block *= 100
            case "thousand" | "million" | "billion" | "trillion":
                scale = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}[word]
                whole, block = whole + block * scale, 0
            case _:
                block += _EN[word]
    return whole + block


@pytest.mark.parametrize(("value", "said"), INDONESIAN.items())
def test_numbers_in_indonesian(value: int, said: str) -> None:
    assert speech.number(value, "id") == said


@pytest.mark.parametrize(("value", "said"), ENGLISH.items())
def test_numbers_in_english(value: int, said: str) -> None:
    assert speech.number(value, "en") == said


@given(st.integers(0, speech.MOST - 1))
def test_every_number_can_be_read_back(value: int) -> None:
    said = speech.number(value, "id")
    assert read_back(said) == value
    assert "satu ribu" not in said or re.search(r"(puluh|ratus|belas) satu ribu", said)
    assert read_back_english(speech.number(value, "en")) == value


@pytest.mark.parametrize("value", [speech.MOST, -speech.MOST])
def test_a_number_nobody_could_follow_is_refused(value: int) -> None:
    for language in ("id", "en"):
        with pytest.raises(ValueError, match="not read as one number"):
            speech.rupiah(value, language)


def test_amounts_are_said_in_rupiah() -> None:
    assert speech.rupiah(125_000, "id") == "seratus dua puluh lima ribu rupiah"
    assert speech.rupiah(125_000, "en") == "one hundred twenty-five thousand rupiah"


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        ("101", "satu nol satu", "one zero one"),
        ("2026", "dua nol dua enam", "two zero two six"),
        ("12345", "satu dua tiga, empat lima", "one two three, four five"),
        (
            "0812-3456",
            "nol delapan satu, dua tiga empat, lima enam",
            "zero eight one, two three four, five six",
        ),
        ("tidak ada", "", ""),
    ],
)
def test_digits_are_said_one_by_one_in_groups(text: str, indonesian: str, english: str) -> None:
    assert speech.digits(text, "id") == indonesian
    assert speech.digits(text, "en") == english


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ORD-2026-00123", "O R D, dua nol dua enam, nol nol satu, dua tiga"),
        ("KG500a", "K G, lima nol nol, A"),
        ("#1042", "satu nol empat dua"),
        ("INV/11/7", "I N V, satu satu, tujuh"),
        ("--", ""),
    ],
)
def test_order_numbers_and_skus_are_spelled(text: str, said: str) -> None:
    assert speech.code(text, "id") == said


def test_digits_of_other_scripts_are_said_as_ours() -> None:
    assert speech.code("A١٢", "id") == "A, satu dua"
    assert speech.name("Kopi ١٢", "id") == "Kopi dua belas"


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        ("Kopi Gayo 500 g", "Kopi Gayo lima ratus gram", "Kopi Gayo five hundred grams"),
        ("Kopi Gayo 500g", "Kopi Gayo lima ratus gram", "Kopi Gayo five hundred grams"),
        (
            "KOPI LUWAK 1,5 L @ 2pcs",
            "Kopi Luwak satu koma lima liter masing-masing dua buah",
            "Kopi Luwak one point five litres each two pieces",
        ),
        (
            "Kaos Polos XL & Celana (uk. 32)",
            "Kaos Polos X L dan Celana ukuran tiga puluh dua",
            "Kaos Polos X L and Celana size thirty-two",
        ),
        ("Teh 1.000 ml", "Teh seribu mililiter", "Teh one thousand millilitres"),
        ("Kabel USB 2.5 m", "Kabel U S B dua koma lima meter", "Kabel U S B two point five metres"),
        ("Baju 50x70 cm", "Baju lima puluh kali tujuh puluh sentimeter", "Baju fifty by seventy centimetres"),
        ("☕ Kopi 100% Arabika", "Kopi seratus persen Arabika", "Kopi one hundred percent Arabika"),
        ("Jl. Sudirman No. 5", "jalan Sudirman nomor lima", "jalan Sudirman number five"),
        ("CV. Maju Jaya", "C V Maju Jaya", "C V Maju Jaya"),
        (
            "Model 00123456789",
            "Model nol nol satu, dua tiga empat, lima enam tujuh, delapan sembilan",
            "Model zero zero one, two three four, five six seven, eight nine",
        ),
        ("Kopi... enak!!!", "Kopi. enak!", "Kopi. enak!"),
        ("<b>Kopi</b>", "b Kopi b", "b Kopi b"),
        ("Ｋｏｐｉ　５００ｇ", "Kopi lima ratus gram", "Kopi five hundred grams"),
        ("\u202e☕\x00", "", ""),
        ("", "", ""),
    ],
)
def test_names_are_made_speakable(text: str, indonesian: str, english: str) -> None:
    assert speech.name(text, "id") == indonesian
    assert speech.name(text, "en") == english


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ani Lestari", "Ani Lestari"),
        ("Bpk. Budi Santoso, S.Kom", "Bapak Budi Santoso"),
        ("Hj. Siti Aminah, M.Pd.", "Hajah Siti Aminah"),
        ("Dr. Amir, SE, MM", "Dokter Amir"),
        ("SRI WAHYUNI", "Sri Wahyuni"),
    ],
)
def test_people_are_called_by_their_names(text: str, said: str) -> None:
    assert speech.person(text, "id") == said


@given(st.text(max_size=60))
def test_whatever_stands_there_can_be_said(text: str) -> None:
    for said in (speech.name(text, "id"), speech.person(text, "en"), speech.code(text, "id")):
        assert not re.search(r"[0-9<>&\x00-\x1f]", said)
