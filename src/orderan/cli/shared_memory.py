"""Where processes count together: files they all map, kept in memory and not on the data disk.

A write to a mapped file on a full disk has no way to fail but SIGBUS: every web process would die
for its counters, just when it should tell people that the disk is full.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made in it has a random name and is ours alone
PREFIX = "orderan-metrics-"


def fresh_folder(link: Path) -> Path:
    """An empty folder in memory, reached by `link`; the one a killed run left behind is removed.

    Where the system has no disk in memory the folder is `link` itself.
    """
    remove_folder(link)
    if not os.access(MEMORY, os.W_OK):
        link.mkdir(mode=0o700)
        return link
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=MEMORY))
    link.symlink_to(folder)
    return link


def remove_folder(link: Path) -> None:
    """Remove what `fresh_folder` made."""
    if link.is_symlink():
        target = link.readlink()
        if target.parent == MEMORY and target.name.startswith(PREFIX):
            shutil.rmtree(target, ignore_errors=True)
        link.unlink()
    else:
        shutil.rmtree(link, ignore_errors=True)
