"""Bringing a file through the pages: kept, read once by a job, accounted for, repaired."""

from __future__ import annotations

import asyncio
import re
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient

from access.conftest import Hire, House, application, hire, password_hash, send, settings_on, sign_in
from conftest import ShopFloor
from importing.test_unseen_files import STORY, sale, text_file
from orderan.importing import Upload, UploadFolder, jobs, preset, running
from orderan.importing.jobs import import_file
from orderan.kit.clock import SetClock
from orderan.kit.crypto import Keyring
from orderan.kit.db import Tx
from orderan.kit.ids import to_text
from orderan.kit.jobs import Tools
from orderan.shops import ChannelKind, add_channel
from orderan.web.dashboard import order_imports

pytestmark = pytest.mark.anyio
__all__ = ["hire", "password_hash"]

PRESET = "preset:online-retail"
OTHER = "Nomor;Kode;Jumlah;Tanggal;Harga satuan;Pelanggan\n1;KOPI;2;25/11/2026 08:10;12.500;ana\n1;TEH;1;25/11/2026 08:10;7.250,5;ana\n"


@dataclass
class Context:
    """What the worker hands to a job."""

    additional_context: dict[str, Any]


@dataclass
class Desk:
    """A browser of somebody who may import, and the worker beside it."""

    browser: AsyncClient
    floor: ShopFloor
    tools: Tools

    async def give(
        self, content: str | bytes, *, name: str = "penjualan.csv", token: str | None = None, **fields: str
    ) -> Any:
        """Send a file as the form does: the token, the fields, then the file."""
        if "orderan_csrf" not in self.browser.cookies:
            await self.browser.get("/orders/import")
        given = self.browser.cookies["orderan_csrf"] if token is None else token
        return await self.browser.post(
            "/orders/import",
            data={"_csrf_token": given, **fields},
            files={"file": (name, content if isinstance(content, bytes) else content.encode(), "text/csv")},
        )

    async def work(self) -> int:
        """Do the jobs that are waiting, as the worker does; how many there were."""
        waiting = await self.floor.all(
            "SELECT id, args FROM procrastinate_jobs WHERE task_name = 'importing.file' AND status = 'todo' ORDER BY id"
        )
        for job in waiting:
            await import_file.func(Context({"tools": self.tools}), **job.args)
            await self.floor.all(
                "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %(id)s RETURNING id", id=job.id
            )
        return len(waiting)

    @property
    def folder(self) -> Path:
        return self.tools.data_dir / "imports"

    def kept(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []


@pytest.fixture
async def house(database_url: str, keyring: Keyring, now: datetime, tmp_path: Path) -> AsyncIterator[House]:
    plain = settings_on(database_url)
    settings = replace(plain, data_dir=tmp_path, web=replace(plain.web, import_mb=1))
    clock = SetClock(now)
    app = application(settings, keyring, clock)
    async with app.lifespan():
        yield House(app, clock)


@pytest.fixture
async def desk(
    house: House, hire: Hire, floor: ShopFloor, keyring: Keyring, now: datetime, tmp_path: Path
) -> AsyncIterator[Desk]:
    await hire("operasi@toko.test", "operations")
    async with house.browser() as browser:
        await sign_in(browser, "operasi@toko.test")
        yield Desk(browser, floor, Tools(floor.db, SetClock(now), keyring, tmp_path))


def words(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def test_a_file_with_a_preset_is_read_by_the_worker_and_accounted_for(desk: Desk) -> None:
    empty = await desk.browser.get("/orders/import")
    assert "Belum ada impor" in words(empty)
    assert "paling besar 1 MB" in words(empty)
    given = await desk.give(text_file(STORY), how=PRESET)
    assert given.status_code == 303
    path = given.headers["location"]
    assert desk.kept() == [f"{await desk.floor.value('SELECT id FROM import_upload')}.csv"]
    assert "Menunggu giliran" in words(await desk.browser.get(path))
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 0

    assert await desk.work() == 1
    moved = await desk.browser.get(path)
    assert moved.status_code == 303
    report = await desk.browser.get(moved.headers["location"])
    assert "Baris di berkas 3 Menjadi pesanan 2 Menjadi retur 1 Menunggu 0" in words(report)
    assert "GBP £30,54 3 baris £35,64 2 baris -£5,10 1 baris £0,00 0 baris" in words(report)
    lines = await desk.browser.get(f"{moved.headers['location']}/lines.csv")
    assert lines.headers["content-type"] == "text/csv; charset=utf-8"
    rows = [line.split(",") for line in lines.text.splitlines()]
    assert [(row[0], row[8]) for row in rows] == [
        ("number", "outcome"),
        ("1", "ordered"),
        ("2", "ordered"),
        ("3", "returned"),
    ]
    assert desk.kept() == []
    listed = words(await desk.browser.get("/orders/import"))
    assert "penjualan.csv" in listed
    assert "Selesai" in listed


async def test_the_folder_and_the_file_are_for_nobody_else(desk: Desk) -> None:
    await desk.give(text_file(STORY))
    [name] = desk.kept()
    assert stat.S_IMODE(desk.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((desk.folder / name).stat().st_mode) == 0o600


async def test_the_same_file_twice_is_one_file_one_job_and_one_run(desk: Desk) -> None:
    first = await desk.give(text_file(STORY), how=PRESET)
    second = await desk.give(text_file(STORY), how=PRESET, name="lagi.csv")
    assert second.headers["location"] == first.headers["location"]
    again = await send(desk.browser, first.headers["location"], {"how": PRESET})
    assert again.headers["location"] == first.headers["location"]
    assert len(desk.kept()) == 1
    assert await desk.work() == 1
    third = await desk.give(text_file(STORY), how=PRESET)
    assert third.headers["location"] == first.headers["location"]
    assert await desk.work() == 0
    assert desk.kept() == []
    assert await desk.floor.value("SELECT count(*) FROM import_run") == 1
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 1


async def test_two_presses_at_once_are_one_file_one_job_and_one_run(desk: Desk) -> None:
    await desk.browser.get("/orders/import")
    answers = await asyncio.gather(*[desk.give(text_file(STORY), how=PRESET) for _ in range(4)])
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(desk.kept()) == 1
    assert await desk.work() == 1
    assert await desk.floor.value("SELECT count(*) FROM import_run") == 1


async def test_a_finished_file_taken_up_again_by_a_late_job_does_nothing(desk: Desk) -> None:
    await desk.give(text_file(STORY), how=PRESET)
    [job] = await desk.floor.all("SELECT args FROM procrastinate_jobs WHERE task_name = 'importing.file'")
    await desk.work()
    before = await desk.floor.all("SELECT id, report FROM import_run")
    await import_file.func(Context({"tools": desk.tools}), **job.args)
    assert await desk.floor.all("SELECT id, report FROM import_run") == before
    assert await desk.floor.value("SELECT state FROM import_upload") == "finished"


async def test_a_job_whose_worker_died_half_way_goes_on_where_it_stopped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As the process ends, nothing behind it runs."""

    async def dies(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(running, "CHUNK_LINES", 2)
    await desk.give(text_file(STORY), how=PRESET)
    with monkeypatch.context() as patch:
        patch.setattr(running, "match_next", dies)
        with pytest.raises(Killed):
            await desk.work()
    assert await desk.floor.all("SELECT state, lines_read FROM import_run") == [("matching", 3)]
    assert await desk.floor.value("SELECT state FROM import_upload") == "running"
    [run] = await desk.floor.all("SELECT id FROM import_run")
    [path] = set(
        re.findall(r'href="(/orders/import/runs/[^"]+)"', (await desk.browser.get("/orders/import")).text)
    )
    page = await desk.browser.get(path)
    assert "Mencocokkan pembatalan" in words(page)
    assert "2 dari 3 baris" in words(page)

    await desk.work()
    assert await desk.floor.all("SELECT id, state FROM import_run") == [(run.id, "finished")]
    assert await desk.floor.all("SELECT state, fault FROM import_upload") == [("finished", None)]
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 1


async def test_a_file_that_is_too_large_is_refused_in_words_and_leaves_nothing(desk: Desk) -> None:
    large = await desk.give(b"x" * (1024 * 1024 + 1))
    assert large.status_code == 422
    assert "lebih besar dari 1 MB" in words(large)
    assert desk.kept() == []
    assert await desk.floor.value("SELECT count(*) FROM import_upload") == 0
    exact = await desk.give(b"x" * (1024 * 1024))
    assert exact.status_code == 303


@pytest.mark.parametrize(
    ("name", "said"),
    [("berkas.docx", "Yang bisa dibaca: .parquet, .csv"), ("", "Pilih dulu berkasnya.")],
)
async def test_what_is_no_such_file_is_refused_beside_its_field(desk: Desk, name: str, said: str) -> None:
    answer = await desk.give("halo", name=name)
    assert answer.status_code == 422
    assert said in words(answer)
    assert desk.kept() == []


async def test_a_file_name_with_a_path_is_only_a_name(desk: Desk) -> None:
    await desk.give(text_file(STORY), name="../../etc/cron.d/x.csv")
    assert await desk.floor.value("SELECT source FROM import_upload") == "x.csv"
    assert len(desk.kept()) == 1


async def test_a_form_without_our_token_leaves_nothing(desk: Desk) -> None:
    await desk.browser.get("/orders/import")
    for token in ("", "x" * 128, desk.browser.cookies["orderan_csrf"][::-1]):
        assert (await desk.give(text_file(STORY), token=token)).status_code == 403
    late = await desk.browser.post(
        "/orders/import",
        files=[
            ("file", ("a.csv", b"x", "text/csv")),
            ("_csrf_token", (None, desk.browser.cookies["orderan_csrf"].encode())),
        ],
    )
    assert late.status_code == 403
    cut = await desk.browser.post(
        "/orders/import",
        content=b'--b\r\nContent-Disposition: form-data; name="_csrf_token"\r\n\r\n'
        + desk.browser.cookies["orderan_csrf"].encode()
        + b'\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nhalf',
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert cut.status_code == 400
    assert desk.kept() == []
    assert await desk.floor.value("SELECT count(*) FROM import_upload") == 0


async def test_somebody_kept_to_a_channel_may_not_bring_orders_of_all(
    desk: Desk, house: House, hire: Hire, floor: ShopFloor, now: datetime
) -> None:
    async def command(tx: Tx) -> Any:
        return await add_channel(tx, code="web", name="Web", kind=ChannelKind.WEB, now=now)

    channel = await floor.run(command)
    await hire("sebagian@toko.test", "operations", channel_ids=frozenset({channel.id}))
    async with house.browser() as browser:
        await sign_in(browser, "sebagian@toko.test")
        assert (await browser.get("/orders/import")).status_code == 403
        part = Desk(browser, floor, desk.tools)
        await browser.get("/orders")
        assert (await part.give(text_file(STORY))).status_code == 403
    assert desk.kept() == []


async def test_columns_are_chosen_by_hand_beside_the_first_lines(desk: Desk) -> None:
    given = await desk.give(OTHER)
    path = given.headers["location"]
    page = await desk.browser.get(path)
    assert "2 baris pertama" in words(page)
    for cell in ("Harga satuan", "25/11/2026 08:10", "7.250,5"):
        assert f">{cell}<" in page.text
    for field, column in (
        ("invoice", "Nomor"),
        ("sku", "Kode"),
        ("time", "Tanggal"),
        ("price", "Harga satuan"),
    ):
        select = page.text.split(f'name="column_{field}"')[1].split("</select>")[0]
        assert re.findall(r'value="([^"]*)" selected', select) == [column]

    fields = {
        "how": "columns", "name": "Toko Lama!", "column_invoice": "Nomor", "column_sku": "",
        "column_quantity": "Jumlah", "column_time": "Tanggal", "column_price": "Harga satuan",
        "column_customer": "Pelanggan", "money_currency": "IDR", "zone": "Asia/Jakarta", "mark": "prefix",
        "mark_prefix": "", "duplicates": "wait", "missing_customer": "guest",
    }  # fmt: skip
    wrong = await send(desk.browser, path, fields)
    assert wrong.status_code == 422
    assert "Pilih kolomnya." in words(wrong)
    assert "Huruf kecil, angka, dan tanda hubung" in words(wrong)
    assert "Tulis huruf yang mengawali nomornya." in words(wrong)
    assert await desk.floor.value("SELECT state FROM import_upload") == "chosen"
    unread = {"name": "toko-lama", "column_sku": "Kode", "mark": "", "column_price": "Pelanggan"}
    refused = await send(desk.browser, path, fields | unread)
    assert refused.status_code == 422
    assert "Tak satu pun dari 2 baris pertama bisa dibaca: Harganya tidak terbaca." in words(refused)
    assert await desk.work() == 0

    good = await send(desk.browser, path, fields | unread | {"column_price": "Harga satuan"})
    assert good.status_code == 303
    await desk.work()
    orders = await desk.floor.all("SELECT external_id, total_minor, placed_at FROM sales_order")
    assert [(order.external_id, order.total_minor) for order in orders] == [("1", 25_000 + 7_251)]
    assert orders[0].placed_at.isoformat() == "2026-11-25T01:10:00+00:00"


BY_COLUMNS = {
    "how": "columns", "name": "toko-lama", "column_invoice": "Nomor", "column_sku": "Kode",
    "column_quantity": "Jumlah", "column_time": "Tanggal", "column_price": "Harga satuan",
    "column_customer": "Pelanggan", "money_currency": "IDR", "zone": "Asia/Jakarta", "mark": "",
    "duplicates": "wait", "missing_customer": "guest",
}  # fmt: skip


async def run_page(desk: Desk, path: str) -> Any:
    """The page an upload leads to once its run has begun."""
    moved = await desk.browser.get(path)
    assert moved.status_code == 303
    return await desk.browser.get(moved.headers["location"])


async def test_an_order_of_day_and_month_that_was_taken_is_told_and_can_be_chosen(desk: Desk) -> None:
    unsure = OTHER.replace("25/11/2026", "3/4/2026")
    path = (await desk.give(unsure)).headers["location"]
    assert (await send(desk.browser, path, BY_COLUMNS | {"day_order": "ymd"})).status_code == 422
    assert (await send(desk.browser, path, BY_COLUMNS | {"day_order": "auto"})).status_code == 303
    await desk.work()
    page = words(await run_page(desk, path))
    assert "Yang dipakai: bulan di depan." in page
    assert 'tulis day_order = "dmy" di bawah [time]' in page
    placed = await desk.floor.value("SELECT placed_at FROM sales_order")
    assert placed.isoformat() == "2026-03-04T01:10:00+00:00"

    other = (await desk.give(unsure.replace("\n1;", "\n2;"))).headers["location"]
    await send(desk.browser, other, BY_COLUMNS | {"day_order": "dmy"})
    await desk.work()
    assert "urutan hari dan bulan" not in words(await run_page(desk, other))
    placed = await desk.floor.value("SELECT placed_at FROM sales_order WHERE external_id = '2'")
    assert placed.isoformat() == "2026-04-03T01:10:00+00:00"


async def test_a_mapping_in_toml_starts_at_once_and_a_wrong_one_says_everything(desk: Desk) -> None:
    wrong = await desk.give(OTHER, how="toml", toml='name = "x y"\n[columns]\ninvoice = "Nomor"\n')
    assert wrong.status_code == 422
    assert "name:" in words(wrong)
    assert "columns.sku: Field required" in words(wrong)
    assert await desk.floor.value("SELECT state FROM import_upload") == "chosen"
    good = """
    name = "toko"
    [columns]
    invoice = "Nomor"
    sku = "Kode"
    quantity = "Jumlah"
    time = "Tanggal"
    price = "Harga satuan"
    [money]
    currency = "IDR"
    decimal_sign = "auto"
    [time]
    zone = "Asia/Jakarta"
    day_order = "dmy"
    """
    assert (await desk.give(OTHER, how="toml", toml=good)).status_code == 303
    await desk.work()
    assert await desk.floor.value("SELECT total_minor FROM sales_order") == 32_251


TWO = OTHER.replace("1;TEH", "2;TEH").replace("7.250,5", "7250")


RIGHT = """
name = "toko-lama"
[columns]
invoice = "Nomor"
sku = "Kode"
quantity = "Jumlah"
time = "Tanggal"
price = "Harga satuan"
[money]
currency = "IDR"
decimal_sign = "auto"
[time]
zone = "Asia/Jakarta"
day_order = "dmy"
"""
NO_TEA = RIGHT + '[codes]\nnot_sales = ["TEH"]\n'


async def read_wrongly(desk: Desk) -> str:
    """A file whose first mapping takes tea for no sale; the path of its upload."""
    path = (await desk.give(TWO)).headers["location"]
    assert (await send(desk.browser, path, {"how": "toml", "toml": NO_TEA})).status_code == 303
    assert await desk.work() == 1
    assert await fates_of(desk) == [(1, "ordered"), (2, "waiting")]
    return str(path)


async def fates_of(desk: Desk) -> list[tuple[int, str]]:
    """What became of each line, by the run that answers for it now."""
    rows = await desk.floor.all(
        """
        SELECT DISTINCT ON (number) number, outcome FROM import_outcome WHERE taken_up_by IS NULL
        ORDER BY number, run_id DESC
        """
    )
    return [(row.number, row.outcome) for row in rows]


async def test_a_file_read_under_a_wrong_mapping_is_brought_again_and_read_under_another(
    desk: Desk, now: datetime
) -> None:
    path = await read_wrongly(desk)
    first = await run_page(desk, path)
    assert "Baca lagi dengan pemetaan lain" in words(first)
    [run] = await desk.floor.all("SELECT id FROM import_run")

    again = await desk.give(TWO, name="lagi.csv")
    assert again.headers["location"] == path
    form = await desk.browser.get(path)
    assert "Berkas ini sudah pernah dibaca." in words(form)
    assert f'href="/orders/import/runs/{to_text("imr", run.id)}"' in form.text
    assert "Baca lagi dengan pemetaan lain" in words(form)
    assert "Belum ada pesanan yang dibuat" not in words(form)
    assert re.findall(r'value="([^"]*)"[^>]* name="name"', form.text) == ["toko-lama"]
    assert await desk.floor.value("SELECT uploaded_at FROM import_upload") == now

    # Under another name it would be sold twice; the orders stay where they are.
    answers = await asyncio.gather(
        *[send(desk.browser, path, BY_COLUMNS | {"name": "nama-lain", "day_order": "dmy"}) for _ in range(3)]
    )
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert await desk.work() == 1
    assert await fates_of(desk) == [(1, "ordered"), (2, "ordered")]
    report = await run_page(desk, path)
    assert "Baris di berkas 2 Menjadi pesanan 2 Menjadi retur 0 Menunggu 0 Sudah ada sebelumnya 1" in words(
        report
    )
    orders = await desk.floor.all("SELECT external_id, total_minor FROM sales_order ORDER BY external_id")
    assert [tuple(order) for order in orders] == [("1", 25_000), ("2", 7_250)]
    assert await desk.floor.value("SELECT count(*) FROM import_run") == 2
    assert await desk.floor.value("SELECT count(*) FROM channel WHERE kind = 'import'") == 1
    assert await desk.floor.all("SELECT 1 FROM exception_entry WHERE state = 'open'") == []
    assert desk.kept() == []
    listed = (await desk.browser.get("/orders/import")).text
    assert len(set(re.findall(r'href="(/orders/import/runs/[^"]+)"', listed))) == 2


async def test_a_file_brought_again_with_its_new_mapping_beside_it_starts_at_once_and_once(
    desk: Desk,
) -> None:
    path = await read_wrongly(desk)
    wrong = await desk.give(TWO, how="toml", toml="name = 'x'")
    assert wrong.status_code == 422
    assert await desk.work() == 0
    answers = await asyncio.gather(*[desk.give(TWO, how="toml", toml=RIGHT) for _ in range(3)])
    assert {answer.headers["location"] for answer in answers} == {path}
    assert len(desk.kept()) == 1
    assert await desk.work() == 1
    assert await desk.floor.value("SELECT count(*) FROM import_run") == 2
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 2
    late = await desk.give(TWO, how="toml", toml=RIGHT)
    assert late.headers["location"] == path
    assert await desk.work() == 0
    assert desk.kept() == []


async def test_two_late_sendings_at_once_of_a_file_that_is_in_are_both_led_to_its_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await read_wrongly(desk)
    settle = order_imports._settle_twin

    def overtaken(folder: UploadFolder, stored: str, upload: Upload) -> None:
        """The other one was first to see that nothing is to be done, and took the file off."""
        settle(folder, stored, upload)
        folder.forget(upload.stored)

    monkeypatch.setattr(order_imports, "_settle_twin", overtaken)
    late = await desk.give(TWO, how="toml", toml=NO_TEA)
    assert (late.status_code, late.headers["location"]) == (303, path)
    assert await desk.work() == 0
    assert await desk.floor.value("SELECT count(*) FROM import_run") == 1
    assert await desk.floor.value("SELECT state FROM import_upload") == "finished"
    assert desk.kept() == []


async def test_a_file_brought_again_and_taken_off_leaves_its_orders_and_its_run(desk: Desk) -> None:
    path = await read_wrongly(desk)
    await desk.give(TWO)
    assert (await send(desk.browser, f"{path}/forget", {})).status_code == 303
    assert desk.kept() == []
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 1
    [run] = await desk.floor.all("SELECT id FROM import_run")
    listed = (await desk.browser.get("/orders/import")).text
    assert set(re.findall(r'href="(/orders/import/runs/[^"]+)"', listed)) == {
        f"/orders/import/runs/{to_text('imr', run.id)}"
    }


async def test_a_file_the_command_line_read_is_known_in_the_browser(
    desk: Desk, now: datetime, tmp_path: Path
) -> None:
    path = tmp_path / "cli.csv"
    path.write_text(text_file([sale(), sale("7", quantity="dua")]))
    await running.start(
        desk.floor.db, desk.floor.shop, path, preset("online-retail"), clock=SetClock(now),
        actor="system:import", channel="toko-lama",
    )  # fmt: skip
    given = await desk.give(path.read_bytes())
    form = await desk.browser.get(given.headers["location"])
    assert "Berkas ini sudah pernah dibaca." in words(form)
    assert "Berkas ini dikenal" not in words(form)
    await send(desk.browser, given.headers["location"], {"how": PRESET})
    await desk.work()
    assert await desk.floor.value("SELECT count(*) FROM import_run") == 1
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 1


async def test_a_file_that_stops_says_why_in_the_inbox_too_and_is_begun_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = await desk.give(text_file(STORY), how=PRESET)
    path = given.headers["location"]
    [name] = desk.kept()
    aside = (desk.folder / name).rename(desk.folder / "aside")
    await desk.work()
    stopped = await desk.browser.get(path)
    assert "Berkasnya sudah tidak tersimpan. Unggah lagi." in words(stopped)
    entries = await desk.floor.all("SELECT kind, reason, state FROM exception_entry")
    assert [tuple(entry) for entry in entries] == [("import_run", "import_source_refused", "open")]
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 0

    again = await desk.give(text_file(STORY), how=PRESET)
    assert again.headers["location"] == path
    assert desk.kept() == sorted([name, aside.name])
    assert [tuple(e) for e in await desk.floor.all("SELECT state FROM exception_entry")] == [("resolved",)]

    async def breaks(*_: object, **__: object) -> None:
        message = "a bug"
        raise RuntimeError(message)

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "start", breaks)
        await desk.work()
    assert "karena kesalahan kami (RuntimeError)" in words(await desk.browser.get(path))
    assert (await send(desk.browser, path, {"how": PRESET})).status_code == 303
    assert await desk.work() == 1
    assert await desk.floor.value("SELECT state FROM import_upload") == "finished"
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 1


async def test_a_file_nobody_starts_can_be_taken_off_and_goes_by_itself_after_a_week(
    desk: Desk, house: House, now: datetime
) -> None:
    given = await desk.give(text_file(STORY))
    gone = await send(desk.browser, f"{given.headers['location']}/forget", {})
    assert (gone.status_code, gone.headers["location"]) == (303, "/orders/import")
    assert desk.kept() == []
    assert await desk.floor.value("SELECT count(*) FROM import_upload") == 0

    await desk.give(text_file(STORY))
    house.clock.at = now + timedelta(days=6)
    await sign_in(desk.browser, "operasi@toko.test")
    await desk.give(OTHER)
    assert len(desk.kept()) == 2
    house.clock.at = now + timedelta(days=8)
    await sign_in(desk.browser, "operasi@toko.test")
    await desk.give(OTHER + "\n")
    assert len(desk.kept()) == 2
    assert await desk.floor.value("SELECT count(*) FROM import_upload") == 2


async def test_a_file_whose_import_has_begun_cannot_be_taken_off(desk: Desk) -> None:
    given = await desk.give(text_file(STORY), how=PRESET)
    refused = await send(desk.browser, f"{given.headers['location']}/forget", {})
    assert refused.status_code == 409
    assert len(desk.kept()) == 1
    assert await desk.floor.value("SELECT state FROM import_upload") == "waiting"


async def entry_paths(desk: Desk) -> list[str]:
    [run] = set(
        re.findall(r'href="(/orders/import/runs/[^"]+)"', (await desk.browser.get("/orders/import")).text)
    )
    return list(dict.fromkeys(re.findall(r'href="(/inbox/exc_[^"]+)"', (await desk.browser.get(run)).text)))


async def test_a_waiting_line_is_corrected_on_its_page_and_becomes_an_order(desk: Desk) -> None:
    await desk.give(text_file([sale(), sale("7", quantity="dua"), sale("7", "71053", "x")]), how=PRESET)
    await desk.work()
    [path] = await entry_paths(desk)
    page = await desk.browser.get(path)
    assert "2 baris menunggu: Jumlahnya tidak terbaca." in words(page)
    assert 'name="2.quantity"' in page.text
    assert 'value="dua"' in page.text
    half = await send(desk.browser, f"{path}/resubmit", {"2.quantity": "2", "3.quantity": "y"})
    assert half.status_code == 422
    assert 'value="y"' in half.text
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 1

    done = await send(
        desk.browser, f"{path}/resubmit", {"2.quantity": "2", "3.quantity": "3", "all.customer": "13047"}
    )
    assert (done.status_code, done.headers["location"]) == (303, path)
    orders = await desk.floor.all("SELECT external_id, total_minor FROM sales_order ORDER BY external_id")
    assert [tuple(order) for order in orders] == [("536365", 1530), ("7", 510 + 765)]
    closed = await desk.browser.get(path)
    [order] = re.findall(r'href="(/orders/ord_[^"]+)"', closed.text)
    assert "71053" in (await desk.browser.get(order)).text
    again = await send(desk.browser, f"{path}/resubmit", {})
    assert again.status_code == 422
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 2
    assert await desk.floor.value("SELECT count(*) FROM audit_entry WHERE action = 'import.resubmitted'") == 1


async def test_a_line_whose_columns_ran_together_is_written_anew(desk: Desk) -> None:
    content = text_file([sale("1"), sale("2")]).replace("LIGHT HOLDER", "LIGHT, HOLDER", 1)
    await desk.give(content, how=PRESET)
    await desk.work()
    [path] = await entry_paths(desk)
    page = await desk.browser.get(path)
    assert "1 | 85123A | LIGHT | HOLDER | 6 | 2010-12-01 08:26 | 2.55" in words(page)
    fields = {"invoice": "1", "sku": "85123A", "quantity": "6", "time": "2010-12-01 08:26", "price": "2.55"}
    done = await send(desk.browser, f"{path}/resubmit", {f"1.{name}": text for name, text in fields.items()})
    assert done.status_code == 303
    orders = await desk.floor.all("SELECT external_id, total_minor FROM sales_order ORDER BY external_id")
    assert [tuple(order) for order in orders] == [("1", 1530), ("2", 1530)]


async def test_who_may_only_close_entries_sees_the_lines_and_has_no_form(
    desk: Desk, house: House, hire: Hire
) -> None:
    await desk.give(text_file([sale(), sale("7", quantity="dua")]), how=PRESET)
    await desk.work()
    [path] = await entry_paths(desk)
    await hire("uang@toko.test", "finance")
    async with house.browser() as browser:
        await sign_in(browser, "uang@toko.test")
        page = await browser.get(path)
        assert "dua" in words(page)
        assert "/resubmit" not in page.text
        assert (await send(browser, f"{path}/resubmit", {"2.quantity": "2"})).status_code == 403
    assert await desk.floor.value("SELECT count(*) FROM sales_order") == 1
