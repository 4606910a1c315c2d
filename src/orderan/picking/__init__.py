"""Picking: which orders are walked together, on which way, and what pickers' phones say of every unit.

Owns     picking_policy, courier_cutoff, wave, pick_list, pick_list_task, pick_device, pick_event
Promises a task is on one list of each zone at most; what a phone says counts once, in its order, and only
         if it signed it; the way of a list is the shortest through its aisles
Speaks   nothing: what becomes of tasks is told by fulfilment
Ignores  orders, stock and bins: a task is an id, a bin a spot on the floor
"""

from orderan.picking.commands.policy import add_cutoff, drop_cutoff, set_policy
from orderan.picking.commands.scans import hear, open_device
from orderan.picking.commands.waves import (
    drop_wave,
    finish_list,
    leave_out,
    lock_list,
    lock_wave,
    make_wave,
    put_back,
    take_list,
)
from orderan.picking.errors import (
    CutoffTwice,
    DeviceNotFound,
    ListNotFound,
    ListOfAnother,
    NotAPolicy,
    NothingToRelease,
    ScanForged,
    ScanOutOfTurn,
    TakenByAnother,
    TasksInWaves,
    WaveNotFound,
)
from orderan.picking.models import (
    Cutoff,
    Heard,
    Job,
    Method,
    Outcome,
    PickingPolicy,
    PickList,
    Scan,
    ScanKind,
    Spot,
    Trolley,
    Walk,
    Wave,
)
from orderan.picking.rules_batch import trolleys, walk_of
from orderan.picking.rules_cutoff import first_for, is_due, next_closing
from orderan.picking.rules_path import distance, s_shape, shortest
from orderan.picking.rules_scan import device_key, signed
from orderan.picking.states import LIST, WAVE, ListEvent, ListState, WaveEvent, WaveState
from orderan.picking.store import lists_of
from orderan.picking.views import (
    PickerScore,
    automatic_places,
    cutoffs_of,
    find_list,
    last_hand,
    lists_waiting,
    lists_with,
    live_on,
    picker_scores,
    policy_of,
    slots_of,
    was_released,
    waves,
    zones_walked,
)

__all__ = [
    "LIST",
    "WAVE",
    "Cutoff",
    "CutoffTwice",
    "DeviceNotFound",
    "Heard",
    "Job",
    "ListEvent",
    "ListNotFound",
    "ListOfAnother",
    "ListState",
    "Method",
    "NotAPolicy",
    "NothingToRelease",
    "Outcome",
    "PickList",
    "PickerScore",
    "PickingPolicy",
    "Scan",
    "ScanForged",
    "ScanKind",
    "ScanOutOfTurn",
    "Spot",
    "TakenByAnother",
    "TasksInWaves",
    "Trolley",
    "Walk",
    "Wave",
    "WaveEvent",
    "WaveNotFound",
    "WaveState",
    "add_cutoff",
    "automatic_places",
    "cutoffs_of",
    "device_key",
    "distance",
    "drop_cutoff",
    "drop_wave",
    "find_list",
    "finish_list",
    "first_for",
    "hear",
    "is_due",
    "last_hand",
    "leave_out",
    "lists_of",
    "lists_waiting",
    "lists_with",
    "live_on",
    "lock_list",
    "lock_wave",
    "make_wave",
    "next_closing",
    "open_device",
    "picker_scores",
    "policy_of",
    "put_back",
    "s_shape",
    "set_policy",
    "shortest",
    "signed",
    "slots_of",
    "take_list",
    "trolleys",
    "walk_of",
    "was_released",
    "waves",
    "zones_walked",
]
