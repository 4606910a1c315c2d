"""What is said about an incident: to the provider, and to everybody."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from orderan.incidents import rules, store
from orderan.incidents.commands.move import find_incident
from orderan.incidents.errors import EstimatePast, NoteEmpty, NothingToSay, NotUnderWay
from orderan.incidents.events import Announced
from orderan.incidents.models import Incident, Note
from orderan.incidents.states import IncidentState
from orderan.kit.db import Tx
from orderan.kit.events import record
from orderan.kit.ids import new_id

LONGEST_WHO = 120


async def add_note(
    tx: Tx, incident_id: UUID, *, heard: bool, who: str, words: str, question: str = "", now: datetime
) -> Note:
    """Keep what was said to the provider, or heard from it; an incident that is over takes it too.

    Raises:
        IncidentNotFound: See there.
        NoteEmpty: It says nothing.
    """
    found = await find_incident(tx, incident_id)
    said = words.strip()[: rules.LONGEST_WORDS]
    if not said:
        raise NoteEmpty
    answers = question if question in rules.QUESTIONS else None
    note = Note(new_id(), found.id, now, tx.actor, heard, " ".join(who.split())[:LONGEST_WHO], answers, said)
    await store.insert_note(tx, note)
    return note


async def set_estimate(
    tx: Tx, incident_id: UUID, estimate: datetime | None, *, zone: str, now: datetime
) -> Incident:
    """Until when it will last, as far as anybody knows; words nobody has touched follow it.

    Raises:
        IncidentNotFound: See there.
        NotUnderWay: It is over.
        EstimatePast: That moment has passed.
    """
    found = await _under_way(tx, incident_id)
    if estimate is not None and estimate <= now:
        raise EstimatePast(estimate)
    words = rules.estimated(found, estimate, await store.methods_of(tx, found.id), zone=zone)
    after = replace(found, estimate=estimate, words_id=words["id"], words_en=words["en"])
    await store.save_incident(tx, after, was=found.state)
    return after


async def announce(
    tx: Tx, incident_id: UUID, *, words_id: str, words_en: str, publish: bool, now: datetime
) -> Incident:
    """Write the announcement, and put it on the public pages or take it down.

    Raises:
        IncidentNotFound: See there.
        NotUnderWay: It is over.
        NothingToSay: One language is empty.
    """
    found = await _under_way(tx, incident_id)
    said = [text.replace("\r\n", "\n").strip()[: rules.LONGEST_WORDS] for text in (words_id, words_en)]
    if not all(said):
        raise NothingToSay
    published_at = (found.published_at or now) if publish else None
    after = replace(found, words_id=said[0], words_en=said[1], published_at=published_at)
    await store.save_incident(tx, after, was=found.state)
    if (found.published_at is None) is publish:
        await record(tx, found.id, Announced(publish), now=now)
    return after


async def _under_way(tx: Tx, incident_id: UUID) -> Incident:
    found = await find_incident(tx, incident_id)
    if found.state not in {IncidentState.SUSPECTED, IncidentState.OPEN}:
        raise NotUnderWay(found.state)
    return found
