"""Models of scoring: what was learned from how orders ended, how it does beside the rules, and whether it speaks.

A model changes who is held as rules do, so it is trained, let speak and silenced with the permission of the shop's
settings.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from orderan.access import Permission
from orderan.flows.train_trust import CAPACITY, begin_training
from orderan.kit.db import Tx
from orderan.kit.errors import N_, Kind, Refusal
from orderan.kit.i18n import Words, format_number
from orderan.trust import (
    CapacityNotUsable,
    ModelState,
    Training,
    Why,
    followed,
    let_speak,
    silence,
    speaking_training,
    spoken_model,
    trainings,
)
from orderan.web.dashboard.desk import Visit
from orderan.web.dashboard.names import Names, names_of
from orderan.web.dashboard.trust import MODELS as HERE
from orderan.web.dashboard.trust import READ
from orderan.web.dashboard.trust_rules_words import MEASURED
from orderan.web.dashboard.trust_words import SIGNS
from orderan.web.forms import Sent, one, posted, refused
from orderan.web.here import place_of
from orderan.web.once import once
from orderan.web.pages import page
from orderan.web.principal import require_whole_shop

WRITE: Final = {"needs": Permission.SETTINGS_WRITE}
NOTHING_SENT: Final = Sent()
SHOWN: Final = 30
MOST_SIGNS: Final = 8
BESIDE: Final[Mapping[type[Refusal], str]] = {CapacityNotUsable: "capacity"}
SAID: Final[Mapping[str, str]] = {
    "asked": N_("Model sedang dilatih. Halaman ini boleh ditutup."),
    "speaks": N_("Model ikut menilai mulai pesanan berikutnya."),
    "silenced": N_("Model didiamkan. Hanya aturan yang menilai."),
}
STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    ModelState.ASKED: (N_("sedang dilatih"), "wait", "hourglass"),
    ModelState.DECLINED: (N_("tidak jadi"), "calm", "circle-x"),
    ModelState.SILENT: (N_("diam"), "calm", "player-pause"),
    ModelState.SPEAKING: (N_("ikut menilai"), "done", "player-play"),
}
WHY: Final[Mapping[str, str]] = {
    Why.TOO_LITTLE: N_("Riwayatnya belum cukup: butuh sekitar seratus pesanan yang berakhir buruk."),
    Why.NOT_INSTALLED: N_("Pustaka untuk melatih belum terpasang di mesin ini."),
    Why.LOST: N_("Latihannya tidak pernah selesai."),
    Why.NOT_BETTER: N_("Pada pesanan yang belum pernah dilihatnya ia tidak lebih baik dari aturan."),
    Why.OTHER_RULES: N_("Aturan yang berjalan bukan lagi aturan yang diujikan dengannya. Latih lagi."),
    Why.NEWER: N_("Model yang lebih baru menggantikannya."),
    Why.PERSON: N_("Didiamkan oleh orang."),
    Why.PROPOSED: N_(
        "Lebih baik dari aturan. Ia dilatih sendiri, jadi tidak bicara sebelum Anda mengizinkan."
    ),
    Why.KEPT: N_("Lebih baik dari aturan, tetapi model sedang didiamkan oleh orang."),
}


@get(HERE, opt=READ, include_in_schema=False)
async def models_page(visit: NamedDependency[Visit], said: FromQuery[str] = "") -> Response[Any]:
    """Whether a model speaks, and every training with what was found."""
    return await _page(visit, said=said)


@post(HERE, opt=WRITE, include_in_schema=False, status_code=200)
async def training_begun(visit: NamedDependency[Visit]) -> Response[Any]:
    """Have the worker train a model."""
    form = await posted(visit.request)
    typed = one(form, "capacity").strip()
    capacity = int(typed) if typed.isdecimal() and len(typed) <= 4 else 0

    async def command(tx: Tx) -> None:
        await begin_training(tx, capacity=capacity, now=visit.now)

    return await _change(visit, "train", "asked", command)


@post(f"{HERE}/{{version:int}}/speak", opt=WRITE, include_in_schema=False, status_code=200)
async def model_speaks(visit: NamedDependency[Visit], version: FromPath[int]) -> Response[Any]:
    """Let one that beat the rules add to them."""
    return await _change(visit, "speak", "speaks", lambda tx: let_speak(tx, version, now=visit.now))


@post(f"{HERE}/{{version:int}}/silence", opt=WRITE, include_in_schema=False, status_code=200)
async def model_silenced(visit: NamedDependency[Visit], version: FromPath[int]) -> Response[Any]:
    """Have the rules score alone."""
    return await _change(visit, "speak", "silenced", lambda tx: silence(tx, version, now=visit.now))


async def _change(
    visit: Visit, name: str, said: str, work: Callable[[Tx], Awaitable[object]]
) -> Response[Any]:
    """Run a command once; a refusal is told on the page."""
    require_whole_shop(visit.principal, Permission.SETTINGS_WRITE)
    form = await posted(visit.request)

    async def command(tx: Tx) -> str:
        await work(tx)
        return f"{HERE}?said={said}"

    try:
        return await once(visit.request, visit.db, visit.caller, form, command, now=visit.now)
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            raise
        status = 422 if refusal.kind is Kind.INVALID else 409
        return await _page(
            visit, sent=refused(visit.request, name, form, refusal, BESIDE), status_code=status
        )


async def _page(
    visit: Visit, *, said: str = "", sent: Sent = NOTHING_SENT, status_code: int = 200
) -> Response[Any]:
    require_whole_shop(visit.principal, Permission.TRUST_READ)
    words = place_of(visit.request).words

    async def read(tx: Tx) -> dict[str, Any]:
        every = await trainings(tx, limit=SHOWN)
        speaking = await speaking_training(tx)
        model = None if speaking is None else await spoken_model(tx, speaking.id, speaking.version)
        policy, rules_version = await followed(tx)
        actors = {one.asked_by for one in every} | {one.moved_by for one in every}
        return {
            "every": every,
            "speaking": speaking,
            "is_readable": model is not None,
            "acts": policy.acts,
            "rules_version": rules_version,
            "names": await names_of(tx, sorted(actors), {}),
        }

    found = await visit.db.run(visit.caller, read)
    every: list[Training] = found["every"]
    speaking: Training | None = found["speaking"]
    names: Names = found["names"]
    proposed = next((one for one in every if one.why is Why.PROPOSED), None)
    shown = proposed or speaking or next((one for one in every if one.backtest is not None), None)
    return page(
        visit.request,
        "trust/models.html",
        status_code=status_code,
        now=visit.now,
        path=HERE,
        said=SAID.get(said, ""),
        sent=sent,
        may_write=visit.principal.may(Permission.SETTINGS_WRITE),
        speaking=speaking,
        is_readable=found["is_readable"],
        acts=found["acts"],
        under_way=next((one for one in every if one.state is ModelState.ASKED), None),
        why=_why(every[0], words) if every else "",
        proposed=proposed,
        shown=shown,
        signs=_signs(shown, words) if shown else [],
        trainings=[_told(one, names, found["rules_version"], words) for one in every],
        capacity=every[0].capacity if every else CAPACITY,
    )


def _told(training: Training, names: Names, rules_version: int, words: Words) -> dict[str, Any]:
    """A training, in the list."""
    name, tone, sign = STATES[training.state]
    better = training.backtest is not None and training.backtest.beats
    return {
        "version": training.version,
        "state": words.gettext(name),
        "tone": tone,
        "sign": sign,
        "why": _why(training, words),
        "backtest": training.backtest,
        "at": training.asked_at,
        "by": names.who(training.asked_by, words),
        "proposes": training.proposes,
        "speaks": training.state is ModelState.SPEAKING,
        "may_speak": training.state is ModelState.SILENT
        and better
        and training.rules_version == rules_version,
    }


def _why(training: Training, words: Words) -> str:
    """Why it does not speak; nothing of one that does, or is under way."""
    if training.why is None:
        return ""
    told = words.gettext(WHY[training.why])
    if training.ends is None:
        return told
    bad, good = (format_number(count, words.locale) for count in training.ends)
    counted = words.gettext("Ada %(bad)s berakhir buruk dan %(good)s berakhir baik.", bad=bad, good=good)
    return f"{told} {counted}"


def _signs(training: Training, words: Words) -> list[tuple[str, float]]:
    """What a model looks at most, with its share."""
    names = {**MEASURED, **SIGNS}
    ordered = sorted((training.weights or {}).items(), key=lambda one: (-one[1], one[0]))
    return [(words.gettext(names[code]), share / 1_000) for code, share in ordered[:MOST_SIGNS]]


handlers: list[Any] = [models_page, training_begun, model_speaks, model_silenced]
