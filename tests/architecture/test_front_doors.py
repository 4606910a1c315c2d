"""Our import contract: a domain is entered by its package; good and bad cases on a house of three rooms."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = """\
[importlinter]
root_package = house
contract_types =
    front_doors: tools.front_doors.FrontDoors

[importlinter:contract:doors]
name = Doors
type = front_doors
root = house
open_packages =
    kit
"""


def checked(folder: Path, guest: str) -> subprocess.CompletedProcess[str]:
    files = {
        "house/__init__.py": "",
        "house/stock/__init__.py": "from house.stock.store import lock\n",
        "house/stock/store.py": "from house.kit.db import Tx\n\nlock = Tx\n",
        "house/kit/__init__.py": "",
        "house/kit/db.py": "Tx = object\n",
        "house/orders/__init__.py": guest,
        "contracts.ini": CONFIG,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    lint = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", lint, "--config", "contracts.ini", "--no-cache", "--no-logo"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("guest", ["from house.stock import lock\n", "from house.kit.db import Tx\n"])
def test_the_front_door_and_open_packages_may_be_used(tmp_path: Path, guest: str) -> None:
    told = checked(tmp_path, guest)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Doors KEPT" in told.stdout


@pytest.mark.parametrize("guest", ["from house.stock.store import lock\n", "from house.stock import store\n"])
def test_climbing_in_through_the_window_is_told_with_the_way_round(tmp_path: Path, guest: str) -> None:
    told = checked(tmp_path, guest)
    assert told.returncode == 1, told.stdout + told.stderr
    assert "house.orders imports house.stock.store: take it from house.stock" in " ".join(told.stdout.split())
