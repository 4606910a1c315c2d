"""What happened in an incident, in the order of time: from its beginning to its review."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from orderan.incidents import Impact, Incident, IncidentState, Kind, Note, What
from orderan.kit.errors import N_
from orderan.kit.i18n import Words
from orderan.web.dashboard.board_words import lasting
from orderan.web.dashboard.incident_words import KINDS


def steps(
    incident: Incident,
    notes: Sequence[Note],
    impact: Impact,
    told: Mapping[str, datetime],
    *,
    seen_by: str,
    spoken: Words,
) -> list[dict[str, Any]]:
    """Its steps as a timeline shows them.

    Args:
        told: When the first buyer was told of trouble, and of its end.
        seen_by: Who opened it.
    """
    dismissed = incident.state == IncidentState.DISMISSED
    asked = next((note for note in notes if not note.heard), None)
    heard = next((note for note in notes if note.heard), None)
    waited = None if heard is None else (heard.at - _asked_at(incident, asked, heard)).total_seconds()

    def after(moment: datetime | None, since: datetime) -> str:
        if moment is None:
            return ""
        return spoken.gettext(
            "setelah %(time)s", time=lasting((moment - since).total_seconds(), spoken) or ""
        )

    found = [
        (incident.since, N_("Mulai"), "", "", "loss", "alert-triangle"),
        (
            incident.opened_at,
            N_("Diketahui"),
            after(incident.opened_at, incident.since),
            seen_by,
            "act",
            "eye",
        ),
        (incident.confirmed_at, N_("Dipastikan"), "", "", "loss", "check"),
        (
            told.get(What.TROUBLE),
            N_("Pembeli dikabari"),
            _buyers(impact.told, spoken),
            "",
            "act",
            "send",
        ),
        (incident.published_at, N_("Diumumkan"), "", "", "act", "world"),
        (asked.at if asked else None, N_("Penyedia ditanya"), "", "", "calm", "message"),
        (
            heard.at if heard else None,
            N_("Penyedia menjawab"),
            spoken.gettext("setelah %(time)s", time=lasting(waited, spoken) or ""),
            heard.who if heard else "",
            "calm",
            "message",
        ),
        (
            incident.recovered_at,
            N_("Pulih"),
            after(incident.recovered_at, incident.since),
            "",
            "done",
            "circle-check",
        ),
        (
            told.get(What.RECOVERED),
            N_("Dikabari pulih"),
            _buyers(impact.told_recovered, spoken),
            "",
            "done",
            "send",
        ),
        (
            incident.closed_at,
            N_("Bukan gangguan") if dismissed else N_("Ditutup"),
            "",
            "",
            "calm" if dismissed else "done",
            "clipboard-check",
        ),
    ]
    if incident.false_at is not None:
        found.append(
            (incident.false_at, N_("Disebut alarm keliru"), incident.false_why or "", "", "calm", "ban")
        )
    found += _turns(incident, spoken)
    shown = [
        {"at": at, "title": spoken.gettext(title), "text": text, "who": who, "tone": tone, "sign": sign}
        for at, title, text, who, tone, sign in found
        if at is not None
    ]
    return sorted(shown, key=lambda one: one["at"])


def _turns(incident: Incident, spoken: Words) -> list[tuple[datetime, str, str, str, str, str]]:
    """What its evidence says of it besides what was seen: that it was over and came back, that it became worse."""
    found = []
    for one in incident.evidence:
        if "again" in one:
            over, again = (datetime.fromisoformat(one[name]) for name in ("recovered", "again"))
            found.append((over, N_("Pulih"), "", "", "done", "circle-check"))
            found.append((again, N_("Kambuh"), "", "", "loss", "alert-triangle"))
        if "became" in one:
            kind = spoken.gettext(KINDS[Kind(one["became"])])
            at = datetime.fromisoformat(one["at"])
            found.append((at, N_("Memburuk"), kind, "", "loss", "arrow-up"))
    return found


def _asked_at(incident: Incident, asked: Note | None, heard: Note) -> datetime:
    """From when the provider's answer was waited for, as the scorecard counts it."""
    return asked.at if asked is not None and asked.at <= heard.at else incident.opened_at


def _buyers(many: int, spoken: Words) -> str:
    return spoken.ngettext("%(num)s pembeli", "%(num)s pembeli", many)
