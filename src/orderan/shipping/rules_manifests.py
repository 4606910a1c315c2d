"""What a label is at a pick-up. Pure."""

import re

from orderan.shipping.manifests import Label, Manifest, ScanVerdict
from orderan.shipping.states import BookingState


def bare_awb(typed: str) -> str:
    """A tracking number as it is stored, whatever a scanner put around it."""
    return re.sub(r"\s+", "", typed).upper()[:60]


def judge_label(label: Label, manifest: Manifest) -> ScanVerdict:
    """What a label is: the first reason why it does not go along, as somebody with it in hand wants to hear it."""
    if label.left or label.booking_state == BookingState.HANDED_OVER:
        return ScanVerdict.GONE
    if label.booking_state is None or label.task_id is None:
        return ScanVerdict.UNKNOWN
    if label.booking_state != BookingState.BOOKED or label.task_state == "cancelled":
        return ScanVerdict.CANCELLED
    if label.courier != manifest.courier:
        return ScanVerdict.OTHER_COURIER
    if label.location_id != manifest.location_id:
        return ScanVerdict.OTHER_PLACE
    if label.task_state != "packed" or label.held:
        return ScanVerdict.NOT_READY
    return ScanVerdict.READY if label.parcels == 1 else ScanVerdict.SEVERAL
