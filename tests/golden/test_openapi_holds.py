"""Schemathesis over the whole document, with a key and without: no 5xx, no undocumented answer."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from databases import Databases, as_url
from faults.site import a_key_of_a_shop
from orderan.access import Permission
from orderan.bench.ground import web

pytestmark = pytest.mark.slow

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
GIVEN = os.environ.get("ORDERAN_SCHEMATHESIS_EXAMPLES")
EXAMPLES = int(GIVEN or 3)
"""Made up per operation; a release is tried with more."""
EVERYTHING = "examples,coverage,fuzzing"
PHASES = {True: EVERYTHING, False: EVERYTHING if GIVEN else "examples,fuzzing"}
"""Coverage goes through the edges of every parameter; without a key every road ends at the door, so that
is for a release."""
HEADS = ("= ERRORS", "= FAILURES")
PATIENCE_S = 300 + 20 * EXAMPLES


@dataclass
class Trial:
    """A run under way, and what it says."""

    process: "subprocess.Popen[bytes]"
    said: Path

    def ends(self) -> tuple[int, str]:
        """How it ended, with what it says of faults."""
        code, said = self.process.wait(PATIENCE_S), self.said.read_text()
        faults = min((at for head in HEADS if (at := said.find(head)) >= 0), default=0)
        return code, said[faults:][:20_000]


@pytest.fixture(scope="module")
def trials(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Trial]]:
    """Both runs, begun together against one web process over a database of the tests."""
    with ExitStack() as stack:
        database_url = stack.enter_context(databases.one())
        port = stack.enter_context(web(as_url(database_url))).port
        key = a_key_of_a_shop(
            database_url, stock={"kopi": 1_000, "gula": 1_000}, permissions=list(Permission)
        )
        yield {
            keyed: stack.enter_context(begun(port, key if keyed else None, tmp_path_factory.mktemp("trial")))
            for keyed in (True, False)
        }


@contextmanager
def begun(port: int, key: str | None, folder: Path) -> Iterator[Trial]:
    """A run that was started; whoever leaves before its end stops it."""
    said = folder / "said.txt"
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"http://127.0.0.1:{port}/api/openapi.json",
        *("--checks", CHECKS),
        *("--max-examples", str(EXAMPLES)),
        *("--phases", PHASES[key is not None]),
        # Its threads trip over each other now and then: one.
        *("--workers", "1"),
        *("--suppress-health-check", "all"),
        "--generation-deterministic",
        "--no-color",
        *(("--header", f"Authorization: Bearer {key}") if key else ()),
    ]
    with said.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield Trial(process, said)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without a key"])
def test_every_answer_is_one_the_document_promises(keyed: bool, trials: dict[bool, Trial]) -> None:
    code, said = trials[keyed].ends()

    assert code == 0, said
    assert "No issues found" in said or "passed" in said
