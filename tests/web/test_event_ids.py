"""Every fact of the feed names what it is about as other routes do; a new fact cannot forget to."""

from dataclasses import fields
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from tools.reference import events_of_everything

from orderan.kit.events import Event
from orderan.kit.ids import from_text, new_id
from orderan.web.api.event_ids import FIELDS, data_told, entity_told

KINDS = events_of_everything()


def holds_ids(hint: Any) -> bool:
    return hint is UUID or any(holds_ids(one) for one in get_args(hint))


@pytest.mark.parametrize("event", KINDS, ids=[event.kind for event in KINDS])
def test_a_fact_names_its_entity_and_every_id_it_carries(event: type[Event]) -> None:
    hints = get_type_hints(event)
    carrying = {field.name for field in fields(event) if holds_ids(hints[field.name])}

    assert carrying <= FIELDS.keys()
    assert "_" in entity_told(event.kind, new_id())


def test_every_field_that_is_told_stands_in_some_fact() -> None:
    assert {field.name for event in KINDS for field in fields(event)} >= FIELDS.keys()


def test_ids_are_told_one_by_one_and_in_lists_and_what_is_no_id_is_left_alone() -> None:
    order, sku, other = new_id(), new_id(), new_id()
    kept = {"holder_id": str(order), "skus": [str(sku), str(other)], "cause_id": None, "quantity": 3}

    told = data_told(kept)

    assert from_text("ord", told["holder_id"]) == order
    assert [from_text("sku", one) for one in told["skus"]] == [sku, other]
    assert (told["cause_id"], told["quantity"]) == (None, 3)
    assert from_text("trf", entity_told("inventory.transfer_arrived.v1", order)) == order
    assert from_text("imr", entity_told("importing.finished.v1", order)) == order
    assert from_text("ord", entity_told("importing.order_imported.v1", order)) == order
