"""The real engine as the checks take it: judge, week plan and history file of the program."""

from __future__ import annotations

from typing import Final

from pfp_sensors.formats.history import history_document, history_from_document
from pfp_sensors.load.judge import judge
from pfp_sensors.load.plan import plan_week
from pfp_sensors.settings.exercises import load_exercises
from pfp_sensors.settings.load import load_load_settings
from tests.load.invariants import Engine

SETTINGS: Final = load_load_settings()
EXERCISES: Final = load_exercises()
REAL: Final = Engine(
    judge,
    SETTINGS,
    plan=lambda history, advice: plan_week(history, advice, SETTINGS, EXERCISES),
    through_file=lambda history: history_from_document(history_document(history), "diary"),
)
