"""Web-map coordinates go back to where things are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hetao.geo.datum import from_bd09, from_gcj02, to_bd09, to_gcj02

places = st.tuples(st.floats(75, 134), st.floats(18, 53))


@given(places)
def test_there_and_back_is_where_one_began(place: tuple[float, float]):
    lon, lat = (np.array([value]) for value in place)
    for there, back in ((to_gcj02, from_gcj02), (to_bd09, from_bd09)):
        x, y = back(*there(lon, lat))
        assert (x[0], y[0]) == pytest.approx(place, abs=1e-8)


def test_the_shift_is_that_of_published_pairs():
    # Tiananmen as commonly published by converters: WGS 84 116.391305, 39.905530 ->
    # GCJ-02 116.397547, 39.906934 and BD-09 116.403927, 39.913270, to about a metre
    lon, lat = np.array([116.391305]), np.array([39.905530])
    assert np.hstack(to_gcj02(lon, lat)) == pytest.approx([116.397547, 39.906934], abs=2e-5)
    assert np.hstack(to_bd09(lon, lat)) == pytest.approx([116.403927, 39.913270], abs=5e-5)


def test_abroad_nothing_is_shifted():
    lon, lat = np.array([-51.2]), np.array([-30.05])
    for shift in (to_gcj02, to_bd09, from_gcj02, from_bd09):
        assert np.hstack(shift(lon, lat)) == pytest.approx([-51.2, -30.05])
