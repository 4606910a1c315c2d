"""Labels are read back as they were written, whatever stands on them, from PDF and from ZPL."""

import random
import re
from datetime import UTC, datetime

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from orderan.printing import CodeUnprintable, Label, Party, label_pdf, label_zpl
from orderan.printing.texts import plain, weight
from orderan.printing.zpl import broken, text_width
from printing.labelled import a_label, codes_on, pages_of, text_of
from printing.zebra import fields_in, labels_in

pytestmark = pytest.mark.anyio

MANY = 500
STEERING = '^XA^FO0,0^FDx^FS~JA_5E #eval("1") $x$ *b* `raw` \\u{41} @ref <lbl> // /* */ [ ]'
HOSTILE = Party(STEERING, "^FS~HS", f"Jl. {STEERING} \x00\x1b\u202eterbalik\u2066 \n\n#pagebreak()")
LONG = Party("Pangeranwangsakusumadiningrat" * 6, "+62 812 3456 7890", "Gang Kelinci Nomor " + "W" * 300)


def some_awbs(many: int) -> list[str]:
    """Numbers as couriers have them: letters, long runs of digits, odd and even, short and long."""
    draw = random.Random(20_261_130)
    shapes = [
        "JP{:010d}",
        "{:012d}",
        "SPXID{:014d}",
        "1{:013d}",
        "GK-{:02d}-1234567",
        "IDX{:018d}",
        "11LP{:012d}",
    ]
    return [draw.choice(shapes).format(draw.randrange(10**10)) for _ in range(many)]


@pytest.mark.slow
async def test_every_code_of_five_hundred_labels_is_read_back_from_pdf_and_zpl() -> None:
    labels = [
        a_label(awb=awb, reference=str(1_000 + turn), cod_minor=turn * 1_500, copy=1 + turn % 2)
        for turn, awb in enumerate(some_awbs(MANY))
    ]
    wanted = [{("Code128", one.awb), ("QRCode", one.reference)} for one in labels]

    assert [codes_on(page) for page in pages_of(await label_pdf(labels))] == wanted
    assert [codes_on(page) for page in labels_in(label_zpl(labels))] == wanted


@pytest.mark.parametrize("party", [HOSTILE, LONG, Party("日本 Ñandú ✓ 😀", "", "")])
async def test_no_name_and_no_address_breaks_a_label(party: Party) -> None:
    label = a_label(
        recipient=party,
        sender=party,
        courier=party.name,
        service=party.name,
        routing_code=party.address,
        contents=(party.address,) * 30,
        cod_minor=999_999_999,
    )
    wanted = {("Code128", label.awb), ("QRCode", label.reference)}

    [page] = pages_of(await label_pdf([label]))
    [drawn] = labels_in(label_zpl([label]))

    assert codes_on(page) == wanted
    assert codes_on(drawn) == wanted
    assert _margins_are_white(page)


async def test_a_strangers_text_is_text_to_the_typesetter_and_the_printer() -> None:
    label = a_label(recipient=HOSTILE)

    read = text_of(await label_pdf([label]))
    zpl = label_zpl([label])

    assert '#eval("1") $x$ *b* `raw`' in read
    assert len(re.findall(r"\^XA", zpl)) == len(re.findall(r"\^XZ", zpl)) == 1
    assert "~" not in zpl
    # A field more or less would be one that the name brought, or ended.
    names = {name for field in fields_in(zpl) for name, _ in field.commands}
    assert names <= {"CI", "PW", "LL", "LH", "BY", "FO", "A0", "FR", "FH", "FD", "GB", "BC", "BQ"}
    assert any(field.data.startswith("^XA^FO0,0^FDx^FS~JA_5E #eval") for field in fields_in(zpl))


@given(st.text(max_size=600), st.sampled_from([14, 22, 38]))
@settings(max_examples=200, deadline=None)
def test_lines_fit_and_lose_nothing(text: str, size: int) -> None:
    line = plain(text, 400)
    lines = broken(line, 512, size)
    assert all(text_width(one, size) <= 512 for one in lines)
    assert "".join(lines).replace(" ", "") == line.replace(" ", "")


async def test_a_label_says_what_to_collect_which_part_it_is_and_that_it_was_printed_before() -> None:
    label = a_label(cod_minor=1_250_000, part=1, parts=2, copy=3, insured=True)
    pdf, zpl = text_of(await label_pdf([label])), {field.data for field in fields_in(label_zpl([label]))}
    for words in ("COD Rp1.250.000", "Paket 1 dari 2", "CETAK ULANG 3", "320-PLM01-002", "JP1234567890"):
        assert words in pdf
        assert words in zpl
    assert "Berat 1,25 kg · Asuransi" in pdf
    assert "NON COD" in text_of(await label_pdf([a_label()]))
    assert "CETAK ULANG" not in text_of(await label_pdf([a_label()]))


@pytest.mark.parametrize("awb", ["", "AB", "jp123", "JP 12345", "JP^FS12", "É12345", "A1" * 20])
async def test_a_number_no_scanner_reads_is_refused(awb: str) -> None:
    label = a_label(awb=awb)
    with pytest.raises(CodeUnprintable):
        await label_pdf([label])
    with pytest.raises(CodeUnprintable):
        label_zpl([label])


@pytest.mark.parametrize(
    ("grams", "words"), [(0, "0 kg"), (1_000, "1 kg"), (1_251, "1,26 kg"), (90, "0,09 kg")]
)
def test_weights_are_rounded_up_to_what_couriers_write(grams: int, words: str) -> None:
    assert weight(grams) == words


async def test_the_same_labels_are_the_same_document() -> None:
    labels: list[Label] = [a_label(), a_label(awb="JP0000000001")]
    first = await label_pdf(labels)
    assert first == await label_pdf(labels)
    document = pypdfium2.PdfDocument(first)
    width, height = document[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4), len(document)) == (100, 150, 2)
    assert datetime.now(UTC).strftime("%Y%m%d") not in first.decode("latin-1")


def _margins_are_white(page: Image.Image) -> bool:
    """Nothing stands within three millimetres of an edge."""
    inside = 24
    edges = [
        page.crop((0, 0, page.width, inside)),
        page.crop((0, page.height - inside, page.width, page.height)),
        page.crop((0, 0, inside, page.height)),
        page.crop((page.width - inside, 0, page.width, page.height)),
    ]
    return all(edge.getextrema() == (255, 255) for edge in edges)
