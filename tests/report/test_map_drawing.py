import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager
from PIL import Image

from hetao.report import fonts
from hetao.report.basemap import Frame
from hetao.report.classes import class_of, round_breaks
from hetao.report.furniture import Label, Lettering, round_length
from hetao.report.maps import CityMaps, Sheet
from hetao.report.palette import colour, tokens

finite = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-3)


@given(st.lists(finite, min_size=1, max_size=30), st.none() | finite)
def test_every_value_has_a_class_and_there_are_at_most_seven(values, benchmark):
    breaks = round_breaks(values, benchmark)
    assert breaks == sorted(set(breaks))
    assert len(breaks) <= 6
    assert all(0 <= index <= len(breaks) for index in class_of(values, breaks))


def test_the_standard_is_one_of_the_breaks():
    breaks = round_breaks([41.0, 58.0, 63.0, 79.0, 84.0, 91.0, 100.0], benchmark=85.0)
    assert breaks == [50.0, 60.0, 70.0, 85.0]


def test_an_unknown_zone_has_no_class():
    assert class_of([math.nan, 3.0], [2.0]) == [-1, 1]


def test_the_scale_bar_is_of_a_round_length_and_true_to_the_frame():
    assert [round_length(metres) for metres in (999, 1000, 4999, 13)] == [500, 1000, 2000, 10]


class Canvas:
    def __init__(self):
        self.written = []

    def text(self, *placed, **_):
        self.written.append(placed[2])


def test_of_two_names_in_one_place_the_second_is_left_out():
    canvas = Canvas()
    letters = Lettering(canvas, Frame(0, 0, 4000, 3000), width_inches=4)
    assert letters.place(Label(2000, 1500, ("永济社区",)))
    assert not letters.place(Label(2050, 1510, ("曙光社区",)))
    assert letters.place(Label(2000, 2200, ("北环社区",)))
    assert canvas.written == ["永济社区", "北环社区"]


def test_colours_are_those_of_the_light_theme():
    assert colour("missed-mark") == "#b82c15"
    assert colour("paper") == "#f4f3ee"
    assert len(tokens()) > 90


def drawn(family, text):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with fonts.lettering(family):
        figure = Figure(figsize=(2, 1), dpi=100)
        canvas = FigureCanvasAgg(figure)
        figure.text(0.1, 0.3, text, fontsize=40)
        canvas.draw()
        return np.array(canvas.buffer_rgba())


def test_without_a_system_font_the_bundled_one_letters_in_mainland_forms():
    bundled = fonts.chinese_family(())
    assert bundled == "Noto Sans CJK JP"
    with_language = drawn(bundled, "直骨")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fonts, "LANGUAGE", "ja")
        japanese = drawn(bundled, "直骨")
    assert (with_language != japanese).any()
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    if "Noto Sans CJK SC" in known:
        assert (with_language == drawn("Noto Sans CJK SC", "直骨")).all()


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).reshape(-1, 3)


def inks_of(png):
    return {
        f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in np.unique(pixels(png), axis=0)
    }


def test_zones_are_filled_by_class_and_the_map_has_the_size_asked_for(town):
    table = town.observations.query(
        "indicator == 'park_service_coverage' and variant == 'official' and level == 'community'"
    )
    png = CityMaps(town).zones(table, unit="%", benchmark=85.0, sheet=Sheet(4.0, 4.0, "社区"))
    assert Image.open(io.BytesIO(png)).size == (720, 720)
    assert {colour("seq-1"), colour("seq-7"), colour("map-unknown")} <= inks_of(png)


def test_findings_stand_on_the_map_as_the_shapes_of_their_remedy(town):
    maps = CityMaps(town)
    sheet = Sheet(4.0, 4.0)
    deadline = inks_of(maps.findings(town.findings["dead_end_roads"], sheet=sheet))
    effort = inks_of(maps.findings(town.findings["park_service_coverage"], sheet=sheet))
    assert colour("missed-mark") in deadline
    assert colour("missed-mark") not in effort
    assert colour("behind-mark") in effort
