"""A policy as plain values, and back; what is kept was checked before."""

from dataclasses import asdict
from typing import Any, Final

from orderan.verification.models import DayPolicy, Policy, Rule, Silence, Step, Verdict, Way, When

_PLAIN: Final = Policy()


def plain(policy: Policy) -> dict[str, Any]:
    """As it is kept."""
    return asdict(policy)


def read(terms: dict[str, Any]) -> Policy:
    """As it was kept; one from before buyers were asked on the day says nothing of it."""
    on_the_day = terms.get("on_the_day")
    return Policy(
        rules=tuple(
            Rule(
                one["name"],
                When(**one["when"] | {"areas": tuple(one["when"]["areas"])}),
                Verdict(one["verdict"]),
            )
            for one in terms["rules"]
        ),
        steps=_steps(terms),
        from_hour=terms["from_hour"],
        to_hour=terms["to_hour"],
        deadline_hours=terms["deadline_hours"],
        silence=Silence(terms["silence"]),
        # What was kept before a shop could say so asked.
        asks=terms.get("asks", True),
        deposit_percent=terms.get("deposit_percent", _PLAIN.deposit_percent),
        deposit_hours=terms.get("deposit_hours", _PLAIN.deposit_hours),
        agent_minor=terms.get("agent_minor", _PLAIN.agent_minor),
        on_the_day=None if on_the_day is None else DayPolicy(**on_the_day | {"steps": _steps(on_the_day)}),
    )


def _steps(terms: dict[str, Any]) -> tuple[Step, ...]:
    return tuple(Step(**one | {"way": Way(one["way"])}) for one in terms["steps"])
