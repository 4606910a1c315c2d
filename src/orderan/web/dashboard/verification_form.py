"""The form of the policy of asking: a policy as what stands in its fields, and what was typed as a policy.

Rows are numbered from 1 as they stand on the page; a row that was emptied is left out of the policy.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar.datastructures import FormMultiDict

from orderan.kit.errors import N_
from orderan.verification import DayPolicy, Policy, Rule, Silence, Step, Verdict, Way, When
from orderan.web.dashboard.desk import whole
from orderan.web.forms import one, whole_rupiah

MOST_RULES: Final = 12
MOST_STEPS: Final = 6
AMOUNTS: Final = {"at_least": "at_least_minor", "at_most": "at_most_minor"}
COUNTS: Final = ("delivered_at_least", "refused_at_most", "score_at_least")
MINUTES: Final = ("tries", "answer_minutes", "spacing_minutes")
OF_CALLS: Final = ("by_number", "record")
WHOLE: Final = ("from_hour", "to_hour", "deadline_hours")
OF_DEPOSITS: Final = ("deposit_percent", "deposit_hours")
HOURS: Final = ("from_hour", "to_hour")
DAY: Final = "day_"
"""Before the fields of what is asked on the day a parcel comes."""
FIRST: Final = {"yes": True, "no": False}
NOT_A_NUMBER: Final = N_("Tulis dengan angka.")
FAULTS: Final = {
    "out_of_range": N_("Angka ini di luar batas."),
    "not_an_hour": N_("Jam mulai 0 sampai 23, jam selesai sampai 24."),
    "none": N_("Pilih paling sedikit satu cara bertanya."),
    "missing": N_("Beri nama aturan ini."),
    "twice": N_("Dua aturan bernama sama."),
    "nothing_fits": N_("Batas bawahnya melebihi batas atas."),
    "not_an_area": N_("Tulis kode wilayah seperti 31 atau 31.71, dipisah koma."),
}


def typed_of(policy: Policy) -> dict[str, str]:
    """A policy as its form shows it."""
    typed = {name: str(getattr(policy, name)) for name in (*WHOLE, *OF_DEPOSITS)} | {
        "silence": str(policy.silence)
    }
    typed["agent_minor"] = f"{policy.agent_minor:,}".replace(",", ".")
    typed["nobody"] = "" if policy.asks else "yes"
    typed |= _steps_typed(policy.steps)
    day = policy.on_the_day
    typed |= {DAY + "on": "yes" if day else "", DAY + "everyone": "yes" if day and day.everyone else ""}
    # Where nobody is asked yet, what is usual stands there to begin with.
    usual = day or DayPolicy()
    typed |= {DAY + name: str(getattr(usual, name)) for name in HOURS} | _steps_typed(usual.steps, DAY)
    for place, rule in enumerate(policy.rules, 1):
        typed |= {f"rule_{place}_{name}": value for name, value in _rule_typed(rule).items()}
    return typed


def _steps_typed(steps: Sequence[Step], before: str = "") -> dict[str, str]:
    typed: dict[str, str] = {}
    for place, step in enumerate(steps, 1):
        name = f"{before}step_{place}_"
        typed[name + "way"] = str(step.way)
        typed |= {name + field: str(getattr(step, field)) for field in MINUTES}
        typed |= {name + field: "yes" if getattr(step, field) else "" for field in OF_CALLS}
    return typed


def _rule_typed(rule: Rule) -> dict[str, str]:
    when = rule.when
    first = "" if when.first_order is None else "yes" if when.first_order else "no"
    typed = {
        "name": rule.name,
        "verdict": str(rule.verdict),
        "areas": ", ".join(when.areas),
        "first_order": first,
    }
    for field, name in AMOUNTS.items():
        minor = getattr(when, name)
        typed[field] = "" if minor is None else f"{minor:,}".replace(",", ".")
    for name in COUNTS:
        count = getattr(when, name)
        typed[name] = "" if count is None else str(count)
    return typed


def rows_of(typed: Mapping[str, str]) -> tuple[range, range, range]:
    """The numbers of the rows of rules, of steps and of steps on the day that are shown: those there are, and an empty one."""
    rules = [place for place in range(1, MOST_RULES + 1) if typed.get(f"rule_{place}_name", "").strip()]
    steps = (
        [place for place in range(1, MOST_STEPS + 1) if typed.get(f"{before}step_{place}_way", "")]
        for before in ("", DAY)
    )
    of_orders, of_days = (range(1, min(max(found, default=0) + 1, MOST_STEPS) + 1) for found in steps)
    return range(1, min(max(rules, default=0) + 1, MOST_RULES) + 1), of_orders, of_days


class Reading:
    """A form read as a policy; what cannot be read is told beside its field.

    Attributes:
        errors: Field -> what is wrong with it, to be translated.
    """

    def __init__(self, form: FormMultiDict) -> None:
        self._form = form
        self.errors: dict[str, str] = {}
        self._rules = [at for at in range(1, MOST_RULES + 1) if one(form, f"rule_{at}_name").strip()]
        self._steps = {
            before: [at for at in range(1, MOST_STEPS + 1) if one(form, f"{before}step_{at}_way") in set(Way)]
            for before in ("", DAY)
        }

    def policy(self) -> Policy:
        """The policy; without meaning while there are errors."""
        silence = one(self._form, "silence")
        return Policy(
            rules=tuple(self._rule(at) for at in self._rules),
            steps=tuple(self._step(at) for at in self._steps[""]),
            from_hour=self._whole("from_hour"),
            to_hour=self._whole("to_hour"),
            deadline_hours=self._whole("deadline_hours"),
            silence=Silence(silence) if silence in set(Silence) else Silence.HOLD,
            asks=not one(self._form, "nobody"),
            **{
                name: self._whole(name) if one(self._form, name).strip() else getattr(Policy(), name)
                for name in OF_DEPOSITS
            },
            agent_minor=self._amount("agent_minor") or 0,
            on_the_day=self._on_the_day() if one(self._form, DAY + "on") else None,
        )

    def _on_the_day(self) -> DayPolicy:
        return DayPolicy(
            everyone=bool(one(self._form, DAY + "everyone")),
            steps=tuple(self._step(at, DAY) for at in self._steps[DAY]),
            from_hour=self._whole(DAY + "from_hour"),
            to_hour=self._whole(DAY + "to_hour"),
        )

    def told(self, faults: tuple[str, ...]) -> dict[str, str]:
        """Faults of the policy beside the fields they are in."""
        found = {}
        for fault in faults:
            place, _, code = fault.partition(": ")
            found[self._field(place)] = FAULTS[code]
        return found

    def _field(self, place: str) -> str:
        before = DAY if place.startswith("on_the_day.") else ""
        part, _, rest = place.removeprefix("on_the_day.").partition(".")
        if not rest:
            return before + ("step_1_way" if part == "steps" else part)
        number, _, name = rest.partition(".")
        rows = self._rules if part == "rules" else self._steps[before]
        # An amount that nothing fits is wrong in both its fields; one of them is enough to be led to.
        return f"{before}{part[:-1]}_{rows[int(number) - 1]}_{'at_least' if name == 'when' else name}"

    def _rule(self, at: int) -> Rule:
        asked = f"rule_{at}_"
        verdict = one(self._form, asked + "verdict")
        amounts = {name: self._amount(asked + field) for field, name in AMOUNTS.items()}
        counts = {name: self._count(asked + name) for name in COUNTS}
        areas = tuple(part.strip() for part in one(self._form, asked + "areas").split(",") if part.strip())
        return Rule(
            one(self._form, asked + "name").strip()[:80],
            When(
                **amounts,
                **counts,
                areas=areas,
                first_order=FIRST.get(one(self._form, asked + "first_order")),
            ),
            Verdict(verdict) if verdict in set(Verdict) else Verdict.ASK,
        )

    def _step(self, at: int, before: str = "") -> Step:
        asked = f"{before}step_{at}_"
        way = Way(one(self._form, asked + "way"))
        # Of a parcel's day nobody keys in a number: whoever is home need not know it.
        asked_of = {"record"} if before else set(OF_CALLS)
        by_number, record = (
            name in asked_of and way is Way.CALL and bool(one(self._form, asked + name)) for name in OF_CALLS
        )
        tries, answer, spacing = (self._whole(asked + name) for name in MINUTES)
        return Step(way, tries, answer, spacing, by_number, record)

    def _whole(self, field: str) -> int:
        found = whole(one(self._form, field))
        if found is None:
            self.errors[field] = NOT_A_NUMBER
        return found or 0

    def _count(self, field: str) -> int | None:
        return self._whole(field) if one(self._form, field).strip() else None

    def _amount(self, field: str) -> int | None:
        typed = one(self._form, field)
        if not typed.strip():
            return None
        found = whole_rupiah(typed)
        if found is None:
            self.errors[field] = NOT_A_NUMBER
        return found
