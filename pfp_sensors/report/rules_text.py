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


def rules_text(rules: Iterable[Rule], width: int, *, all_rules: bool = False) -> str:
    """List the rules that decided and name those that applied; with ``all_rules`` list all, with inputs.

    Empty where there is nothing to list.
    """
    known = list(rules)
    also = [rule for rule in known if rule.fired and not rule.binding]
    parts = [_group("Rules that decide", [rule for rule in known if rule.binding], width, all_rules)]
    if all_rules:
        parts.append(_group("Rules that also apply", also, width, all_rules))
        rest = [rule for rule in known if not rule.fired and not rule.binding]
        parts.append(_group("Rules that do not apply", rest, width, all_rules))
    elif also:
        names = ", ".join(rule.id for rule in also)
        line = f"Also looked at: {names}. `pfp next --rules` shows each of them."
        parts.append(page.paragraph(line, width))
    return "\n\n".join(part for part in parts if part)


def _group(title: str, rules: list[Rule], width: int, inputs: bool) -> str:
    return "\n".join([title, *(_rule(rule, width, inputs=inputs) for rule in rules)]) if rules else ""


def certainty_words(certainty: str) -> str:
    """Write the tags of load.md in words: ``M; sizes E`` has both spelled out."""
    return re.sub(r"\b[SMDE]\b", lambda tag: CERTAINTY_WORDS[tag[0]], certainty.replace(", ", "; "))


def _rule(rule: Rule, width: int, *, inputs: bool) -> str:
    indent = " " * 6
    lines = [page.paragraph(rule.text, width, f"  {rule.id:<3} ", indent)]
    if inputs:
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
