"""Settings: defaults, every variable by name, and refusals that say which variable and why."""

import base64
from pathlib import Path

import pytest

from orderan.settings import SettingRefused, Settings

HOME = {"HOME": "/home/ani"}


def test_nothing_said_means_this_machine_only_and_the_embedded_database() -> None:
    settings = Settings.from_environment(HOME)
    assert settings.data_dir == Path("/home/ani/.local/share/orderan")
    assert settings.secrets.master_key_file == Path("/home/ani/.local/share/orderan/master.key")
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8000)
    assert settings.web.address == "http://127.0.0.1:8000"
    assert settings.database.embedded
    assert settings.secrets.master_key is None


def test_the_data_folder_comes_from_our_variable_then_xdg_then_home() -> None:
    xdg = HOME | {"XDG_DATA_HOME": "/xdg"}
    assert Settings.from_environment(xdg).data_dir == Path("/xdg/orderan")
    assert Settings.from_environment(xdg | {"ORDERAN_DATA_DIR": "/ours"}).data_dir == Path("/ours")


def test_every_word_of_the_environment_is_obeyed() -> None:
    settings = Settings.from_environment(
        {
            "ORDERAN_DATA_DIR": "/d",
            "ORDERAN_PORT": "8123",
            "ORDERAN_HOST": "::1",
            "ORDERAN_DATABASE_URL": "postgresql://u:p@h/d",
            "ORDERAN_PUBLIC_URL": "https://toko.example/",
            "ORDERAN_LOG_LEVEL": "WARNING",
            "ORDERAN_DB_LOCK_TIMEOUT": "2.5",
            "ORDERAN_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        }
    )
    assert settings.web.port == 8123
    assert settings.web.address == "https://toko.example"
    assert settings.web.secure
    assert settings.database.url == "postgresql://u:p@h/d"
    assert settings.database.lock_timeout_s == 2.5
    assert settings.logs.level == "warning"
    assert settings.secrets.master_key == bytes(range(32))
    assert "\\x01" not in repr(settings)


def test_an_empty_variable_counts_as_absent() -> None:
    assert Settings.from_environment(HOME | {"ORDERAN_PORT": "", "ORDERAN_DATABASE_URL": " "}) == (
        Settings.from_environment(HOME)
    )


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ORDERAN_PORT", "delapan", "'delapan' is not a whole number"),
        ("ORDERAN_PORT", "70000", "70000 is not between 1 and 65535"),
        ("ORDERAN_DB_LOCK_TIMEOUT", "nan", "nan is not between 0 and 86400"),
        ("ORDERAN_MASTER_KEY", "pendek", "is not base64"),
        ("ORDERAN_MASTER_KEY", "cGVuZGVr", "holds 6 bytes instead of 32"),
        ("ORDERAN_LOG_LEVEL", "loud", "'loud' is none of debug, info, warning, error"),
        ("ORDERAN_PUBLIC_URL", "toko.example", "'toko.example' must begin with http:// or https://"),
        (
            "ORDERAN_DATABASE_URL",
            "mysql://h/d",
            "must begin with postgresql://, as in postgresql://user:password@host/db",
        ),
        (
            "ORDERAN_DATABASE_URL",
            "postgresql://a:b%zz@127.0.0.1/x",
            "cannot be read (invalid percent-encoded token); a % in a password is written %25",
        ),
        (
            "ORDERAN_DATABASE_URL",
            "postgresql://h/d?nonsense=1",
            "cannot be read (invalid URI query parameter); a % in a password is written %25",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(name: str, value: str, reason: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        Settings.from_environment(HOME | {name: value})
    assert str(refused.value) == f"{name}: {reason}"
