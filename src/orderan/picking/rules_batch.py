"""Which orders go on one trolley. Pure.

Savings: two orders belong together by how much shorter one walk for both is than two. The pair that saves
most is put together, then savings with the others are counted anew, until no trolley has room for another. Two of
which nothing is saved go together as well: that is one list less to take.

Source: the C&W(ii) algorithm of R. de Koster, E. S. van der Poort and M. Wolters, "Efficient orderbatching methods in
warehouses", International Journal of Production Research 37 (1999), section 3.2.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orderan.picking.models import Job, Trolley
from orderan.picking.rules_path import shortest

CLOSE: Final = 40
"""With so few orders trolleys are compared by their shortest walks, with more by what stands for them."""
_NEVER: Final = -1

Reach = NDArray[np.int64]


def trolleys(jobs: Sequence[Job], *, depth_cm: int, slots: int, most_units: int) -> list[Trolley]:
    """Jobs of each zone on trolleys; an order of more units than a trolley takes goes alone."""
    zones: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        zones[job.zone].append(job)
    made = []
    for zone in sorted(zones):
        groups = _together(zones[zone], depth_cm=depth_cm, slots=slots, most_units=most_units)
        groups = _bettered(groups, depth_cm=depth_cm, slots=slots, most_units=most_units)
        made += [Trolley(zone, group, walk_of(group, depth_cm=depth_cm)) for group in groups]
    return made


def walk_of(jobs: Sequence[Job], *, depth_cm: int) -> int:
    """Length of the shortest walk for these jobs."""
    return shortest(list({spot for job in jobs for spot in job.spots}), depth_cm=depth_cm).length_cm


def _together(jobs: Sequence[Job], *, depth_cm: int, slots: int, most_units: int) -> list[list[Job]]:
    groups: list[list[Job]] = [[job] for job in jobs]
    if slots < 2 or len(jobs) < 2:
        return groups
    across = np.array(sorted({0, *(x for job in jobs for x, _ in job.spots)}), dtype=np.int64)
    place = {int(x): index for index, x in enumerate(across)}
    reach = np.full((len(jobs), len(across)), _NEVER, dtype=np.int64)
    for index, job in enumerate(jobs):
        for x, y in job.spots:
            reach[index, place[x]] = max(reach[index, place[x]], y)
    units = np.array([job.units for job in jobs], dtype=np.int64)
    many = np.ones(len(jobs), dtype=np.int64)
    alone = _about(reach, across, depth_cm)
    saved = np.array([_saved(index, reach, alone, across, depth_cm) for index in range(len(jobs))])
    np.fill_diagonal(saved, _NEVER)
    while True:
        fits = (many[:, None] + many[None, :] <= slots) & (units[:, None] + units[None, :] <= most_units)
        best = int(np.argmax(np.where(fits, saved, _NEVER)))
        one, other = divmod(best, len(jobs))
        if saved[one, other] < 0 or not fits[one, other]:
            return [group for group in groups if group]
        groups[one] += groups[other]
        groups[other] = []
        reach[one] = np.maximum(reach[one], reach[other])
        units[one] += units[other]
        many[one] += many[other]
        alone[one] = _about(reach[one : one + 1], across, depth_cm)[0]
        saved[other, :] = saved[:, other] = _NEVER
        gone = saved[one] == _NEVER
        saved[one] = np.where(gone, _NEVER, _saved(one, reach, alone, across, depth_cm))
        saved[one, one] = _NEVER
        saved[:, one] = saved[one]


def _about(reach: Reach, across: Reach, depth_cm: int) -> Reach:
    """What stands for the length of walks: each aisle in and out or through, whichever is less, and the way to the last."""
    visited = reach >= 0
    within = np.where(visited, np.minimum(2 * reach, depth_cm), 0).sum(axis=1)
    far = np.where(visited, np.abs(across)[None, :], 0).max(axis=1)
    about: Reach = within + 2 * far
    return about


def _saved(one: int, reach: Reach, alone: Reach, across: Reach, depth_cm: int) -> Reach:
    both = _about(np.maximum(reach, reach[one][None, :]), across, depth_cm)
    saved: Reach = alone + alone[one] - both
    return saved


def _bettered(groups: list[list[Job]], *, depth_cm: int, slots: int, most_units: int) -> list[list[Job]]:
    """Move and swap orders between trolleys while that makes the walks shorter, where there are few of them."""
    if slots < 2 or len(groups) < 2 or sum(len(group) for group in groups) > CLOSE:
        return groups
    lengths = [walk_of(group, depth_cm=depth_cm) for group in groups]
    better = True
    while better:
        better = False
        for one in range(len(groups)):
            for other in range(len(groups)):
                if one != other and _exchange(groups, lengths, one, other, depth_cm, slots, most_units):
                    better = True
    return [group for group in groups if group]


def _exchange(
    groups: list[list[Job]],
    lengths: list[int],
    one: int,
    other: int,
    depth_cm: int,
    slots: int,
    most_units: int,
) -> bool:
    for job in list(groups[one]):
        for back in (None, *groups[other]):
            left = [kept for kept in groups[one] if kept is not job] + ([back] if back else [])
            right = [kept for kept in groups[other] if kept is not back] + [job]
            if not all(_fits(group, slots, most_units) for group in (left, right)):
                continue
            now = walk_of(left, depth_cm=depth_cm), walk_of(right, depth_cm=depth_cm)
            if sum(now) < lengths[one] + lengths[other]:
                groups[one], groups[other] = left, right
                lengths[one], lengths[other] = now
                return True
    return False


def _fits(group: Sequence[Job], slots: int, most_units: int) -> bool:
    return len(group) <= slots and (len(group) <= 1 or sum(job.units for job in group) <= most_units)
