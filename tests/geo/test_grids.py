"""Grid cells tile a city without gap or overlap."""

import geopandas as gpd
import pytest
import shapely

from hetao.errors import UserError
from hetao.geo.crs import metric_crs
from hetao.geo.grids import grid_cells, parse_grid

CITY = shapely.box(107.38, 40.72, 107.44, 40.78)


@pytest.mark.parametrize(("shape", "cell_m2"), [("square", 250_000.0), ("hexagon", 216_506.35)])
def test_cells_cover_the_city_once(shape: str, cell_m2: float):
    crs = metric_crs(107.41, 40.75)
    cells = grid_cells(CITY, shape=shape, size_m=500).to_crs(crs)
    city = gpd.GeoSeries([CITY], crs="EPSG:4490").to_crs(crs).iloc[0]
    assert cells.area.sum() == pytest.approx(city.area, rel=1e-6)
    assert cells.union_all().area == pytest.approx(city.area, rel=1e-6)
    # a whole cell: side² for squares, √3/2 · width² for hexagons
    assert cells.area.max() == pytest.approx(cell_m2, rel=1e-6)
    assert cells.index.is_unique


@pytest.mark.parametrize("text", ["circle:500", "square", "square:x", "square:5"])
def test_a_grid_that_cannot_be_is_refused(text: str):
    with pytest.raises(UserError, match="Write square:500 or hexagon:300"):
        parse_grid(text)
