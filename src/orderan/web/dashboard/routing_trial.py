"""What a trial of routing rules found: which payments would have gone elsewhere, as the page shows it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from orderan.kit.i18n import Words
from orderan.kit.ids import to_text
from orderan.routing import KeptTrial
from orderan.web.dashboard.routing_words import gateway_name, method_name, signed_money, signed_number


def trial_told(tried: KeptTrial, found: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """A trial as the page shows it."""
    trial, locale = tried.trial, words.locale
    several = _several(found)

    def rail(rail_id: str, gateway: str) -> str:
        name = gateway_name(gateway)
        account = found["accounts"].get(rail_id)
        return f"{name} ({found['account_names'].get(account, '?')})" if gateway in several else name

    origins = list(dict.fromkeys(rail(move.from_rail, move.from_gateway) for move in trial.moves))
    ends = list(dict.fromkeys(rail(move.to_rail, move.to_gateway) for move in trial.moves))
    cells: dict[tuple[str, str], int] = {}
    for move in trial.moves:
        key = rail(move.from_rail, move.from_gateway), rail(move.to_rail, move.to_gateway)
        cells[key] = cells.get(key, 0) + move.payments
    orders = found["orders"]
    share = trial.paid_now / trial.payments - trial.paid / trial.payments if trial.payments else 0.0
    return {
        "payments": trial.payments,
        "moved": trial.moved,
        "fee": signed_money(trial.fee_minor_now - trial.fee_minor, locale),
        "fee_tone": _tone(trial.fee_minor - trial.fee_minor_now),
        "paid": signed_number(trial.paid_now - trial.paid, locale),
        "points": signed_number(share * 100, locale, decimals=2),
        "more": trial.more,
        "since": trial.since,
        "until": trial.until,
        "unruled": trial.by_rule.get("", 0),
        "origins": origins,
        "ends": ends,
        "cells": cells,
        "left_out": trial.moves_left_out,
        "moves": [
            {
                "method": method_name(move.method, words),
                "way": f"{rail(move.from_rail, move.from_gateway)} → {rail(move.to_rail, move.to_gateway)}",
                "payments": move.payments,
                "fee": signed_money(move.fee_minor, locale),
                "paid": signed_number(move.paid, locale, decimals=2),
            }
            for move in trial.moves
        ],
        "examples": [
            {
                "number": orders[UUID(one.subject_id)].number,
                "path": f"/orders/{to_text('ord', UUID(one.subject_id))}",
                "method": method_name(one.method, words),
                "amount_minor": one.amount_minor,
                "way": f"{gateway_name(one.from_gateway)} → {gateway_name(one.to_gateway)}",
                "fee": signed_money(one.fee_minor, locale),
                "rule": one.rule,
            }
            for one in trial.examples
            # An order of a channel that this person does not work for is in the sums alone.
            if UUID(one.subject_id) in orders
        ],
    }


def _several(found: Mapping[str, Any]) -> set[str]:
    """Gateways at which the shop has more accounts than one; a name does not tell their rails apart."""
    trial = found["tried"].trial
    seen: dict[str, set[Any]] = {}
    for move in trial.moves:
        for rail_id, gateway in ((move.from_rail, move.from_gateway), (move.to_rail, move.to_gateway)):
            seen.setdefault(gateway, set()).add(found["accounts"].get(rail_id))
    return {gateway for gateway, there in seen.items() if len(there) > 1}


def _tone(better: int) -> str:
    return "done" if better > 0 else "loss" if better < 0 else "calm"
