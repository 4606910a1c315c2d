"""Outages are read from files as they come: cells missing, words unknown, other columns."""

from pathlib import Path
from random import Random

import pytest

from orderan.bench import CannotMeasure
from orderan.bench.incidents import Incident, Kind, happening, read_incidents

HEAD = "provider,component,failure_mode,severity_fraction,start_local,duration_min\n"


def read(folder: Path, *rows: str) -> tuple[Incident, ...]:
    file = folder / "incidents.csv"
    file.write_text(HEAD + "\n".join(rows), encoding="utf-8")
    return read_incidents(file).incidents


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("http_5xx", Kind.FAILING),
        ("ALL_FAIL", Kind.FAILING),
        ("timeouts", Kind.FAILING),
        ("webhook_delay", Kind.LATE_NEWS),
        ("webhook_delay+bad_gateway", Kind.FAILING),
        ("stuck_pending+no_webhooks", Kind.NOT_PAID),
        ("false_success", Kind.NOT_PAID),
        ("latency", Kind.SLOW),
        ("degraded", Kind.DEGRADATION),
        ("fluctuating_then_down", Kind.FAILING),
        ("extra_declines", Kind.DECLINES),
    ],
)
def test_a_failure_mode_is_told_by_its_gravest_word(tmp_path: Path, mode: str, kind: Kind) -> None:
    assert [one.kind for one in read(tmp_path, f"X,api,{mode},,,")] == [kind]


def test_cells_are_read_and_missing_ones_stay_missing(tmp_path: Path) -> None:
    assert read(
        tmp_path,
        "X,interbank transfer,timeouts,0.4,21:48,82.0",
        "X,,http_5xx,,,",
        "X,,http_5xx,often,late,-5",
    ) == (
        Incident(Kind.FAILING, 0.4, 82.0, 21.8, unknown=True, bank=True),
        Incident(Kind.FAILING, None, None, None, unknown=False, bank=False),
        Incident(Kind.FAILING, None, None, None, unknown=False, bank=False),
    )


def test_what_a_rail_does_not_show_and_what_is_not_understood_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "incidents.csv"
    file.write_text(HEAD + "X,,settlement_file_delay,,,\nX,,gremlins,,,\nX,,,,,\nX,,errors,,,\n", "utf-8")

    found = read_incidents(file)

    assert (len(found.incidents), found.off_rail, found.unread, found.rows) == (1, 1, 2, 4)


def test_a_file_that_is_not_there_or_says_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match=r"no file of incidents at .*absent\.csv"):
        read_incidents(tmp_path / "absent.csv")
    with pytest.raises(CannotMeasure, match="nothing in"):
        read(tmp_path, "X,,gremlins,,,")


def test_what_the_file_does_not_say_is_drawn_and_what_it_says_is_kept() -> None:
    told = Incident(Kind.FAILING, 0.04, 82.0, None, unknown=False, bank=False)
    untold = Incident(Kind.FAILING, None, None, None, unknown=False, bank=False)
    random = Random(1)

    assert happening(told, [told], random) == (Kind.FAILING, 0.04, 82 * 60)
    drawn = [happening(untold, [told, untold], random) for _ in range(400)]
    assert {seconds for _, _, seconds in drawn} == {82 * 60}
    assert 150 <= [kind for kind, _, _ in drawn].count(Kind.OUTAGE) <= 250
    assert all(0.15 <= share <= 1 for _, share, _ in drawn)


@pytest.mark.parametrize(("minutes", "seconds"), [(0.5, 180), (30.0, 1_800), (15_507.0, 28_800)])
def test_lengths_are_kept_within_what_a_month_has_room_for(minutes: float, seconds: int) -> None:
    incident = Incident(Kind.SLOW, None, minutes, None, unknown=False, bank=False)

    assert happening(incident, [incident], Random(1)) == (Kind.SLOW, 0.7, seconds)
