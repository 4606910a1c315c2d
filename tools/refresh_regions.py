"""Rewrite the administrative areas shipped with the product from their package archive.

The areas come from the npm package `idn-area-data` (data under ODbL 1.0). Fetch the archive with
the registry's own client and hand its path over:

    npm pack idn-area-data@4.0.1
    python tools/refresh_regions.py idn-area-data-4.0.1.tgz

Nothing but white space and one known slip (a double quote where an apostrophe belongs) is changed,
and the output is the same for the same archive to the byte, so that a refresh shows as a diff of
SOURCE.md and of one file.
"""

import csv
import gzip
import hashlib
import io
import json
import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).parents[1] / "src" / "orderan" / "customers" / "regions"
TABLES = ("provinces", "regencies", "districts", "villages")

# Every code of the ministry's table: 11, 11.01, 11.01.01, 11.01.01.2001.
CODE = re.compile(r"\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?")


def main(archive: Path) -> None:
    """Read the archive, check that it is what we think, write areas, licence and source note."""
    with tarfile.open(archive) as package:
        about = json.loads(_read(package, "package/package.json"))
        if about["name"] != "idn-area-data":
            raise SystemExit(f"{archive} holds {about['name']}, not idn-area-data")
        areas = dict(sorted(_areas(package)))
        licence = _read(package, "package/data/LICENSE.md")

    orphans = [code for code in areas if "." in code and code.rpartition(".")[0] not in areas]
    if orphans:
        raise SystemExit(f"areas without a parent: {orphans[:10]}")

    (HOME / "areas.csv.gz").write_bytes(_packed(areas))
    (HOME / "LICENSE-ODbL.md").write_text(licence, encoding="utf-8")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (HOME / "SOURCE.md").write_text(_source(about["version"], digest, areas), encoding="utf-8")


def _areas(package: tarfile.TarFile) -> Iterator[tuple[str, str]]:
    for table in TABLES:
        for row in csv.DictReader(io.StringIO(_read(package, f"package/data/{table}.csv"))):
            code, name = row["code"], " ".join(row["name"].split()).replace('"', "'")
            if not CODE.fullmatch(code) or not name:
                raise SystemExit(f"unreadable row in {table}: {row}")
            yield code, name


def _read(package: tarfile.TarFile, path: str) -> str:
    member = package.extractfile(path)
    if member is None:
        raise SystemExit(f"{path} is not in the archive")
    return member.read().decode("utf-8")


def _packed(areas: dict[str, str]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("code", "name"))
    rows.writerows(areas.items())
    return gzip.compress(text.getvalue().encode("utf-8"), compresslevel=9, mtime=0)


def _source(version: str, digest: str, areas: dict[str, str]) -> str:
    counts = [sum(code.count(".") == level for code in areas) for level in range(4)]
    return (
        "# Where the areas come from\n\n"
        f"`areas.csv.gz` is made from the npm package `idn-area-data` {version}\n"
        f"(archive sha256 `{digest}`)\n"
        "by `tools/refresh_regions.py`. Code and name of every province, regency or city, district\n"
        f"and village: {counts[0]}, {counts[1]}, {counts[2]} and {counts[3]} of them. A parent's code\n"
        "is the code without its last part.\n\n"
        "The data is made available under the Open Database License 1.0 (`LICENSE-ODbL.md`), and so\n"
        "is this file made from it; the rest of Orderan has its own licence.\n\n"
        "There are no postcodes in it: no maintained package with a clear licence for them was\n"
        "found. A shop brings its own list (`load_postcodes`): columns `code` or `kode`, and\n"
        "`postcode` or `kodepos`.\n"
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
