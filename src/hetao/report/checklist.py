"""The checklist of facilities by community, as its readers need it."""

import math

import pandas as pd

from hetao.catalogue.facilities import facility_kinds
from hetao.report import numbers
from hetao.report.texts import say

SEARCHED_M = 3000
"""How far the checklist looks for the nearest facility."""


def named(checklist: pd.DataFrame | None) -> pd.DataFrame:
    """Return the checklist with the Chinese names of the kinds; empty where there is none."""
    if checklist is None or checklist.empty:
        columns = ["zone", "kind", "kind_zh", "level", "duty", "present", "nearest_m", "radius_m",
                   "verified"]  # fmt: skip
        return pd.DataFrame(columns=columns)
    table = checklist.copy()
    kinds = facility_kinds()
    if "kind_zh" not in table:
        known = {kind: kinds[kind].name_zh for kind in table["kind"].unique() if kind in kinds}
        table["kind_zh"] = table["kind"].map(known).fillna(table["kind"])
    if "duty" not in table:
        table["duty"] = "required"
    return table


def distance_told(metres: float | None) -> str:
    """
    Return how far the nearest facility is.

    Examples
    --------
    >>> distance_told(1480.0), distance_told(float("inf")), distance_told(float("nan"))
    ('1,480 米', '3,000 米以外', '数据中没有')
    """
    if metres is not None and math.isinf(metres):
        return say("checklist.beyond", metres=numbers.number(SEARCHED_M))
    said = numbers.distance(metres)
    return say("checklist.nowhere") if said == numbers.UNKNOWN else said
