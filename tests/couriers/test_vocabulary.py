"""Every word couriers have for where a parcel is, and what it is in ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderan.couriers import VOCABULARY, Status, read_word
from orderan.couriers.biteship.mapping import status_of

TABLE: list[tuple[str, Status, str]] = [
    ("biteship", Status.BOOKED, "confirmed, scheduled"),
    ("biteship", Status.COURIER_ASSIGNED, "allocated, picking_up"),
    ("biteship", Status.PICKED_UP, "picked"),
    ("biteship", Status.IN_TRANSIT, "dropping_off"),
    ("biteship", Status.DELIVERY_FAILED, "on_hold"),
    ("biteship", Status.DELIVERED, "delivered"),
    ("biteship", Status.RETURNING, "return_in_transit"),
    ("biteship", Status.RETURNED, "returned"),
    ("biteship", Status.CANCELLED, "cancelled, courier_not_found, rejected"),
    ("biteship", Status.DAMAGED, "disposed"),
    ("kiriminaja", Status.BOOKED, "100, 101, 102, 105, 110"),
    ("kiriminaja", Status.PICKED_UP, "103, 104"),
    ("kiriminaja", Status.IN_TRANSIT, "106, 107"),
    ("kiriminaja", Status.DELIVERY_FAILED, "152, 301, 310, 311"),
    ("kiriminaja", Status.DELIVERED, "200"),
    ("kiriminaja", Status.NOTED, "210, 211"),
    ("kiriminaja", Status.RETURNING, "401, 402, 403, 404"),
    ("kiriminaja", Status.CANCELLED, "302, 350"),
    ("kiriminaja", Status.DAMAGED, "333"),
    ("jne", Status.BOOKED, "PENDING PICKUP"),
    ("jne", Status.NOTED, "FAILED PICKUP"),
    ("jne", Status.PICKED_UP, "SUCCESS PICKUP, RECEIVED"),
    ("jne", Status.IN_TRANSIT, "SHIPPED"),
    ("jne", Status.DELIVERY_FAILED, "SHIPMENT PROBLEM, D24, D25, FOM, KRK, KRP, KRT, PS1, PS4"),
    ("jne", Status.DELIVERY_FAILED, "U01, U02, U03, U04, U05, U06, U07, U08, U09, U10, U11, U12, U13, U14"),
    ("jne", Status.DELIVERY_FAILED, "U21, U22, U23, U24, U25, UB1, UB2"),
    ("jne", Status.DELIVERED, "DELIVERED, D01"),
    ("jne", Status.RETURNING, "RETURN TO SHIPPER"),
    ("jne", Status.RETURNED, "R25"),
    ("jne", Status.CANCELLED, "CANCELLED"),
    ("jnt", Status.PICKED_UP, "100"),
    ("jnt", Status.IN_TRANSIT, "101"),
    ("jnt", Status.DELIVERY_FAILED, "150"),
    ("jnt", Status.NOTED, "151"),
    ("jnt", Status.DELIVERED, "200"),
    ("jnt", Status.RETURNING, "401"),
    ("jnt", Status.RETURNED, "402"),
    ("jnt", Status.CANCELLED, "162, 163"),
    ("sicepat", Status.BOOKED, "PICKREQ"),
    ("sicepat", Status.PICKED_UP, "PICK, DROP"),
    ("sicepat", Status.IN_TRANSIT, "IN, OUT"),
    ("sicepat", Status.OUT_FOR_DELIVERY, "ANT, ANTAR ULANG"),
    ("sicepat", Status.DELIVERY_FAILED, "NOT HOME, BAD ADDRESS, CODA"),
    ("sicepat", Status.NOTED, "HOLD, HOLD/PENDING"),
    ("sicepat", Status.DELIVERED, "DELIVERED"),
    ("sicepat", Status.RETURNING, "RETUR"),
    ("sicepat", Status.RETURNED, "RTN, RETURN"),
    ("sicepat", Status.CANCELLED, "CANCEL"),
    ("sicepat", Status.LOST, "LOST"),
    ("sicepat", Status.DAMAGED, "BROKEN"),
    ("ninja", Status.BOOKED, "Pending Pickup"),
    ("ninja", Status.COURIER_ASSIGNED, "Driver dispatched for Pickup"),
    ("ninja", Status.PICKED_UP, "Picked Up; In Transit to Origin Hub"),
    ("ninja", Status.IN_TRANSIT, "Arrived at Origin Hub, Arrived at Transit Hub, Arrived at Destination Hub"),
    ("ninja", Status.IN_TRANSIT, "In Transit to Next Sorting Hub"),
    ("ninja", Status.OUT_FOR_DELIVERY, "On Vehicle for Delivery"),
    ("ninja", Status.DELIVERED, "Delivered; Received by Customer, Delivered; Left at Doorstep"),
    ("ninja", Status.DELIVERED, "Delivered; Collected by Customer"),
    ("ninja", Status.DELIVERY_FAILED, "Delivery Exception; Pending Reschedule"),
    ("ninja", Status.DELIVERY_FAILED, "Delivery Exception; Max Attempts Reached"),
    ("ninja", Status.RETURNING, "Delivery Exception; Return to Sender Initiated"),
    ("ninja", Status.NOTED, "Pickup Exception; Max Attempts Reached"),
    ("ninja", Status.RETURNED, "Returned to Sender"),
    ("ninja", Status.CANCELLED, "Cancelled"),
    ("idexpress", Status.PICKED_UP, "Pick up scan"),
    ("idexpress", Status.IN_TRANSIT, "Sending scan, Arrival scan, Loading scan, Unloading scan"),
    ("idexpress", Status.OUT_FOR_DELIVERY, "Delivery Scan"),
    ("idexpress", Status.DELIVERY_FAILED, "Problem On Shipment scan"),
    ("idexpress", Status.DELIVERED, "POD scan"),
    ("idexpress", Status.NOTED, "POD Entry, Pickup Failure, Dropped Off at Store"),
    ("idexpress", Status.RETURNING, "Create Return Bill, Confirm Return Bill"),
    ("idexpress", Status.RETURNED, "Return POD Scan"),
    ("idexpress", Status.CANCELLED, "Automatic Cancel"),
    ("sap", Status.BOOKED, "ENTRI (PENDING PICKUP), ENTRI VERIFIED"),
    ("sap", Status.COURIER_ASSIGNED, "ENTRI (SEDANG DI PICKUP)"),
    ("sap", Status.PICKED_UP, "PICKED UP"),
    ("sap", Status.IN_TRANSIT, "MANIFEST OUTGOING, OUTGOING SMU, INCOMING"),
    ("sap", Status.OUT_FOR_DELIVERY, "DELIVERY"),
    ("sap", Status.DELIVERY_FAILED, "POD - UNDELIVERED"),
    ("sap", Status.DELIVERED, "POD - DELIVERED"),
    ("sap", Status.RETURNING, "OUTGOING RETURN, INCOMING RETURN, DELIVERY RETURN"),
    ("sap", Status.RETURNED, "SHIPMENT RETURN TO CLIENT"),
    ("sap", Status.CANCELLED, "VOID, VOID PICKUP"),
    ("gosend", Status.BOOKED, "confirmed"),
    ("gosend", Status.COURIER_ASSIGNED, "allocated, out_for_pickup"),
    ("gosend", Status.PICKED_UP, "picked"),
    ("gosend", Status.OUT_FOR_DELIVERY, "out_for_delivery"),
    ("gosend", Status.DELIVERY_FAILED, "on_hold"),
    ("gosend", Status.DELIVERED, "delivered"),
    ("gosend", Status.CANCELLED, "cancelled, rejected, no_driver"),
    ("grab", Status.BOOKED, "ALLOCATING, QUEUEING"),
    ("grab", Status.COURIER_ASSIGNED, "PICKING_UP, PENDING_PICKUP"),
    ("grab", Status.OUT_FOR_DELIVERY, "IN_DELIVERY"),
    ("grab", Status.DELIVERED, "COMPLETED"),
    ("grab", Status.DELIVERY_FAILED, "FAILED"),
    ("grab", Status.RETURNING, "IN_RETURN"),
    ("grab", Status.RETURNED, "RETURNED"),
    ("grab", Status.CANCELLED, "CANCELED"),
    ("anteraja", Status.OUT_FOR_DELIVERY, "240"),
    ("anteraja", Status.DELIVERED, "250, 255"),
]
"""Words of one status with commas between them; a semicolon stands for a comma within a word."""
ROWS = [
    (speaker, word.replace(";", ","), status)
    for speaker, status, words in TABLE
    for word in words.split(", ")
]


@pytest.mark.parametrize(("speaker", "word", "status"), ROWS)
def test_a_word_means_what_the_table_says_however_it_is_written(
    speaker: str, word: str, status: Status
) -> None:
    assert read_word(speaker, word) is status
    assert read_word(speaker, f"  {word.swapcase().replace(' ', '  ')} ") is status


def test_the_table_holds_every_word_there_is() -> None:
    told = {(speaker, " ".join(word.upper().split())) for speaker, word, _ in ROWS}
    assert told == {(speaker, word) for speaker, book in VOCABULARY.items() for word in book}
    assert len(told) == len(ROWS)


@pytest.mark.parametrize(
    ("speaker", "word"),
    [
        ("idexpress", "Return POD Scan at hub"),
        ("sap", "POD"),
        ("sap", "DELIVERY RETURNED"),
        ("jne", "DELIVERED TO SHIPPER"),
        ("sicepat", "ANTAR"),
        ("biteship", ""),
        ("nobody", "delivered"),
    ],
)
def test_what_is_not_in_the_books_is_not_guessed(speaker: str, word: str) -> None:
    assert read_word(speaker, word) is None


@given(st.text(max_size=40))
def test_a_word_with_anything_around_it_is_another_word(around: str) -> None:
    word = f"DELIVERED{around}"
    if " ".join(word.upper().split()) != "DELIVERED":
        assert read_word("jne", word) is None


def test_a_code_says_more_than_the_words_it_comes_with() -> None:
    assert read_word("jne", "R25", "RETURN TO SHIPPER") is Status.RETURNED
    assert read_word("jne", "OP3", "RETURN TO SHIPPER") is Status.RETURNING


def test_a_rider_who_goes_straight_to_the_door_is_on_the_way_to_it() -> None:
    assert status_of("dropping_off", "gojek") is Status.OUT_FOR_DELIVERY
    assert status_of("dropping_off", "jne") is Status.IN_TRANSIT
