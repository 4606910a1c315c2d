"""Whom to reach at a gateway when it has trouble."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from orderan import incidents
from orderan.kit.db import Tx
from orderan.kit.errors import Refusal
from orderan.kit.ids import from_text, to_text
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.incidents import NOTHING_SENT, READ, WRITE, common, contacts_path
from orderan.web.forms import Sent, one, posted, refused, sent_once
from orderan.web.pages import page


@get("/incidents/contacts/{account_id:str}", opt=READ, include_in_schema=False)
async def contacts_page(
    visit: NamedDependency[Visit], account_id: FromPath[str], said: FromQuery[str] = ""
) -> Response[str]:
    """Whom to reach at a gateway."""
    return await _contacts(visit, from_text("gwa", account_id), said=said)


async def _contacts(
    visit: Visit, account_id: UUID, *, said: str = "", sent: Sent = NOTHING_SENT
) -> Response[str]:
    async def read(tx: Tx) -> tuple[str, list[Any]]:
        places = await incidents.every_place(tx)
        name = next((place.account for place in places if place.account_id == account_id), None)
        if name is None:
            raise incidents.AccountNotFound(to_text("gwa", account_id))
        return name, await incidents.contacts_of(tx, [account_id])

    name, contacts = await visit.db.run(visit.caller, read)
    return page(
        visit.request,
        "incidents/contacts.html",
        status_code=422 if sent.refused else 200,
        now=visit.now,
        sent=sent,
        said=said,
        account=name,
        contacts=[asdict(one) | {"key": to_text("gwc", one.id)} for one in contacts],
        path=contacts_path(account_id),
        **common(visit),
    )


@post("/incidents/contacts/{account_id:str}", opt=WRITE, include_in_schema=False)
async def contact_kept(visit: NamedDependency[Visit], account_id: FromPath[str]) -> Response[Any]:
    """Add one, change one, or take one off."""
    form = await posted(visit.request)
    account, key = from_text("gwa", account_id), one(form, "contact")

    async def command(tx: Tx) -> None:
        await sent_once(tx, form, now=visit.now)
        if one(form, "verb") == "drop":
            await incidents.drop_contact(tx, from_text("gwc", key), now=visit.now)
            return
        await incidents.keep_contact(
            tx,
            account,
            contact_id=from_text("gwc", key) if key else None,
            name=one(form, "name"),
            phone=one(form, "phone"),
            email=one(form, "email"),
            hours=one(form, "hours"),
            now=visit.now,
        )

    try:
        await visit.db.run(visit.caller, command)
    except incidents.AccountNotFound:
        raise
    except Refusal as refusal:
        beside: Mapping[type[Refusal], str] = {incidents.ContactUnusable: "name"}
        return await _contacts(
            visit, account, sent=refused(visit.request, key or "new", form, refusal, beside)
        )
    return Redirect(f"{contacts_path(account)}?said=done", status_code=303)


handlers = [contacts_page, contact_kept]
