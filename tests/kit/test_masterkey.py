"""The master key: made once, kept private, never silently replaced."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from orderan.kit.masterkey import MasterKeyRefused, fingerprint, obtain


def test_it_is_made_once_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / "new" / "master.key"
    made = obtain(file, create=True)
    assert len(made) == 32
    assert obtain(file, create=True) == made
    assert obtain(file, create=False) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]


def test_many_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: obtain(tmp_path / "master.key", create=True), range(8)))
    assert keys == {(tmp_path / "master.key").read_bytes()}


def test_a_missing_key_is_refused_and_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyRefused, match="is missing: put it back"):
        obtain(tmp_path / "master.key", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_key_of_another_length_or_one_that_others_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_bytes(b"short")
    file.chmod(0o600)
    with pytest.raises(MasterKeyRefused, match="holds 5 bytes instead of 32"):
        obtain(file, create=True)
    file.write_bytes(os.urandom(32))
    file.chmod(0o640)
    with pytest.raises(MasterKeyRefused, match="can be read by others: chmod 600"):
        obtain(file, create=True)


def test_a_given_key_comes_before_the_file(tmp_path: Path) -> None:
    assert obtain(tmp_path / "master.key", given=b"k" * 32, create=True) == b"k" * 32
    assert list(tmp_path.iterdir()) == []


def test_the_fingerprint_tells_keys_apart() -> None:
    assert fingerprint(b"a" * 32) == fingerprint(b"a" * 32)
    assert fingerprint(b"a" * 32) != fingerprint(b"b" * 32)
    assert b"a".hex() * 8 not in fingerprint(b"a" * 32)
