"""The audit trail: who did what when, with before and after."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get

from orderan.access import Permission, Principal, key_names, list_staff, staff_names
from orderan.insights import AuditFilter, audit_actions, audit_trail
from orderan.kit.db import Caller, Tx
from orderan.kit.i18n import Words
from orderan.kit.ids import from_text, to_text
from orderan.kit.runner import Runner
from orderan.web.dashboard.audit_words import ACTIONS
from orderan.web.here import place_of
from orderan.web.pages import page

SHOWN: Final = 50


@get("/settings/audit", name="audit", opt={"needs": Permission.AUDIT_READ}, include_in_schema=False)
async def audit(
    request: Request[Any, Any, Any], principal: Principal, caller: Caller, runner: Runner, now: datetime
) -> Response[Any]:
    """Newest first, narrowed by who, what and which thing."""
    query = request.query_params
    chosen = AuditFilter(
        actor=query.get("who", ""),
        action=query.get("what", ""),
        entity_id=query.get("thing", ""),
        after=from_text("aud", query["after"]) if query.get("after") else None,
        whole=principal.channel_ids is None and principal.location_ids is None,
    )

    async def read(tx: Tx) -> Any:
        entries = await audit_trail(tx, chosen, limit=SHOWN + 1)
        actors = {entry.actor for entry in entries}
        names = await staff_names(tx, _ids(actors, "staff")) | await key_names(tx, _ids(actors, "key"))
        return entries, names, await audit_actions(tx), await list_staff(tx)

    entries, names, actions, people = await runner.run(caller, read)
    shown = entries[:SHOWN]
    names_of = {f"staff:{one.id}": one.name for one in people}
    return page(
        request,
        "access/audit.html",
        rows=[
            {"entry": entry, "who": _who(entry.actor, names), "changes": changes(entry.before, entry.after)}
            for entry in shown
        ],
        chosen=chosen,
        action_pairs=[(action, _said(action, place_of(request).words)) for action in actions],
        action_words=ACTIONS,
        people=list(names_of.items()),
        people_names=names_of,
        older=to_text("aud", shown[-1].id) if len(entries) > SHOWN else None,
        now=now,
    )


def _said(action: str, spoken: Words) -> str:
    return spoken.gettext(ACTIONS[action]) if action in ACTIONS else action


def changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    """Field, what it was, what it became; "" where there was nothing. Unchanged fields are left out."""
    was, became = before or {}, after or {}
    return [
        (name, _written(was.get(name)), _written(became.get(name)))
        for name in sorted(was.keys() | became.keys())
        if was.get(name) != became.get(name)
    ]


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(_written, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_written(item)}" for name, item in value.items())
    return str(value)


def _ids(actors: set[str], kind: str) -> list[UUID]:
    found = []
    for actor in actors:
        head, _, tail = actor.partition(":")
        if head == kind:
            try:
                found.append(UUID(tail))
            except ValueError:
                continue
    return found


def _who(actor: str, names: dict[UUID, str]) -> tuple[str, str]:
    """Kind of actor, and the name to show."""
    kind, _, tail = actor.partition(":")
    try:
        return kind, names.get(UUID(tail), tail)
    except ValueError:
        return kind, tail


handlers: list[Any] = [audit]
