"""Who is told to wait so long is let in after that long, and not much earlier."""

from hypothesis import assume, given
from hypothesis import strategies as st

from orderan.kit.throttle import seconds_to_wait

WINDOW = 900


@given(
    most=st.integers(1, 50),
    hits=st.integers(0, 50),
    before=st.integers(0, 50),
    gone=st.integers(0, WINDOW - 1),
)
def test_after_the_seconds_told_there_is_room_and_before_there_is_not(
    most: int, hits: int, before: int, gone: int
) -> None:
    assume(hits <= most)
    assume(before <= most)
    wait = seconds_to_wait(hits, before, most=most, gone=gone, window=WINDOW)

    assert has_room(hits, before, most=most, at=gone + wait)
    assert wait == 0 or not has_room(hits, before, most=most, at=gone + wait - 1.01)
    assert wait <= 2 * WINDOW


def has_room(hits: int, before: int, *, most: int, at: float) -> bool:
    """Whether one more has room at an instant counted from the start of the first window."""
    if at < WINDOW:
        return hits + before * (1 - at / WINDOW) + 1 <= most + 1e-9
    return max(0.0, hits * (2 - at / WINDOW)) + 1 <= most + 1e-9
