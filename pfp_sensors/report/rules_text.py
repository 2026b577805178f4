"""The rules behind an answer as a list: which one decides, on what source, and how sure that is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.report import page
from pfp_sensors.report.recommendation_json import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pfp_sensors.model.recommendation import Rule

CERTAINTY_WORDS: Final = {
    "S": "read in the source",
    "M": "from memory, unchecked",
    "D": "derived by calculation",
    "E": "our own choice, untested",
}


def decided_line(rules: Iterable[Rule], width: int, command: str) -> str:
    """Name in one line the rules that decided and those that were looked at; empty where there is none.

    Parameters
    ----------
    command
        What lists all of them. Where the line has no room for every name, three dots stand for the rest.
    """
    known = list(rules)
    binding = [rule.id for rule in known if rule.binding]
    also = [rule.id for rule in known if rule.fired and not rule.binding]
    if not binding and not also:
        return ""
    decided = f"Decided by {page.listed(binding)}" if binding else ""
    least = 0 if binding else 1
    for count in range(len(also), least - 1, -1):
        names = ", ".join(also[:count]) + (" ..." if count < len(also) else "")
        looked = f"{'; also looked' if decided else 'Looked'} at {names}" if count else ""
        line = f"{decided}{looked}: `{command}`"
        if len(line) <= max(width, page.MIN_WIDTH) or count == least:
            return page.paragraph(line, width)
    return ""


def rules_text(rules: Iterable[Rule], width: int) -> str:
    """List all rules, those that decided first, with what each saw and allows; empty where there is none."""
    known = list(rules)
    parts = (
        _group("Rules that decide", [rule for rule in known if rule.binding], width),
        _group("Rules that also apply", [rule for rule in known if rule.fired and not rule.binding], width),
        _group("Rules that do not apply", [r for r in known if not r.fired and not r.binding], width),
    )
    return "\n\n".join(part for part in parts if part)


def _group(title: str, rules: list[Rule], width: int) -> str:
    return "\n".join([title, *(_rule(rule, width) for rule in rules)]) if rules else ""


def certainty_words(certainty: str) -> str:
    """Write the tags of load.md in words: ``M; sizes E`` has both spelled out."""
    return re.sub(r"\b[SMDE]\b", lambda tag: CERTAINTY_WORDS[tag[0]], certainty.replace(", ", "; "))


def _rule(rule: Rule, width: int) -> str:
    indent = " " * 6
    lines = [page.paragraph(rule.text, width, f"  {rule.id:<3} ", indent)]
    for title, values in (("Saw", rule.inputs), ("Allows", rule.limits)):
        if values:
            lines.append(page.paragraph(f"{title}: {_values(values)}.", width, indent, indent))
    origin = f"Source: {rule.source}. How sure: {certainty_words(rule.certainty)}."
    lines.append(page.paragraph(origin, width, indent, indent))
    return "\n".join(lines)


def _values(values: Mapping[str, Any]) -> str:
    return "; ".join(f"{name} {_value(value)}" for name, value in plain(values).items())


def _value(value: Any) -> str:
    """Write one value of a rule; four digits are more than any of them needs."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ", ".join(map(_value, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(item)}" for key, item in value.items()) or "none"
    return str(value)
