"""Models of scoring over the API: what was learned, how it does beside the rules, and whether it speaks."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from litestar import Request, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from pydantic import Field

from orderan.access import Permission, Principal
from orderan.flows.train_trust import CAPACITY, begin_training
from orderan.kit.db import Caller, Database, Tx
from orderan.kit.runner import Runner
from orderan.trust import (
    Backtest,
    ModelState,
    NoSuchModel,
    Ranking,
    Training,
    Why,
    let_speak,
    silence,
    training_of,
    trainings,
)
from orderan.web.api.answering import READ, Cursor, PageSize, once, told_after
from orderan.web.api.shapes import REFUSED, Asked, IdempotencyKey, Told
from orderan.web.cursors import cursor_of, read_cursor
from orderan.web.principal import require_whole_shop


class TrainingAsked(Asked):
    """A model to be trained on how the shop's orders ended."""

    capacity: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=CAPACITY, description="Orders people can look at in a day"
    )


class RankingTold(Told):
    """How well scores put orders that ended badly first; each from 0 to 1."""

    auc: float
    average_precision: float
    precision: float = Field(description="Of as many orders as people can look at, the highest first")


class BacktestTold(Told):
    """Rules alone beside rules and model, on orders later than all that were learned from."""

    since: datetime
    judge_from: datetime
    until: datetime
    learned_from: int
    judged: int
    judged_bad: int
    looked_at: int
    rules: RankingTold
    both: RankingTold
    spoken: RankingTold | None = Field(
        description="Rules and the model that spoke then, on the same orders; null where none did"
    )
    z: float = Field(description="By how many standard deviations the AUC is higher")
    seen: float
    said: float = Field(description="Share of bad ends as the model foretold it; `seen` is as it came")
    beats: bool = Field(description="Only then it may speak")


class TrainingTold(Told):
    """A training; `why` tells why its model does not speak."""

    version: int
    state: ModelState
    why: Why | None
    capacity: int
    rules_version: int | None = Field(description="Of the rules it was judged beside")
    backtest: BacktestTold | None
    weights: dict[str, int] = Field(description="Of a thousand, how much each sign contributed")
    proposes: bool = Field(
        description="Trained by itself, at most once a month: it never speaks unless a person lets it"
    )
    asked_by: str
    asked_at: datetime
    moved_at: datetime


class TrainingsTold(Told):
    """A page of trainings."""

    data: list[TrainingTold]
    next_cursor: str | None


@get("/", summary="List models", opt={"needs": Permission.TRUST_READ}, responses=READ)
async def models_listed(
    db: NamedDependency[Database],
    caller: NamedDependency[Caller],
    principal: NamedDependency[Principal],
    cursor: Cursor = "",
    limit: PageSize = 50,
) -> TrainingsTold:
    """The newest first, each with what was found; at most one model speaks."""
    require_whole_shop(principal, Permission.TRUST_READ)
    place = read_cursor(cursor)
    last = place[1] if place else None
    rows = await db.run(caller, lambda tx: trainings(tx, limit=limit + 1, before=last))
    more = cursor_of(rows[limit - 1].asked_at, rows[limit - 1].id) if len(rows) > limit else None
    return TrainingsTold(data=[_told(one) for one in rows[:limit]], next_cursor=more)


@post(
    "/",
    summary="Train a model",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=202,
    responses=REFUSED,
)
async def training_begun(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    data: TrainingAsked,
    idempotency_key: IdempotencyKey,
) -> TrainingTold:
    """The worker does it; it speaks by itself where it beats the rules, unless a person wants models silent."""
    require_whole_shop(principal, Permission.SETTINGS_WRITE)

    async def command(tx: Tx) -> TrainingTold:
        return _told(await begin_training(tx, capacity=data.capacity, now=now))

    return await once(request, principal, runner, idempotency_key, command, now=now, status=202)


@post(
    "/{version:int}/speak",
    summary="Let a model speak",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def model_speaks(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    version: FromPath[int],
    idempotency_key: IdempotencyKey,
) -> TrainingTold:
    """Refused of one that did not beat the rules, or was judged beside other rules than are followed now."""
    require_whole_shop(principal, Permission.SETTINGS_WRITE)
    moved = told_after(partial(let_speak, version=version, now=now), partial(_whole, version=version))
    return await once(request, principal, runner, idempotency_key, moved, now=now)


@post(
    "/{version:int}/silence",
    summary="Silence a model",
    opt={"needs": Permission.SETTINGS_WRITE},
    status_code=200,
    responses=REFUSED,
)
async def model_silenced(
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    runner: NamedDependency[Runner],
    now: NamedDependency[datetime],
    version: FromPath[int],
    idempotency_key: IdempotencyKey,
) -> TrainingTold:
    """Rules score alone from the next order on, and newer models stay silent too."""
    require_whole_shop(principal, Permission.SETTINGS_WRITE)
    moved = told_after(partial(silence, version=version, now=now), partial(_whole, version=version))
    return await once(request, principal, runner, idempotency_key, moved, now=now)


async def _whole(tx: Tx, version: int) -> TrainingTold:
    found = await training_of(tx, version)
    if found is None:
        raise NoSuchModel(version)
    return _told(found)


def _told(training: Training) -> TrainingTold:
    return TrainingTold(
        version=training.version,
        state=training.state,
        why=training.why,
        capacity=training.capacity,
        rules_version=training.rules_version,
        backtest=_backtest(training.backtest) if training.backtest else None,
        weights=dict(training.weights or {}),
        proposes=training.proposes,
        asked_by=training.asked_by,
        asked_at=training.asked_at,
        moved_at=training.moved_at,
    )


def _backtest(found: Backtest) -> BacktestTold:
    return BacktestTold(
        since=found.since,
        judge_from=found.judge_from,
        until=found.until,
        learned_from=found.fitted + found.calibrated,
        judged=found.judged,
        judged_bad=found.judged_bad,
        looked_at=found.looked_at,
        rules=_ranking(found.rules),
        both=_ranking(found.both),
        spoken=_ranking(found.spoken) if found.spoken else None,
        z=found.z,
        seen=found.seen,
        said=found.said,
        beats=found.beats,
    )


def _ranking(found: Ranking) -> RankingTold:
    return RankingTold(auc=found.auc, average_precision=found.average_precision, precision=found.precision)


handlers = [
    Router(
        "/api/v1/trust-models",
        route_handlers=[models_listed, training_begun, model_speaks, model_silenced],
        tags=["trust"],
    )
]
