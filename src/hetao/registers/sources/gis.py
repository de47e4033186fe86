"""Read GIS files: whatever GDAL reads, Shapefiles in GBK as well as UTF-8."""

import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pyarrow
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from hetao.errors import Tell, quiet
from hetao.registers.faults import fault
from hetao.registers.reading import Reading
from hetao.registers.sources.archives import (
    CutError,
    MissingPartsError,
    check_whole,
    data_sets,
    said_encoding,
)
from hetao.registers.sources.encodings import RAW, legible
from hetao.registers.sources.layers import (
    Layer,
    file_where,
    reading_of,
    reason,
    register_of_name,
)
from hetao.registers.sources.mapping import column_mapping

PARQUET = (".parquet", ".geoparquet")


def read_gis(
    path: Path,
    *,
    register: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    mapping: Path | None = None,
    tell: Tell = quiet,
) -> Reading:
    """
    Read one layer of a GIS file into a register.

    Parameters
    ----------
    register : str, optional
        Recognised from the layer's name and columns where not given.
    layer : str, optional
        Needed where the file has several and not just one is named like a register.
    crs : str, optional
        Goes before what the file says.

    Returns
    -------
    Reading
        With one error among its faults where nothing can be taken.
    """
    tell("read", 0, 1)
    columns = column_mapping(mapping)
    try:
        with data_sets(path) as parts:
            frame, name, left = _opened(_layers(parts), layer, register or columns.register)
    except _LayerFault as error:
        key, facts = error.args
        return Reading({}, (fault(key, path.name, **facts),))
    except MissingPartsError as error:
        return Reading({}, (fault("shapefile_parts", path.name, parts=error),))
    except (
        DataSourceError, DataLayerError, pyarrow.ArrowInvalid, zipfile.BadZipFile, ValueError,
        OSError,
    ) as error:  # fmt: skip
        return Reading({}, (fault("unreadable", path.name, why=reason(error, path)),))
    where = file_where(path, name)
    labels = frame.index

    def cell(row: int, header: str) -> str:
        return f"#{labels[row] + 1} {header}"

    reading = reading_of(
        Layer(name, frame, where, cell), register=register, crs=crs, mapping=columns
    )
    if not left or reading.refused:
        return reading
    told = fault("other_layers", where, count=len(left), layers="、".join(left))
    return replace(reading, faults=(*reading.faults, told))


class _LayerFault(ValueError):
    """Which layer to read cannot be told."""


@dataclass(frozen=True)
class _Found:
    """A layer in a file, by its number there."""

    name: str
    data_set: Path
    number: int = 0


def _layers(parts: Sequence[Path]) -> list[_Found]:
    """Return the layers that have shapes."""
    return [layer for part in parts for layer in _layers_of(part)]


def _layers_of(part: Path) -> list[_Found]:
    if part.suffix.lower() in PARQUET:
        return [_Found(part.stem, part)]
    check_whole(part)
    try:
        listed = pyogrio.list_layers(part)
    except UnicodeDecodeError:  # a name in GBK
        return [_Found(part.stem, part)]
    return [
        _Found(str(name), part, number)
        for number, (name, kind) in enumerate(listed)
        if kind is not None
    ]


def _opened(
    layers: Sequence[_Found], layer: str | None, register: str | None
) -> tuple[gpd.GeoDataFrame, str, list[str]]:
    """Return the layer, its name, and the names of the layers left."""
    chosen = _chosen(layers, layer, register)
    left = [] if layer is not None else [one.name for one in layers if one is not chosen]
    frame = _frame(chosen)
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    return frame.reset_index(drop=True), chosen.name, left


def _chosen(layers: Sequence[_Found], layer: str | None, register: str | None) -> _Found:
    names = "、".join(one.name for one in layers)
    if not layers:
        key = "no_shapes"
        raise _LayerFault(key, {})
    if layer is not None:
        wanted = [one for one in layers if one.name == layer]
        if not wanted:
            key = "no_layer"
            raise _LayerFault(key, {"layer": layer, "layers": names})
        return wanted[0]
    if len(layers) == 1:
        return layers[0]
    named = {one.name: register_of_name(one.name) for one in layers}
    fitting = [one for one in layers if named[one.name] and register in {None, named[one.name]}]
    if len(fitting) != 1:
        key = "which_layer"
        raise _LayerFault(key, {"layers": names})
    return fitting[0]


def _frame(layer: _Found) -> gpd.GeoDataFrame:
    path = layer.data_set
    if path.suffix.lower() in PARQUET:
        return gpd.read_parquet(path)
    if path.suffix.lower() == ".shp":
        return legible(_read(layer, RAW), said_encoding(path))
    try:
        frame = _read(layer, None)
        said = pyogrio.read_info(path, layer=layer.number, force_feature_count=False)["features"]
    except UnicodeDecodeError:
        return legible(_read(layer, RAW), None)
    if said > len(frame):
        raise CutError(path.name, len(frame), said)
    return frame


def _read(layer: _Found, encoding: str | None) -> gpd.GeoDataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's own notes; ours are faults
        frame = pyogrio.read_dataframe(layer.data_set, layer=layer.number, encoding=encoding)
    if not isinstance(frame, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([None] * len(frame)))
    return frame
