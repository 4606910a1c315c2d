"""The warehouse's figures on little, and that they tell when something is wrong."""

from typing import Any

import pytest

from orderan.bench import labelling, sourcing
from orderan.bench.keeping import keep_shop
from orderan.bench.labelling import measure_labels
from orderan.bench.tracking import measure_tracking
from orderan.bench.weeks import Weeks
from orderan.printing import label_zpl


def test_labels_are_set_and_every_one_is_read_back() -> None:
    made = measure_labels(labels=6)
    assert made.labels_per_s > 0
    assert made.labels_undecodable == 0


def test_a_label_that_says_another_number_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_is_wrong(labels: Any) -> str:
        wrong: str = label_zpl(labels).replace(labels[2].awb, labels[3].awb)
        return wrong

    monkeypatch.setattr(labelling, "label_zpl", one_is_wrong)
    # Its own number is missing, and another one stands there.
    assert measure_labels(labels=4).labels_undecodable == 2


def test_the_exact_solver_prints_nothing_among_our_answers(capfd: pytest.CaptureFixture[str]) -> None:
    gap, worst = sourcing.gaps(4)
    assert 0 <= gap <= worst < 0.5
    assert capfd.readouterr().out == ""


@pytest.mark.slow
def test_parcels_stand_where_their_courier_has_them_and_forged_letters_move_nothing() -> None:
    told = measure_tracking(seconds=1.5, parcels=24, connections=8)
    assert told.tracking_events_per_s > 0
    assert told.tracking_wrong == 0


@pytest.mark.slow
def test_units_in_are_units_out_whatever_people_did() -> None:
    kept = keep_shop(weeks=1, orders=5)
    assert (kept.units_unexplained, kept.double_picks, kept.findings) == (0, 0, 0)
    assert kept.orders > 10
    # Which mistakes are made is the dice's, and few are made in a small week.
    assert {"lost", "mis-scan", "two on one list", "cancelled when packed"} <= kept.did.keys()
    assert not {"heard differently", "wrong parcel left", "left twice"} & kept.did.keys()


@pytest.mark.slow
def test_units_that_vanish_and_are_never_counted_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody_counts(_self: Weeks) -> None:
        """The evening before everybody goes home."""

    monkeypatch.setattr(Weeks, "count", nobody_counts)
    kept = keep_shop(weeks=1, orders=2)
    assert kept.units_unexplained >= kept.did["lost"] - kept.did.get("adjusted", 0) > 0
