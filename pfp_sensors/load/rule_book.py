"""What each rule rests on: source and certainty, as load.md lists them."""

from __future__ import annotations

from typing import Final

BASIS: Final[dict[str, tuple[str, str]]] = {
    "R1": ("clinical practice for red flags (G-care; Cornwall NHS)", "S, M"),
    "R2": ("Esculier 2018, Silbernagel 2007 for the direction; sizes are engineering defaults", "M, E"),
    "R3": ("the article this project starts from; sizes are engineering defaults", "S, E"),
    "R4": ("caution: an unknown answer is not a good one", "E"),
    "R5": ("caution: an unknown impact is not a good one", "E"),
    "R6": ("Aubol and colleagues for the detectable 1.5 g; bands are engineering defaults", "S, E"),
    "R7": ("Frandsen 2025: a run over 10 % beyond the longest of 30 days, hazard ratio 1.64", "S"),
    "R8": ("Frandsen 2025; how long is an engineering default", "S, E"),
    "R9": ("Willson 2014, Lenhart 2014 for the direction", "S, E"),
    "R10": ("convention (Buist 2008 found no benefit); Nielsen 2014", "M, E"),
    "R11": ("Petersen 2015: knee load per kilometre was higher when running slowly", "S"),
    "R12": (
        "Trials 2023: each phase of the return ladder twice; sessions are an engineering default",
        "S, E",
    ),
    "R13": ("convention", "E"),
    "R14": ("Heiderscheit 2011, Willy 2016, Lenhart 2014, de Souza Junior 2024; schedule E", "S, E"),
    "R15": ("field feedback study 2025; Crowell and Davis 2011", "S"),
    "R16": ("Esculier 2018; sizes are engineering defaults", "M, E"),
    "R17": ("caution after a break", "E"),
    "R18": ("changes that count: Crossley 2004; times are engineering defaults", "S, E"),
    "X1": ("caution: made for adults with typical kneecap pain", "E"),
    "X2": ("caution at first use", "E"),
    "X3": ("Trials 2023 for the first distance", "S, E"),
    "X4": ("design: references change only when you confirm it", "D"),
    "X5": ("design: a late or lowered score never frees more than its absence held", "E"),
    "X6": ("caution: nothing answered", "E"),
    "X7": ("caution: landing impact without any pain entry", "E"),
    "X8": ("Esculier 2018: pain rules alone, where no sensor is worn", "S, E"),
    "X9": ("design: unknown stays unknown", "E"),
    "X10": ("design: the worse knee decides", "E"),
    "X11": ("design: amber cannot become a silent ban", "E"),
    "X12": ("a clinician's word", "E"),
    "X13": ("the article this project starts from; tiers of load.md 4", "E"),
    "X14": ("design: walk breaks are not running", "D"),
}
"""By rule id, in their order: source and certainty (S read, M memory, D derived, E engineering default)."""
