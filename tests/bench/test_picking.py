"""Walks are held against one order at a time and against the exact shortest."""

import pytest

from orderan.bench import picking


def test_lists_are_walked_in_less_than_half_and_no_walk_is_longer_than_the_shortest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(picking, "WAVES", 1)
    monkeypatch.setattr(picking, "SMALL", 3)
    monkeypatch.setattr(picking, "MANY", 60)
    said: list[str] = []

    figures = picking.picking_figures(tell=said.append)

    assert figures["pick_path_vs_naive"] < 0.5
    assert figures["pick_trips_vs_naive"] < 1
    assert figures["pick_walk_vs_exact"] == 1
    assert 1 <= figures["pick_trolleys_vs_exact"] < 1.1
    assert "60 orders" in said[0]
