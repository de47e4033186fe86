"""Read GIS files: whatever GDAL reads, Shapefiles in GBK as well as UTF-8."""

import json
import tempfile
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import pyarrow
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from hetao.errors import Tell, quiet
from hetao.registers.faults import fault
from hetao.registers.reading import Reading
from hetao.registers.sources.layers import Layer, file_where, reading_of
from hetao.registers.sources.mapping import column_mapping

ENCODINGS = ("utf-8", "gb18030")
DBF_HEADER_BYTES = 32
SHP_HEADER_BYTES = 100
PACKED = frozenset({".shp", ".gpkg", ".geojson", ".json", ".kml", ".gml", ".fgb", ".tab"})


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
        Needed where the file has several.
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
        frame, name = _opened(path, layer)
    except _LayerFault as error:
        key, facts = error.args
        return Reading({}, (fault(key, path.name, **facts),))
    except _UNREADABLE as error:
        why = str(error).splitlines()[0].replace(str(path), path.name)
        return Reading({}, (fault("unreadable", path.name, why=why),))
    where = file_where(path, name)
    labels = frame.index

    def cell(row: int, header: str) -> str:
        return f"#{labels[row] + 1} {header}"

    return reading_of(Layer(name, frame, where, cell), register=register, crs=crs, mapping=columns)


_UNREADABLE = (
    DataSourceError, DataLayerError, pyarrow.ArrowInvalid, ValueError, OSError, zipfile.BadZipFile,
)  # fmt: skip


class _LayerFault(ValueError):
    """Which layer to read cannot be told."""


def _opened(path: Path, layer: str | None) -> tuple[gpd.GeoDataFrame, str]:
    if path.suffix.lower() in {".parquet", ".geoparquet"}:
        return gpd.read_parquet(path), path.stem
    if path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(path) as packed:
            packed.extractall(scratch)
            return _opened(*_within(Path(scratch), layer))
    layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    chosen = _chosen(layers, layer)
    _require_whole(path)
    encoding = _dbf_encoding(path) if path.suffix.lower() == ".shp" else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's own notes; ours are faults
        frame = pyogrio.read_dataframe(path, layer=chosen, encoding=encoding)
        count = pyogrio.read_info(path, layer=chosen, force_feature_count=False)["features"]
    if count > len(frame):
        raise _CutShortError(len(frame), count)
    if not isinstance(frame, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([None] * len(frame)))
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    return frame.reset_index(drop=True), chosen


class _CutShortError(ValueError):
    """A file ends before what it announces."""

    def __init__(self, found: int, announced: int) -> None:
        super().__init__(f"it ends after {found} of {announced}")


def _chosen(layers: list[str], layer: str | None) -> str:
    if layer is not None and layer not in layers:
        key = "no_layer"
        raise _LayerFault(key, {"layer": layer, "layers": "、".join(layers) or "—"})
    if layer is None and len(layers) != 1:
        key = "which_layer"
        raise _LayerFault(key, {"layers": "、".join(layers) or "—"})
    return layer or layers[0]


def _within(folder: Path, layer: str | None) -> tuple[Path, str | None]:
    """Return the GIS file of an unpacked archive, and which of its layers is meant."""
    found = sorted(item for item in folder.rglob("*") if item.suffix.lower() in PACKED)
    if len(found) == 1:
        return found[0], layer if layer != found[0].stem else None
    chosen = _chosen([item.stem for item in found], layer)
    return next(item for item in found if item.stem == chosen), None


def _require_whole(path: Path) -> None:
    """
    Check that a file is as long as it says, where its reader would pass over the loss.

    Raises
    ------
    _CutShortError
        If a Shapefile is shorter than its header says.
    """
    size = path.stat().st_size
    if path.suffix.lower() == ".shp":
        with path.open("rb") as file:
            announced = 2 * int.from_bytes(file.read(SHP_HEADER_BYTES)[24:28], "big")
        if size < announced:
            raise _CutShortError(size, announced)
    if path.suffix.lower() in {".geojsonl", ".geojsons"}:
        for line in path.read_text("utf-8").splitlines():
            if line.strip("\x1e \t"):
                json.loads(line.strip("\x1e"))


def _dbf_encoding(path: Path) -> str | None:
    """Return in what the attributes of a Shapefile are written, where its .cpg does not say."""
    if path.with_suffix(".cpg").exists() or path.with_suffix(".CPG").exists():
        return None
    table = path.with_suffix(".dbf")
    if not table.exists():
        return None
    body = table.read_bytes()[DBF_HEADER_BYTES:]
    for encoding in ENCODINGS:
        try:
            body.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "gb18030"
