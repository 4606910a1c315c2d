"""Workbooks read as their XML goes by: the same cells as openpyxl finds, however a program writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_LZMA, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from orderan.importing.errors import SourceRefused
from orderan.importing.reading.workbook import WorkbookSource
from orderan.kit import spreadsheet
from orderan.kit.spreadsheet import Spreadsheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
_CELL = st.one_of(
    st.none(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    _WORDS.filter(lambda text: not text.startswith("=")),
    st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001 - cells have local times
)


@given(st.lists(st.lists(_CELL, max_size=5), max_size=6))
def test_every_cell_is_what_openpyxl_reads(rows: list[list[object]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "f.xlsx"
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for row in rows:
            sheet.append(row)
        book.save(path)
        there = load_workbook(path, read_only=True, data_only=True)
        wanted = [_trimmed(row) for row in there.worksheets[0].iter_rows(values_only=True)]
        there.close()
        with Spreadsheet(path) as ours:
            found = [_trimmed(row) for row in ours.rows("Sheet")]
    assert found == [row for row in wanted if row]


def _trimmed(row: tuple[object, ...]) -> list[tuple[type, object]]:
    cells = list(row)
    while cells and cells[-1] is None:
        cells.pop()
    return [(type(cell), cell) for cell in cells]


def package(
    path: Path, sheet: str, *, texts: str = "", formats: str = "", properties: str = "", prefix: str = ""
) -> Path:
    """A package of one sheet, as small as it can be; `sheet` is what stands in its sheetData."""
    links = f'<Relationships xmlns="{LINKS}">{{}}</Relationships>'
    link = '<Relationship Id="{}" Type="' + KINDS + '/{}" Target="{}"/>'
    parts = {
        "_rels/.rels": links.format(link.format("rId1", "officeDocument", "/xl/book.xml")),
        "xl/book.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}">{properties}'
        '<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/book.xml.rels": links.format(
            link.format("rId1", "worksheet", "one.xml")
            + (link.format("rId2", "sharedStrings", "texts.xml") if texts else "")
            + (link.format("rId3", "styles", "styles.xml") if formats else "")
        ),
        "xl/one.xml": f'<{prefix}worksheet xmlns{":" if prefix else ""}{prefix[:-1]}="{MAIN}">'
        f"<{prefix}sheetData>{sheet}</{prefix}sheetData></{prefix}worksheet>",
        "xl/texts.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{formats}</styleSheet>',
    }
    with ZipFile(path, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path


def cells(path: Path) -> list[tuple[object, ...]]:
    with Spreadsheet(path) as book:
        return list(book.rows("A"))


def test_shared_texts_are_their_runs_without_how_they_are_pronounced(tmp_path: Path) -> None:
    texts = "<si><t>one</t></si><si><r><t>t</t></r><r><t>wo</t></r><rPh><t>zwei</t></rPh></si>"
    sheet = '<row><c t="s"><v>1</v></c><c t="s"><v>0</v></c></row>'
    assert cells(package(tmp_path / "f.xlsx", sheet, texts=texts)) == [("two", "one")]


def test_cells_that_are_left_out_leave_a_gap_and_names_may_be_left_out(tmp_path: Path) -> None:
    sheet = (
        '<row r="3"><c r="C3"><v>7</v></c><c r="AA3" t="str"><v>far</v></c></row>'
        '<row r="5"><c r="A5"/></row>'
        "<row><c><v>1</v></c><c/><c><v>2.5</v></c></row>"
    )
    assert cells(package(tmp_path / "f.xlsx", sheet)) == [
        (None, None, 7, *[None] * 23, "far"),
        (1, None, 2.5),
    ]


def test_elements_may_bear_a_prefix(tmp_path: Path) -> None:
    sheet = '<x:row><x:c t="inlineStr"><x:is><x:t>a &amp; b</x:t></x:is></x:c><x:c t="b"><x:v>1</x:v></x:c></x:row>'
    assert cells(package(tmp_path / "f.xlsx", sheet, prefix="x:")) == [("a & b", True)]


def test_a_number_is_a_date_by_its_style_and_the_epoch_of_the_book(tmp_path: Path) -> None:
    formats = (
        '<numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy hh:mm"/><numFmt numFmtId="171" formatCode="[h]:mm"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="2"/></cellXfs>'
    )
    sheet = (
        '<row><c><v>40513</v></c><c s="1"><v>40513</v></c><c s="2"><v>40513.35625</v></c><c s="3"><v>1.5</v></c>'
        '<c s="4"><v>2.50</v></c><c s="2"><v>0.5</v></c><c s="2"><v>1e12</v></c><c t="d"><v>2010-12-01T08:33:00</v></c>'
        '<c t="e"><v>#N/A</v></c></row>'
    )
    day = datetime(2010, 12, 1)  # noqa: DTZ001 - files write local times
    [row] = cells(package(tmp_path / "f.xlsx", sheet, formats=formats))
    assert row == (
        40513, day, day.replace(hour=8, minute=33), timedelta(hours=36), 2.5, time(12), "#VALUE!",
        day.replace(hour=8, minute=33), "#N/A",
    )  # fmt: skip
    old = package(tmp_path / "mac.xlsx", sheet, formats=formats, properties='<workbookPr date1904="1"/>')
    assert cells(old)[0][1] == day + timedelta(days=1462)


@pytest.mark.parametrize(
    "sheet",
    [
        '<row><c t="s"><v>9</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        "<row><c><v>one</v></c></row>",
        '<row><c r="XFE1"><v>1</v></c></row>',
        "<row><c><v>1</v></row>",
    ],
)
def test_a_cell_that_cannot_be_refuses_the_file(tmp_path: Path, sheet: str) -> None:
    path = package(tmp_path / "f.xlsx", sheet, texts="<si><t>one</t></si>")
    with pytest.raises(SourceRefused):
        WorkbookSource(path, {}, sheet=None)


def under_a_password(content: bytes) -> bytes:
    """The mark of a part under a password, in every part's own heading and in the list of parts."""
    marked = bytearray(content)
    for heading, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(heading)
        while at >= 0:
            marked[at + flags] |= 1
            at = content.find(heading, at + 1)
    return bytes(marked)


def packed_otherwise(content: bytes) -> bytes:
    """Parts said to be packed by LZMA, which they are not."""
    marked = bytearray(content)
    for heading, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = content.find(heading)
        while at >= 0:
            marked[at + method] = ZIP_LZMA
            at = content.find(heading, at + 1)
    return bytes(marked)


@pytest.mark.parametrize("damage", [under_a_password, packed_otherwise])
def test_a_package_that_cannot_be_unpacked_is_refused(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = package(tmp_path / "f.xlsx", "<row><c><v>1</v></c></row>")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SourceRefused):
        WorkbookSource(path, {}, sheet=None)


def test_texts_within_texts_without_end_are_refused(tmp_path: Path) -> None:
    texts = f"<si>{'<r>' * 20_000}{'</r>' * 20_000}</si>"
    path = package(tmp_path / "f.xlsx", '<row><c t="s"><v>0</v></c></row>', texts=texts)
    with pytest.raises(SourceRefused):
        WorkbookSource(path, {}, sheet=None)


def test_a_part_that_unpacks_to_more_than_memory_should_hold_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "LARGEST_PART", 20_000)
    path = package(tmp_path / "f.xlsx", "<row><c><v>1</v></c></row>", texts=f"<si><t>{'x' * 20_000}</t></si>")
    with pytest.raises(SourceRefused, match=r"xl/texts.xml unpacks to 20,\d+ bytes, more than 20,000"):
        WorkbookSource(path, {}, sheet=None)


def test_a_cell_without_end_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "_MOST_PIECES", 3)
    long = f'<row><c t="inlineStr"><is><t>{"x" * 400_000}</t></is></c></row>'
    with pytest.raises(SourceRefused, match="a cell has no end"):
        WorkbookSource(package(tmp_path / "f.xlsx", long), {}, sheet=None)


def test_a_sheet_with_a_document_type_is_refused(tmp_path: Path) -> None:
    path = package(tmp_path / "f.xlsx", "<row><c><v>1</v></c></row>")
    harmful = tmp_path / "g.xlsx"
    with ZipFile(path) as source, ZipFile(harmful, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/one.xml":
                content = b'<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaa">]>' + content
            target.writestr(name, content)
    with pytest.raises(SourceRefused, match="document type"):
        WorkbookSource(harmful, {}, sheet=None)
