"""Schemathesis over the whole document, with a key and without: no 5xx, no undocumented answer."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.site import Site, open_for_business, serving
from orderan.access import Permission

pytestmark = pytest.mark.slow

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
GIVEN = os.environ.get("ORDERAN_SCHEMATHESIS_EXAMPLES")
EXAMPLES = int(GIVEN or 3)
"""Made up per operation; a release is tried with more."""
EVERYTHING = "examples,coverage,fuzzing"
PHASES = {True: EVERYTHING, False: EVERYTHING if GIVEN else "examples,fuzzing"}
"""Coverage goes through the edges of every parameter; without a key every road ends at the door, so that
is for a release."""
PATIENCE_S = 300 + 20 * EXAMPLES


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("openapi") / "data") as running:
        yield running


@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without a key"])
def test_every_answer_is_one_the_document_promises(keyed: bool, site: Site, tmp_path: Path) -> None:
    headers = []
    if keyed:
        key = open_for_business(site, stock={"kopi": 1_000, "gula": 1_000}, permissions=list(Permission))
        headers = ["--header", f"Authorization: Bearer {key}"]

    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"http://127.0.0.1:{site.port}/api/openapi.json",
            *("--checks", CHECKS),
            *("--max-examples", str(EXAMPLES)),
            *("--phases", PHASES[keyed]),
            *("--suppress-health-check", "all"),
            "--generation-deterministic",
            "--no-color",
            *headers,
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )

    assert done.returncode == 0, done.stdout[-6000:]
    assert "No issues found" in done.stdout or "passed" in done.stdout
