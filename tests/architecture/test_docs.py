"""What the documents name exists: links, files, tests, commands, tasks, constraints and audit checks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from orderan.auditor.checks import CHECKS
from orderan.cli import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WRITTEN = [page for page in PAGES if "reference" not in page.parts or page.name == "README.md"]
"""Pages people write; the others under docs/reference are written from the code."""

LINK = re.compile(r"\[[^\]]*\]\((?P<to>[^)\s]+)\)")
FILE = re.compile(r"(?<![\w./-])(?:src|tests|docs|tools|locks)/[\w.\-/]*\w")
COMMAND = re.compile(r"(?:^|[`(/ ])orderan (?P<words>[a-z]+(?: [a-z]+)?)", re.MULTILINE)
TASK = re.compile(r"`make(?: (?P<name>[a-z]+))?|^make (?P<line>[a-z]+)", re.MULTILINE)
TEST = re.compile(r"`(?P<name>test_\w+)`")
NAMED = re.compile(r"`(?P<name>[a-z_]+\.[a-z_]+)`")
CONSTRAINT = re.compile(
    r"`(?P<name>(?:stock|movement|claim|answer|event|inbound|exception_entry|subject_key|customer|sales_order"
    r"|order_line|payment_event|task|import_run|import_outcome|shop)_[a-z_]+)`"
)

pages = pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))


def _code(page: Path) -> Iterator[str]:
    """What a page shows as code: blocks and words between backquotes, where commands are meant."""
    text = page.read_text()
    for block in re.findall(r"^ *```[a-z]*\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        yield from (line.strip() for line in block.splitlines())
    yield from re.findall(
        r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE)
    )


def test_there_is_something_to_check() -> None:
    assert {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"} <= {
        page.name for page in WRITTEN
    }
    assert (
        len(list((ROOT / "docs/architecture").glob("[01]*.md"))) == 10  # a page per promise
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = [match["to"].partition("#")[0] for match in LINK.finditer(page.read_text())]
    local = [to for to in targets if to and not re.match(r"[a-z]+:", to)]
    assert [to for to in local if not (page.parent / to).exists()] == []


@pages
def test_every_file_named_exists(page: Path) -> None:
    named = set(FILE.findall(page.read_text()))
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


@pages
def test_every_command_named_exists(page: Path) -> None:
    wrong = [
        match["words"]
        for code in _code(page)
        for match in COMMAND.finditer(code)
        if not _is_command(match["words"].split())
    ]
    assert wrong == []


@pages
def test_every_task_named_exists(page: Path) -> None:
    tasks = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {match["name"] or match["line"] for match in TASK.finditer(page.read_text())} - {None}
    assert named <= tasks


@pages
def test_every_test_named_stands_in_a_file_the_page_names(page: Path) -> None:
    text = page.read_text()
    files = [ROOT / name for name in set(FILE.findall(text)) if name.startswith("tests/")]
    there = "\n".join(file.read_text() for file in files if file.is_file() and file.suffix == ".py")
    named = {match["name"] for match in TEST.finditer(text)}
    assert sorted(name for name in named if f"def {name}(" not in there) == []


@pages
def test_every_constraint_and_every_check_of_the_auditor_named_exists(page: Path) -> None:
    text = page.read_text()
    migrations = "\n".join(file.read_text() for file in (ROOT / "src/orderan/migrations").glob("*.sql"))
    constraints = {match["name"] for match in CONSTRAINT.finditer(text)}
    assert sorted(name for name in constraints if name not in migrations) == []
    checks = {check.name for check in CHECKS}
    subjects = {name.partition(".")[0] for name in checks}
    named = {match["name"] for match in NAMED.finditer(text)}
    mistaken = [
        name
        for name in named - checks
        if name.partition(".")[0] in subjects
        and "re-proves" in text
        and name in text.partition("re-proves")[2]
    ]
    assert mistaken == []


def test_every_check_of_the_auditor_stands_on_the_page_of_its_promise() -> None:
    told = {int(page.name[:2]): page.read_text() for page in (ROOT / "docs/architecture").glob("[01]*.md")}
    silent = [check.name for check in CHECKS if f"`{check.name}`" not in told[check.promise]]
    assert silent == []


def _is_command(words: list[str]) -> bool:
    known = get_command(app)
    for word in words:
        if not isinstance(known, typer.core.TyperGroup):
            return True
        found = known.commands.get(word)
        if found is None:
            return False
        known = found
    return True
