"""A diary of a runner who does well, computed: four weeks of three quiet, answered runs."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

DAYS = 28


def diary_document(last: date, *, offset: str = "+00:00") -> dict[str, Any]:
    """Write a ``pfp.history/1`` document whose last run was on a day; all of it is synthetic."""
    days = [last - timedelta(back) for back in range(DAYS, -1, -1) if back % 3 == 0]
    runs = [
        {
            "id": f"r{number}",
            "start": f"{day}T07:00:00{offset}",
            "km": 4.0,
            "minutes": 26.0,
            "speed_mps": 2.56,
            "cadence_spm": 165,
            "steps": 4290,
            "impact": {"resultant_g": 7.1, "quality": "good"},
            "pain": {"before": 1, "during": 2, "after60": 1, "morning": 1},
            "source": "import",
            "synthetic": True,
        }
        for number, day in enumerate(days, 1)
    ]
    strength = [
        {"date": f"{day + timedelta(1)}", "kind": "strength", "name": "glute_bridge", "pain": 0}
        for day in days[:-1]
    ]
    return {
        "schema": "pfp.history/1",
        "profile": {
            "born": 1990,
            "knees": ["right"],
            "usual_pain": 1,
            "goal_week_km": 30,
            "goal_longest_km": 10,
            "planned_runs": 3,
            "days": ["tue", "fri", "sun"],
            "impact_mode": "sensor",
            "baseline": {"impact_resultant_g": 7.2, "speed_mps": 2.56, "cadence_spm": 164},
        },
        "runs": runs,
        "pain": [{"date": f"{last + timedelta(1)}", "when": "day", "score": 1, "knee": "right"}],
        "symptoms": [],
        "exercises": strength,
        "checkins": [],
        "scores": [{"date": f"{days[0]}", "kind": "akps", "value": 74}],
        "caps": [{"date": f"{days[0]}", "km": 4.4, "minutes": 28.6}],
        "events": [{"date": f"{days[0]}", "kind": "stage", "value": "build", "by": "program"}],
        "overrides": [],
    }


def write_diary(path: Path, last: date, **options: Any) -> Path:
    """Write that document into a file."""
    path.write_text(json.dumps(diary_document(last, **options)), encoding="utf-8")
    return path
