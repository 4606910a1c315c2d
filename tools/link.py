"""Put this working copy on its own virtual environment's path, with an `orderan` program.

`pip install -e .` would do the same after downloading a build tool that no lock covers.
"""

import sys
import sysconfig
from pathlib import Path

PROGRAM = """\
#!{python}
from orderan.cli import main

if __name__ == "__main__":
    main()
"""


def link(source: Path) -> None:
    Path(sysconfig.get_path("purelib"), "orderan-here.pth").write_text(f"{source}\n")
    program = Path(sysconfig.get_path("scripts"), "orderan")
    # A process that is spawned imports the program again, under another name: it must not run once more.
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)


if __name__ == "__main__":
    link(Path(__file__).resolve().parents[1] / "src")
