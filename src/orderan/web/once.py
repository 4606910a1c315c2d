"""A form does its work once, however often it is sent: clicked twice, sent again by a poor line.

    return await once(request, db, caller, await posted(request), command, now=now)

Every form that is rendered gets an id of its own, which `csrf_field()` writes. The first sending runs the command under that
id and keeps where it led; a repeat is led to the same place and nothing runs. A refusal changed
nothing and is not kept: the page shows what was typed in a form with a new id.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.response import Redirect
from markupsafe import Markup

from orderan.kit.db import Caller, Database, Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.ids import new_id
from orderan.kit.runner import KEY_LENGTH, Answer, Key, KeyReused, Runner
from orderan.web.forms import ONCE

SEE_OTHER: Final = 303
_OURS: Final = frozenset({ONCE, "_csrf_token"})
"""What the page put into the form; the rest is what a person typed."""


@dataclass(eq=False)
class FormWithoutId(Refusal):
    """The form came without the id its page gave it; nothing was done."""

    code = "form_without_id"
    kind = Kind.INVALID
    sentence = N_("Formulir ini berasal dari halaman lama. Periksa isinya, lalu kirim lagi.")


@dataclass(eq=False)
class FormReused(Refusal):
    """The form was sent before with other content; this content was not used."""

    code = "form_reused"
    kind = Kind.CONFLICT
    sentence = N_(
        "Formulir ini sudah pernah dikirim dengan isi lain, dan isi yang ini belum dicatat. "
        "Periksa dulu hasil yang tadi, lalu kirim lagi bila memang perlu."
    )


def once_field() -> Markup:
    """The hidden field with a form's id; a fresh one for each form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(ONCE, new_id().hex)


async def once(
    request: Request[Any, Any, Any],
    db: Database,
    caller: Caller,
    form: FormMultiDict,
    command: Callable[[Tx], Awaitable[str]],
    *,
    now: datetime,
) -> Redirect:
    """Run a form's command unless this form ran before, and lead to where it led.

    Args:
        command: Does the work and returns the address to go to, in the transaction it is given.

    Raises:
        FormWithoutId, FormReused: Of the form itself; nothing was done.
        Refusal: Whatever the command raises; nothing was done and nothing is kept.
    """
    text = form.get(ONCE, "")
    if not isinstance(text, str) or not 0 < len(text) <= KEY_LENGTH:
        raise FormWithoutId

    async def answered(tx: Tx) -> Answer:
        return Answer(SEE_OTHER, (await command(tx)).encode())

    key = Key.of(f"{caller.actor} {request.method} {request.url.path}", text, _typed(form))
    try:
        answer = await Runner(db).once(caller, key, answered, refused=_let_through, now=now)
    except KeyReused as reused:
        raise FormReused from reused
    return Redirect(answer.body.decode(), status_code=SEE_OTHER)


def _typed(form: FormMultiDict) -> bytes:
    """What was typed, whatever way the browser packed it; of a file its name stands for it."""
    fields = [
        (name, value if isinstance(value, str) else value.filename)
        for name, value in form.multi_items()
        if name not in _OURS
    ]
    return json.dumps(fields).encode()


def _let_through(refusal: Refusal) -> NoReturn:
    raise refusal
