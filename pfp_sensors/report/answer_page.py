"""The answer for the next run as part of a page: the panel, what is missing, and every rule as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfp_sensors.report import page
from pfp_sensors.report.html import Markup, blocks, data_table, element, facts, joined, prose
from pfp_sensors.report.missing_words import missing_words
from pfp_sensors.report.next_answer import answer, what_to_do
from pfp_sensors.report.next_text import answer_rows, notes, overrides
from pfp_sensors.report.rules_text import certainty_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pfp_sensors.model.recommendation import Recommendation, Rule

ONE_LINE: Final = 1_000_000
"""A width at which no text of the commands is broken into lines."""


def answer_panel(rec: Recommendation) -> Markup:
    """Write the answer of ``pfp next``: the first line, why, what else holds, and when it was judged."""
    parts: list[str] = [element("p", prose(answer(rec)), class_="main")]
    if rec.why:
        parts.append(element("p", prose(f"Why: {rec.why}")))
    parts += [blocks(text) for text in what_to_do(rec, ONE_LINE)]
    if not is_stopped(rec):
        parts.append(facts(answer_rows(rec, with_stage=True)))
    parts += [blocks(text) for text in (*notes(rec, ONE_LINE), *overrides(rec, ONE_LINE))]
    judged = f"Judged on what the diary held on {page.moment_words(rec.as_of)}."
    return joined([element("div", *parts, class_="panel"), element("p", judged, class_="soft")])


def is_stopped(rec: Recommendation) -> bool:
    """Tell whether something comes before any figure: a clinician, or the first questions."""
    return rec.refer or rec.status in ("needs_input", "refer")


def missing_list(rec: Recommendation) -> Markup:
    """Write what is missing for a better answer and how to enter it; empty where nothing is."""
    if rec.refer or rec.status == "refer":
        return Markup("")
    items = [element("li", prose(text)) for text in missing_words(rec)]
    return element("ul", *items) if items else Markup("")


def rules_table(rules: Iterable[Rule]) -> Markup:
    """Write every rule: what it does here, what it says, its source and how sure that is."""
    known = sorted(rules, key=lambda rule: (not rule.binding, not rule.fired))
    rows = [
        (rule.id, _does(rule), rule.text, f"{rule.source} ({certainty_words(rule.certainty)})")
        for rule in known
    ]
    return data_table("Every rule, those that decide first", ("rule", "here", "what it says", "source"), rows)


def _does(rule: Rule) -> str:
    return "decides" if rule.binding else "applies" if rule.fired else "does not apply"
