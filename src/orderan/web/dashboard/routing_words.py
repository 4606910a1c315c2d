"""What pages say of routing: a rule as a sentence, a choice with its reasons, what is wrong with a field."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from orderan.gateways import GATEWAY_NAMES
from orderan.kit.errors import N_
from orderan.kit.i18n import Words, format_money, format_number, format_percent
from orderan.payments import METHODS, Group, Method
from orderan.routing import Change, Fault, Rule, RulesNotUsable, When

CURRENCY: Final = "IDR"
WEEKDAYS: Final = (
    N_("Senin"),
    N_("Selasa"),
    N_("Rabu"),
    N_("Kamis"),
    N_("Jumat"),
    N_("Sabtu"),
    N_("Minggu"),
)
CHANGES: Final = {
    Change.ADDED: N_("“%(name)s” ditambah"),
    Change.REMOVED: N_("“%(name)s” dihapus"),
    Change.CHANGED: N_("“%(name)s” diubah"),
    Change.RENAMED: N_("“%(before)s” menjadi “%(name)s”"),
    Change.MOVED: N_("“%(name)s” dipindah"),
}
FAULTS: Final = {
    Fault.NOT_A_LIST: N_("Bentuknya bukan daftar."),
    Fault.NOT_AN_OBJECT: N_("Bentuknya tidak dikenal."),
    Fault.TOO_MANY: N_("Terlalu banyak: paling banyak 100."),
    Fault.NOT_KNOWN: N_("Isian ini tidak dikenal."),
    Fault.NAME_MISSING: N_("Beri nama, paling panjang 80 huruf."),
    Fault.NAME_TWICE: N_("Sudah ada aturan dengan nama ini."),
    Fault.NOT_A_NAME: N_("Pilih dari yang tersedia."),
    Fault.NOT_AN_AMOUNT: N_("Bukan jumlah uang."),
    Fault.LEAST_ABOVE_MOST: N_("Batas bawah lebih besar daripada batas atas."),
    Fault.NOT_AN_HOUR: N_("Bukan jam: 0 sampai 24."),
    Fault.HOURS_HALF_GIVEN: N_("Isi jam mulai dan jam selesai, atau kosongkan keduanya."),
    Fault.HOURS_EMPTY: N_("Jam mulai dan selesai sama, jadi aturan ini tidak pernah berlaku."),
    Fault.NOT_A_WEEKDAY: N_("Bukan hari."),
    Fault.NOT_YES_OR_NO: N_("Pilih ya atau tidak."),
    Fault.NOT_PARTS: N_("Setiap bagian angka bulat 1 sampai 100."),
    Fault.GATEWAY_TWICE: N_("Ada yang disebut dua kali."),
    Fault.GATEWAY_NOT_THERE: N_("Toko ini tidak punya akun di gateway itu."),
    Fault.METHOD_NOT_THERE: N_("Cara bayar itu tidak dikenal."),
    Fault.BANK_NOT_THERE: N_("Bank itu tidak dikenal."),
    Fault.NO_EFFECT: N_("Pilih gateway yang didahulukan, dibagi, atau ditaruh paling akhir."),
    Fault.TWO_ORDERS: N_("Pilih satu cara saja: urutan, pembagian, atau yang termurah."),
}
FIELDS: Final = {
    "name": "name",
    "when": "name",
    "when.methods": "method",
    "when.banks": "bank",
    "when.at_least_minor": "at_least",
    "when.at_most_minor": "at_most",
    "when.fee_above_minor": "fee_above",
    "when.from_hour": "from_hour",
    "when.to_hour": "to_hour",
    "when.weekdays": "weekday",
    "prefer": "prefer",
    "split": "split",
    "last": "last",
    "rule": "how",
}
"""Where a fault of a rule stands on its form."""


def method_name(code: str, words: Words) -> str:
    """What people call a method; a bank's own name would read as a transfer to it."""
    found = METHODS.get(code)
    if found is None:
        return code
    if found.group is Group.DIRECT_DEBIT and found.bank:
        return f"Debit {found.name}"
    return f"VA {found.name}" if _is_va(found) else words.gettext(found.name)


def gateway_name(code: str) -> str:
    """A gateway's own name."""
    return GATEWAY_NAMES.get(code, code)


def bank_name(code: str, words: Words) -> str:
    """A bank as the first of its methods calls it."""
    name = next((method.name for method in METHODS.values() if method.bank == code), "")
    return words.gettext(name) if name else code.upper()


def rule_told(rule: Rule, words: Words) -> str:
    """A rule as a sentence: what it applies to, and what it asks for."""
    asked = [part for part in (_order(rule, words), _last(rule, words)) if part]
    if rule.firm:
        asked.append(words.gettext("tetap berlaku walau jalurnya terganggu"))
    return f"{when_told(rule.when, words)}: {'; '.join(asked)}"


def when_told(when: When, words: Words) -> str:
    """What a rule applies to."""
    who = [method_name(code, words) for code in when.methods]
    parts = [" / ".join(who) if who else words.gettext("Semua cara bayar")]
    if when.banks:
        banks = ", ".join(bank_name(code, words) for code in when.banks)
        parts.append(words.gettext("bank %(banks)s", banks=banks))
    parts += [part for part in (_amount(when, words), _fee(when, words), _hours(when, words)) if part]
    if when.weekdays:
        parts.append(_weekdays(when.weekdays, words))
    return ", ".join(parts)


def faults_told(refusal: RulesNotUsable, place: int, words: Words) -> tuple[dict[str, str], list[str]]:
    """Faults of the rule at a place beside their fields, and those of others as sentences."""
    beside: dict[str, str] = {}
    others: list[str] = []
    for told in refusal.faults:
        where, _, code = told.rpartition(": ")
        number, _, part = where.partition(".")
        text = words.gettext(FAULTS[Fault(code)])
        # The later of two rules with one name is the one that is told of; both have it.
        if number == str(place) or code == Fault.NAME_TWICE:
            beside.setdefault(FIELDS.get(part, "name"), text)
        elif number.isdecimal():
            others.append(words.gettext("Aturan %(number)s: %(fault)s", number=number, fault=text))
        else:
            others.append(text)
    return beside, others


def changes_told(changes: Sequence[str], words: Words) -> list[str]:
    """What somebody else changed, from the facts of a refusal."""
    found = []
    for told in changes:
        change, _, name = told.partition(": ")
        if change == Change.RENAMED:
            found.append(words.gettext("“%(name)s” diganti namanya", name=name))
        else:
            found.append(words.gettext(CHANGES[Change(change)], name=name))
    return found


def rail_named(
    rail: Mapping[str, Any], rails: Sequence[Mapping[str, Any]], accounts: Mapping[str, str]
) -> str:
    """A rail by its gateway; by its account where the gateway carries several of them."""
    gateway = gateway_name(rail["gateway"])
    if sum(one["gateway"] == rail["gateway"] for one in rails) < 2:
        return gateway
    return f"{gateway} ({accounts.get(rail['id'], rail['id'][:8])})"


def choice_told(
    inputs: Mapping[str, Any], outcome: Mapping[str, Any], words: Words, accounts: Mapping[str, str]
) -> list[str]:
    """Why the first rail is the first, why each other one is not, and which were not to be had at all."""
    rails = outcome["rails"]
    if not rails:
        return []
    first, others = rails[0], rails[1:]
    shut = inputs.get("shut", [])
    every = [*rails, *shut]

    def named(rail: Mapping[str, Any]) -> str:
        return rail_named(rail, every, accounts)

    told = [_approach(outcome, named(first), inputs.get("version"), words)]
    if outcome["rule"] is not None and outcome["approach"] not in {"rule", "split"}:
        told.append(words.gettext("Aturan “%(rule)s” berlaku di sini.", rule=outcome["rule"]))
    told += [
        words.gettext(
            "%(rail)s tidak didahulukan: %(why)s.",
            rail=named(rail),
            why="; ".join(_behind(rail, first, words)),
        )
        for rail in others
    ]
    told += [words.gettext("%(rail)s dilewati: sedang dijeda.", rail=named(rail)) for rail in shut]
    return told


def first_of(outcome: Mapping[str, Any]) -> str | None:
    """The rail that is tried first."""
    return outcome["rails"][0]["id"] if outcome["rails"] else None


def signed_money(minor: int, locale: str) -> str:
    """An amount with what direction it goes."""
    text = format_money(abs(minor), CURRENCY, locale)
    return text if minor == 0 else f"{'+' if minor > 0 else '−'}{text}"


def signed_number(value: float, locale: str, *, decimals: int = 1) -> str:
    """A number with what direction it goes."""
    rounded = round(value, decimals)
    text = format_number(abs(rounded), locale, decimals=decimals if rounded else 0)
    return text if rounded == 0 else f"{'+' if rounded > 0 else '−'}{text}"


def _approach(outcome: Mapping[str, Any], first: str, version: int | None, words: Words) -> str:
    rail = outcome["rails"][0]
    facts = {
        "rail": first,
        "rule": outcome["rule"] or "",
        "version": version or 0,
        "share": format_percent(rail["success"] * rail["paid"], words.locale),
        "fee": format_money(rail["fee_minor"], CURRENCY, words.locale),
    }
    told = _APPROACHES[outcome["approach"]]
    return words.gettext(told, **facts)


_APPROACHES: Final = {
    "rule": N_("%(rail)s dipilih karena aturan “%(rule)s” (versi %(version)s)."),
    "split": N_(
        "%(rail)s dipilih: aturan “%(rule)s” (versi %(version)s) membaginya, dan undiannya jatuh ke sana."
    ),
    "value": N_("%(rail)s dipilih: paling menguntungkan, %(share)s diperkirakan dibayar, biaya %(fee)s."),
    "probe": N_("%(rail)s dipilih untuk diuji: sebagian kecil pembayaran mencoba jalur selain yang terbaik."),
    "least_bad": N_("%(rail)s dipilih: semua jalur terganggu, ini yang paling tidak buruk."),
    "only": N_("%(rail)s dipilih: tidak ada jalur lain untuk cara bayar ini."),
}


def _behind(rail: Mapping[str, Any], first: Mapping[str, Any], words: Words) -> list[str]:
    """What stands against a rail, measured against the one before all others."""
    because = rail["because"]
    found = [words.gettext(_AGAINST[code]) for code in because if code in _AGAINST]
    if "probed" in first["because"]:
        found.append(words.gettext("kali ini jalur lain diuji"))
    if rail["fee_minor"] > first["fee_minor"]:
        dearer = format_money(rail["fee_minor"] - first["fee_minor"], CURRENCY, words.locale)
        found.append(words.gettext("lebih mahal %(amount)s", amount=dearer))
    here, there = rail["success"] * rail["paid"], first["success"] * first["paid"]
    if here < there:
        share = format_percent(here, words.locale)
        best = format_percent(there, words.locale)
        found.append(
            words.gettext("lebih jarang berhasil (%(share)s, bukan %(best)s)", share=share, best=best)
        )
    if not found and set(first["because"]) & {"drawn", "preferred", "cheapest"}:
        found.append(words.gettext("aturannya mendahulukan yang lain"))
    return found or [words.gettext("sama baiknya, tetapi urutannya di belakang")]


_AGAINST: Final = {
    "put_last": N_("aturan menaruhnya paling akhir"),
    "maintenance": N_("sedang pemeliharaan"),
    "is_degraded": N_("sedang menurun"),
    "is_down": N_("sedang mati"),
}


def _order(rule: Rule, words: Words) -> str:
    if rule.split:
        whole = sum(weight.parts for weight in rule.split)
        return ", ".join(
            f"{gateway_name(weight.gateway)} {_share(weight.parts, whole, words)}" for weight in rule.split
        )
    if rule.cheapest:
        return words.gettext("yang termurah dulu")
    named = [gateway_name(gateway) for gateway in rule.prefer]
    return words.gettext(", lalu ").join(named)


def _share(parts: int, whole: int, words: Words) -> str:
    share = Fraction(parts, whole)
    return format_percent(float(share), words.locale, decimals=0 if (share * 100).denominator == 1 else 1)


def _last(rule: Rule, words: Words) -> str:
    named = ", ".join(gateway_name(gateway) for gateway in rule.last)
    return words.gettext("%(gateways)s paling akhir", gateways=named) if named else ""


def _amount(when: When, words: Words) -> str:
    least, most = (
        None if minor is None else format_money(minor, CURRENCY, words.locale)
        for minor in (when.at_least_minor, when.at_most_minor)
    )
    if least and most:
        return words.gettext("%(least)s sampai %(most)s", least=least, most=most)
    if least:
        return words.gettext("mulai %(amount)s", amount=least)
    return words.gettext("sampai %(amount)s", amount=most) if most else ""


def _fee(when: When, words: Words) -> str:
    if when.fee_above_minor is None:
        return ""
    amount = format_money(when.fee_above_minor, CURRENCY, words.locale)
    return words.gettext("bila biaya termurah di atas %(amount)s", amount=amount)


def _hours(when: When, words: Words) -> str:
    if when.from_hour is None or when.to_hour is None:
        return ""
    mark = "." if words.locale == "id" else ":"
    return f"{when.from_hour:02}{mark}00–{when.to_hour:02}{mark}00"


def _weekdays(days: Sequence[int], words: Words) -> str:
    """Days in their order; a run of three or more by its ends."""
    ordered = sorted(set(days))
    names = [words.gettext(WEEKDAYS[day - 1]) for day in ordered]
    if len(ordered) >= 3 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{names[0]}–{names[-1]}"
    return ", ".join(names)


def _is_va(method: Method) -> bool:
    return method.group is Group.VIRTUAL_ACCOUNT and method.bank != "other"
