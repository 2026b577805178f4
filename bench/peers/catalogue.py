"""Which packages are compared, by which of their methods, and what has to be said to be fair to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Method:
    """One way of finding contacts: its key in the adapter, its name in tables, its settings in a sentence."""

    key: str
    label: str
    how: str


@dataclass(frozen=True, slots=True)
class Peer:
    """A package: its environment ("" for our own), its adapter, its methods.

    ``made_for`` and ``given`` are paragraphs for the page: what it was made for, and what it was given here.
    """

    name: str
    environment: str
    adapter: str
    methods: tuple[Method, ...]
    made_for: str
    given: str


FLOOR: Final = Peer(
    "floor",
    "",
    "floor_adapter.py",
    (Method("floor", "floor", "one order-4 sosfiltfilt over six channels."),),
    "No method: what reading the hour and filtering its six channels once costs.",
    "The same file as all others.",
)
OURS: Final = Peer(
    "pfp_sensors",
    "",
    "ours_adapter.py",
    (Method("analysis", "pfp_sensors", "`analyse_recording` with the shipped settings."),),
    "Made for running with this sensor at this place, and tested on hours by this very simulator: no "
    "method here had a better chance. Its time includes all of the analysis (finding the run, mounting, "
    "stride lengths, landing peaks, summary), not contacts alone.",
    "The whole hour; neither where the run is nor how the sensor sits.",
)
PEERS: Final = (
    Peer(
        "gaitmap",
        "gaitmap",
        "gaitmap_adapter.py",
        (
            Method(
                "defaults", "gaitmap, Rampp, defaults", "ConstrainedBarthDtw() and RamppEventDetection()."
            ),
            Method("rampp", "gaitmap, Rampp", "ConstrainedBarthDtw(max_cost=8) and RamppEventDetection()."),
            Method(
                "herzer", "gaitmap, Herzer", "ConstrainedBarthDtw(max_cost=8) and HerzerEventDetection()."
            ),
        ),
        "Made for walking with a sensor on the shoe: a template of a walking stride is searched in the "
        "gyroscope (ConstrainedBarthDtw), then events are sought in each stride. On the shank, foot off is "
        "not where its rules for a foot look for it, hence the large constant.",
        "The whole hour in its axes of a right foot (m/s2, deg/s, float64). With the default cost limit of "
        "4 it takes almost no running stride for a stride. max_cost=8 is ours, found on the first five "
        "minutes (6, 8 and 12 did alike with min_match_length_s=0.4, BarthDtw did worse); nothing else was "
        "changed. The templates and Rampp's rules come from gaitmap_mad (AGPL), which is only installed "
        "here, never part of this package.",
    ),
    Peer(
        "mobgap",
        "mobgap",
        "mobgap_adapter.py",
        (
            Method("ionescu", "mobgap, Ionescu", "IcdIonescu(), vertical acceleration."),
            Method("shin", "mobgap, Shin", "IcdShinImproved(), norm of the acceleration."),
            Method("hklee", "mobgap, HKLee", "IcdHKLeeImproved(), norm of the acceleration."),
        ),
        "Made for walking with a sensor at the lower back, where both feet are felt, and validated on "
        "patients. It gives initial contacts alone. Its detectors filter to the main rhythm at 40 Hz; that "
        "rhythm is the step at the back and the stride at the shank, so on one shank they find one "
        "contact a stride, at some other phase of it.",
        "The run alone as one gait sequence (a favour: where it is was told), in its axes (m/s2, deg/s, "
        "float64), defaults.",
    ),
    Peer(
        "scikit-digital-health",
        "scikit-digital-health",
        "skdh_adapter.py",
        (
            Method("own bouts", "skdh, own bouts", "PredictGaitLumbarLgbm(), then GaitLumbar()."),
            Method("forward", "skdh, forward", "GaitLumbar(), its default: wavelets of the forward axis."),
            Method(
                "vertical",
                "skdh, vertical",
                "GaitLumbar(gait_event_method='Vertical CWT'): wavelets of the vertical axis.",
            ),
        ),
        "Made for walking with a sensor at the lower back. Its classifier of gait takes none of this for "
        "walking, which is right. GaitLumbar does not stop at contacts: it also computes some forty "
        "quantities of gait, and its time includes them. Terminal contact is its initial contact plus its "
        "stance time.",
        "For GaitLumbar the run alone (g, float64), told that all of it is gait and which axes point up "
        "and forward (favours); for its own bouts the whole hour. No height, no gyroscope (used for turns "
        "only).",
    ),
    Peer(
        "KielMAT",
        "kielmat",
        "kielmat_adapter.py",
        (
            Method(
                "own bouts",
                "KielMAT, own bouts",
                "ParaschivIonescuGaitSequenceDetection(), then ParaschivIonescuInitialContactDetection().",
            ),
            Method("told", "KielMAT", "ParaschivIonescuInitialContactDetection()."),
        ),
        "Made for walking with a sensor at the lower back. It gives initial contacts alone.",
        "The whole hour (g, float64) with the shank's axis for the vertical one, defaults; where the run "
        "is was told (a favour), or not. With SciPy 1.17.1 its 0.0.5 catches an error inside and finds "
        "nothing; its environment holds SciPy 1.13.1.",
    ),
)
