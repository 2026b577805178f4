"""What came of runs that were analysed again (``pfp.recompute/1``), as plain text."""

from __future__ import annotations

from typing import Any, Final

from pfp_sensors.report import words
from pfp_sensors.report.tables import table

_IN_FULL: Final = 10
_IN_TABLE: Final = 20
_COLUMNS: Final = {"distance": "km", "speed": "speed_mps", "cadence": "cadence_spm", "impact": "impact"}

_NAMES: Final = {
    "km": "distance",
    "minutes": "running time",
    "speed_mps": "speed",
    "cadence_spm": "cadence",
    "steps": "steps",
    "distance_source": "distance from",
    "distance_error_pct": "distance off by",
}
_DIGITS: Final = {"km": 3, "g": 2, "m/s": 3, "steps/min": 1, "min": 2, "%": 1}


def recompute_text(document: dict[str, Any], *, every: bool = False) -> str:
    """Write what differs: of few runs all figures, of many the summary and a line for each that changed most.

    Parameters
    ----------
    document
        ``pfp.recompute/1``.
    every
        Write all figures of all runs.
    """
    counts = document["counts"]
    if not counts["runs"]:
        return "Nothing to do: no run in the diary has a recording here.\n"
    if counts["up_to_date"] == counts["runs"] and not document["stopped"]:
        made = words.count(counts["runs"], "run")
        return f"Nothing to do: this version and these settings made the figures of {made}.\n"
    changed = [one for one in document["runs"] if one["differences"]]
    parts = [words.paragraph(_counted(document))]
    in_full = every or len(changed) <= _IN_FULL
    if len(changed) > 1:
        parts.append(_summary(document["figures"]))
    if changed:
        parts.append("\n".join(_in_full(one) for one in changed) if in_full else _most_changed(changed))
    parts += [words.paragraph(f"{one['run']}: {note}") for one in document["runs"] for note in one["notes"]]
    if any(one["synthetic"] for one in changed):
        parts.append("* SYNTHETIC: computed by a program, not run by a person.")
    parts += [words.paragraph(line) for line in _ending(document)]
    return "\n\n".join(parts) + "\n"


def _counted(document: dict[str, Any]) -> str:
    counts, trial = document["counts"], document["dry_run"]
    would = "would have" if trial else "have"
    other = counts["changed"]
    said = [f"{words.count(counts['analysed'], 'run')} analysed again"]
    if counts["analysed"]:
        has = would if trial or other != 1 else "has"
        said.append(f"{other} {has} other figures, {counts['analysed'] - other} the same")
    text = ": ".join(said) + "."
    if counts["up_to_date"]:
        text += f" Of {counts['up_to_date']} the figures are of this version and these settings already."
    if counts["failed"]:
        text += (
            f" {words.count(counts['failed'], 'run')} could not be analysed and {_stay(counts['failed'])}."
        )
    return text


def _stay(many: int) -> str:
    return "stays as it was" if many == 1 else "stay as they were"


def _summary(figures: list[dict[str, Any]]) -> str:
    rows = [
        (figure_name(one["figure"]), str(one["runs"]), _pct(one["median_pct"]), _pct(one["largest_pct"]))
        for one in figures
    ]
    lines = table(("figure", "runs", "median", "largest"), rows).splitlines()
    return "\n".join(
        [lines[0], *(f"{line}  {_where(one)}".rstrip() for line, one in zip(lines[1:], figures, strict=True))]
    )


def _where(one: dict[str, Any]) -> str:
    """Say which run changed most, and in how many the figure came or went."""
    said = [] if one["largest_run"] is None else [f"{one['largest_run']}: {_values(one, 'largest_')}"]
    return ", ".join(said + _known(one))


def _known(one: dict[str, Any]) -> list[str]:
    words_of = (("became_known", "known now"), ("became_unknown", "unknown now"))
    return [f"{one[key]} {word}" for key, word in words_of if one[key]]


def _name(one: dict[str, Any]) -> str:
    return f"{one['run']}*" if one["synthetic"] else str(one["run"])


def _in_full(one: dict[str, Any]) -> str:
    lines = [f"{_name(one)}, {one['day']}"]
    width = max(len(figure_name(each["figure"])) for each in one["differences"])
    for each in one["differences"]:
        share = "" if each["change_pct"] is None else f" ({_pct(each['change_pct'])})"
        kept = "; stays as it was" if each["kept"] else ""
        lines.append(f"  {figure_name(each['figure']):<{width}}  {_values(each)}{share}{kept}")
    return "\n".join(lines)


def _most_changed(changed: list[dict[str, Any]]) -> str:
    """Write a line for each of the runs that changed most, in order of time."""
    shown = sorted(changed, key=_size, reverse=True)[:_IN_TABLE]
    ids = {one["run"] for one in shown}
    told = [one for one in changed if one["run"] in ids]
    columns = {head: [_largest(one, figure) for one in told] for head, figure in _COLUMNS.items()}
    filled = {head: cells for head, cells in columns.items() if any(cells)}
    rows = [(_name(one), one["day"], *cells) for one, *cells in zip(told, *filled.values(), strict=True)]
    text = table(("run", "day", *filled), rows, left=2)
    more = len(changed) - len(rows)
    if more:
        text += f"\nand {words.count(more, 'run')} that changed less"
    return f"{text}\n\n{words.paragraph('--every shows all figures of all runs, and so does --json.')}"


def _size(one: dict[str, Any]) -> float:
    return max((abs(each["change_pct"] or 0.0) for each in one["differences"]), default=0.0)


def _largest(one: dict[str, Any], figure: str) -> str:
    """Write the change of a figure, of two legs the larger one."""
    found = [each for each in one["differences"] if each["figure"].split(" ")[0] == figure and each["unit"]]
    if not found:
        return ""
    most = max(found, key=lambda each: abs(each["change_pct"] or 0.0))
    if most["change_pct"] is None:
        return "unknown now" if most["now"] is None else "known now"
    return _pct(most["change_pct"]) + (" (stays)" if most["kept"] else "")


def figure_name(figure: str) -> str:
    """Name a figure of ``pfp.recompute/1`` as people say it."""
    first, _, rest = figure.partition(" ")
    if first != "impact":
        return _NAMES.get(figure, figure)
    leg, _, part = rest.rpartition(" ")
    what = "impact" if part == "resultant_g" else "impact, how sure"
    return f"{what}, {leg} leg" if leg else what


def _values(each: dict[str, Any], prefix: str = "") -> str:
    unit = each["unit"]
    before, now = (_value(each[f"{prefix}{key}"], unit) for key in ("before", "now"))
    return f"{before} -> {now}{'' if unit is None else f' {unit}'}"


def _value(value: float | str | None, unit: str | None) -> str:
    if value is None:
        return "unknown"
    return str(value) if isinstance(value, (str, int)) else f"{value:.{_DIGITS.get(str(unit), 2)}f}"


def _pct(value: float | None) -> str:
    """Write a change; a small one is never written as none."""
    if value is None:
        return ""
    return f"{value:+.1f} %" if abs(value) >= 0.05 else f"{value:+.1g} %"


def _ending(document: dict[str, Any]) -> list[str]:
    """Say what was kept, and what the new figures are to be held against."""
    if document["dry_run"]:
        return ["Nothing was stored: this was a dry run."]
    if not document["counts"]["analysed"]:
        return []
    lines = [
        "The old figures are kept in the diary, limits that were issued stay as they were issued, and the "
        "recordings were not touched. `pfp undo` takes back what was stored now."
    ]
    if any(one["figure"] in ("km", "minutes") for one in document["figures"]):
        lines.append(
            "Distance or running time changed, so `pfp next` may now advise less or more than it last did, "
            "with no run between."
        )
    legs = document["baseline_legs"]
    if legs:
        lines.append(
            f"Your baseline of landing impact ({', '.join(legs)}) stays as it was confirmed and is of the "
            "old figures: the new ones may lie higher or lower by the method alone. "
            "`pfp confirm baseline suggested` takes one from the figures of now."
        )
    return lines
