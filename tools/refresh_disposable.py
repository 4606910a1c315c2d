"""Rewrite the list of throw-away mail domains shipped with the product from its package archive.

The domains come from the package `disposable-email-domains` (MIT). Fetch the archive with the registry's own client and
hand its path over:

    pip download --no-deps disposable-email-domains==0.0.293
    python tools/refresh_disposable.py disposable_email_domains-0.0.293-py3-none-any.whl

The output is the same for the same archive to the byte.
"""

import ast
import hashlib
import sys
import zipfile
from pathlib import Path

HOME = Path(__file__).parents[1] / "src" / "orderan" / "trust" / "disposable"
LISTING = "disposable_email_domains/__init__.py"


def main(archive: Path) -> None:
    """Read the archive without running it; write domains, licence and source note."""
    with zipfile.ZipFile(archive) as package:
        named = next(name for name in package.namelist() if name.endswith(".dist-info/METADATA"))
        version = _version(package.read(named).decode())
        licence = package.read(named.replace("METADATA", "licenses/LICENSE.txt")).decode()
        domains = sorted(_domains(package.read(LISTING).decode()))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (HOME / "domains.txt").write_text("\n".join(domains) + "\n")
    (HOME / "LICENSE-MIT.txt").write_text(licence)
    (HOME / "SOURCE.md").write_text(
        "# Where the domains come from\n\n"
        f"`domains.txt` is the blocklist of the package `disposable-email-domains` {version}\n"
        f"(archive sha256 `{digest}`),\n"
        f"written by `tools/refresh_disposable.py`: {len(domains)} domains of mailboxes that anybody may open.\n"
        "The package is under the MIT licence (`LICENSE-MIT.txt`).\n"
    )


def _version(metadata: str) -> str:
    told = dict(
        line.split(": ", 1) for line in metadata.splitlines() if line.startswith(("Name: ", "Version: "))
    )
    if told["Name"] != "disposable-email-domains":
        raise SystemExit(f"{told['Name']} is not disposable-email-domains")
    return told["Version"]


def _domains(source: str) -> set[str]:
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == "blocklist":
            return set(ast.literal_eval(statement.value))
    raise SystemExit("the package has no blocklist")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
