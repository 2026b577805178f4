"""Tables of the rules study: outcomes, pairs of policies, cells where ours loses, and which rules bound."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.rules_follow import OURS, POLICIES, RIVALS
from bench.rules_runner import FACTORS, WEEKS
from bench.tables import Section, Table, number, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.rules_follow import Outcome
    from bench.rules_study import Followed

TOY: Final = (
    "Toy models: no number here is evidence about people, and none can show that a rule helps a knee. "
    "They show what the rules do to each other, and where they cost more than they save in a world made up."
)
_LETTERS: Final = dict(zip(RIVALS, "TBAF", strict=True))
_LATE: Final = 2 * WEEKS
"""Stands for "not within the study" where weeks to the goal are subtracted."""
_SHOWN_RULES: Final = 12


def outcome_section(followed: Sequence[Followed]) -> Section:
    """Tell the outcomes by family and policy."""
    text = (
        f"{TOY}\n\n{len(followed)} simulated runners, {WEEKS} weeks each, under each policy with the same "
        "chance: median, and 10 to 90 % of runners. Flare-days: days with true pain of tier 2 (any item "
        "above 5, or a morning 2 or more above usual). Sore days: true pain of 3 or more. Weeks to goal: the "
        f'first week with 95 % of the goal volume; "> {WEEKS}" where not within the study. Worst week: mean '
        "over seven days of the day's worst pain. Skipped: planned runs, three a week, that were not run."
    )
    tables = tuple(_outcomes_of(family, _family(followed, family)) for family in _families(followed))
    cases = len(followed) * len(POLICIES)
    return Section("Outcomes by model and policy", text, tables, n_cases=cases)


def _outcomes_of(family: str, followed: Sequence[Followed]) -> Table:
    columns = (
        "policy", "flare-days", "sore days", "reach goal %", "weeks to goal", "weeks at goal", "worst week",
        "km", "skipped",
    )  # fmt: skip
    return Table(
        f'Model "{family}", {len(followed)} runners',
        columns,
        tuple((name, *_outcome_row(_of(followed, name))) for name in POLICIES),
    )


def _outcome_row(found: Sequence[Outcome]) -> tuple[str, ...]:
    return (
        spread(one.flare_days for one in found),
        spread(one.sore_days for one in found),
        percent(_reach(found), 0),
        spread(map(weeks_to_goal, found)),
        spread(one.weeks_at_goal for one in found),
        spread((one.worst_week for one in found), 1),
        spread(one.km for one in found),
        spread(one.skipped for one in found),
    )


def pairs_section(followed: Sequence[Followed]) -> Section:
    """Compare this rule set with each other policy, runner by runner."""
    text = (
        "Each runner under this rule set against the same runner under another policy. More flare-days, "
        "later at the goal: share of runners for whom this rule set does worse. A runner who reaches the "
        "goal under neither counts as the same."
    )
    tables = tuple(_pairs_of(family, _family(followed, family)) for family in _families(followed))
    return Section("This rule set against the others, runner by runner", text, tables)


def _pairs_of(family: str, followed: Sequence[Followed]) -> Table:
    columns = (
        "against", "fewer flare-days %", "same %", "more %", "sooner at goal %", "same %", "later %",
        "km, median % of theirs",
    )  # fmt: skip
    ours = _of(followed, OURS)
    rows = []
    for name in POLICIES[1:]:
        theirs = _of(followed, name)
        flares = [a.flare_days - b.flare_days for a, b in zip(ours, theirs, strict=True)]
        weeks = [
            min(weeks_to_goal(a), _LATE) - min(weeks_to_goal(b), _LATE)
            for a, b in zip(ours, theirs, strict=True)
        ]
        km = [a.km / b.km for a, b in zip(ours, theirs, strict=True) if b.km > 0.0]
        rows.append((name, *_signs(flares), *_signs(weeks), percent(float(np.median(km)), 0) if km else "-"))
    return Table(f'Model "{family}"', columns, tuple(rows))


def _signs(differences: Sequence[float]) -> tuple[str, str, str]:
    """Give the shares below, at and above 0."""
    signs = np.sign(np.asarray(differences))
    below, at, above = (percent(float(np.mean(signs == sign)), 0) for sign in (-1, 0, 1))
    return below, at, above


def cells_section(followed: Sequence[Followed]) -> Section:
    """Show each level of each factor, and where this rule set does no better."""
    names = ", ".join(f"{letter} {name}" for name, letter in _LETTERS.items())
    text = (
        "Each level of each swept parameter, all others mixed. Mean flare-days, and the share of runners who "
        f"reach the goal. Where ours loses: {names}; a letter in the column before the last names a policy "
        "with as few or fewer flare-days in the mean, in the last one a policy by which more runners reach "
        "the goal."
    )
    tables = tuple(_cells_of(family, _family(followed, family)) for family in _families(followed))
    return Section("Where ours loses", text, tables)


def _cells_of(family: str, followed: Sequence[Followed]) -> Table:
    letters = tuple(_LETTERS.values())
    columns = (
        "parameter", "runners", "flares: ours", *letters, "goal %: ours", *letters, "no fewer flares than",
        "fewer at goal than",
    )  # fmt: skip
    rows = [_cell_row("all", followed)]
    for factor, levels in FACTORS.items():
        if factor == "family":
            continue
        for level in levels:
            cell = [one for one in followed if one.levels[factor] == level]
            if cell:
                rows.append(_cell_row(f"{factor}: {level}", cell))
    return Table(f'Model "{family}"', columns, tuple(rows))


def _cell_row(name: str, cell: Sequence[Followed]) -> tuple[str, ...]:
    flares = {p: float(np.mean([one.flare_days for one in _of(cell, p)])) for p in (OURS, *RIVALS)}
    goal = {p: _reach(_of(cell, p)) for p in (OURS, *RIVALS)}
    more = "".join(_LETTERS[p] for p in RIVALS if flares[OURS] >= flares[p])
    slower = "".join(_LETTERS[p] for p in RIVALS if goal[OURS] < goal[p])
    shown = (*(number(flares[p]) for p in flares), *(percent(goal[p], 0) for p in goal))
    return (name, str(len(cell)), *shown, more or "-", slower or "-")


def bound_section(followed: Sequence[Followed]) -> Section:
    """Tell which rules bound, and how often no run was advised."""
    text = (
        "This rule set only: in what share of all questions before a run a limit of each rule was the length "
        "of the run (several may be so at once), and how often the answer was no run."
    )
    found = {family: _bound(_family(followed, family)) for family in _families(followed)}
    total: Counter[str] = Counter()
    for shares in found.values():
        total.update(shares)
    names = [name for name, _ in total.most_common() if not name.startswith("status")][:_SHOWN_RULES]
    rows = [(name, *(percent(shares.get(name, 0.0), 0) for shares in found.values())) for name in names]
    rows.append(("no run", *(percent(shares.get("status no_run", 0.0), 0) for shares in found.values())))
    table = Table("Share of questions, %", ("rule", *found), tuple(rows))
    return Section("Which rules bound", text, (table,))


def _bound(followed: Sequence[Followed]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    asked = 0
    for one in _of(followed, OURS):
        counts.update(one.bound)
        asked += one.asked
    return {name: n / asked for name, n in counts.items()} if asked else {}


def spread(values: Iterable[float], decimals: int = 0) -> str:
    """Write a median with its 10 to 90 % range; "> 20" for weeks beyond the study, which are infinite."""
    found = np.asarray(list(values), dtype=np.float64)
    if not len(found):
        return "-"
    # Taken from the values themselves, so that nothing lies between a week and "not reached".
    low, mid, high = np.percentile(found, (10, 50, 90), method="nearest")
    shown = [number(float(one), decimals) if np.isfinite(one) else f"> {WEEKS}" for one in (low, mid, high)]
    return f"{shown[1]} ({shown[0]} to {shown[2]})"


def weeks_to_goal(one: Outcome) -> float:
    """Give the first week at the goal volume; infinite where it was not reached."""
    return float("inf") if one.weeks_to_goal is None else one.weeks_to_goal


def _reach(found: Sequence[Outcome]) -> float:
    return float(np.mean([one.weeks_to_goal is not None for one in found])) if found else float("nan")


def _of(followed: Iterable[Followed], policy: str) -> list[Outcome]:
    return [one.outcomes[policy] for one in followed]


def _families(followed: Sequence[Followed]) -> list[str]:
    """Name the families that any runner belongs to."""
    return [family for family in FACTORS["family"] if _family(followed, family)]


def _family(followed: Iterable[Followed], family: str) -> list[Followed]:
    return [one for one in followed if one.levels["family"] == family]
