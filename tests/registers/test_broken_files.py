"""Files cut short, without companions, in any encoding, in archives, with several layers."""

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from hetao.registers.reading import Reading
from hetao.registers.sources import read_source

HOUSES = gpd.GeoDataFrame(
    {"名称": ["临河区人民医院住院楼", "永福小区三号楼"], "建筑地上层数": [6, 7]},
    geometry=[shapely.box(107.40, 40.75, 107.41, 40.76), shapely.box(107.42, 40.75, 107.43, 40.76)],
    crs="EPSG:4490",
)


def shapefile(folder: Path, encoding: str, cpg: str | None) -> Path:
    folder.mkdir(parents=True)
    path = folder / "建筑.shp"
    placeholder = "ten_bytes_"
    pyogrio.write_dataframe(
        HOUSES.rename(columns={"建筑地上层数": placeholder}), path, encoding=encoding
    )
    table = path.with_suffix(".dbf")
    header = "建筑地上层数".encode(encoding)[:10]
    table.write_bytes(table.read_bytes().replace(placeholder.encode(), header))
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    return path


def written(frame: gpd.GeoDataFrame, path: Path) -> None:
    pyogrio.write_dataframe(frame, path, driver="KML" if path.suffix == ".kml" else None)


def said(reading: Reading) -> str:
    return "\n".join(fault.text("en") for fault in reading.faults if fault.severity != "note")


@pytest.mark.parametrize("cpg", [None, "UTF-8", "GBK", "ANSI 936", "系统"])
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_chinese_is_read_as_it_was_written_whatever_the_file_claims(
    tmp_path: Path, encoding: str, cpg: str | None
):
    # the second header is cut at 10 bytes, in UTF-8 in the middle of a character
    houses = read_source(shapefile(tmp_path / "in", encoding, cpg)).registers["buildings"]
    assert list(houses["name"]) == list(HOUSES["名称"])


def test_german_without_a_claim_is_no_chinese(tmp_path: Path):
    path = tmp_path / "buildings.shp"
    names = ["Große Straße 1", "Müllergässchen", "Königshufen"]
    shapes = list(shapely.box([14.9, 15.0, 15.1], 51.1, [14.91, 15.01, 15.11], 51.11))
    frame = gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=4326)
    pyogrio.write_dataframe(frame, path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    assert list(read_source(path).registers["buildings"]["name"]) == names


def test_a_geojson_in_gbk_is_read(tmp_path: Path):
    path = tmp_path / "建筑.geojson"
    pyogrio.write_dataframe(HOUSES, path)
    path.write_bytes(path.read_text("utf-8").encode("gbk"))
    assert list(read_source(path).registers["buildings"]["name"]) == list(HOUSES["名称"])


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
def test_a_shapefile_cut_in_half_is_refused_whole(tmp_path: Path, part: str):
    path = shapefile(tmp_path / "in", "UTF-8", None)
    whole = path.with_suffix(part).read_bytes()
    path.with_suffix(part).write_bytes(whole[: len(whole) // 2])
    reading = read_source(path)
    assert not reading.registers
    assert f"{part} ends after {len(whole) // 2} of" in said(reading)


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_a_shapefile_without_its_companions_names_them(tmp_path: Path, part: str):
    path = shapefile(tmp_path / "in", "UTF-8", None)
    path.with_suffix(part).unlink()
    assert f"came without its {part}; a Shapefile is" in said(read_source(path))


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "fgb", "gml", "kml", "geojsonl", "parquet"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_half_a_file_is_refused_in_one_sentence(tmp_path: Path, suffix: str, share: float):
    path = tmp_path / f"buildings.{suffix}"
    many = pd.concat([HOUSES] * 200, ignore_index=True).rename(columns={"名称": "name"})
    many = gpd.GeoDataFrame(many[["name"]], geometry=many.geometry.to_numpy(), crs=4326)
    many.to_parquet(path) if suffix == "parquet" else written(many, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * (len(whole) - 9))])
    reading = read_source(path)
    assert not reading.registers
    assert len(reading.faults) == 1
    assert "nothing was loaded" in said(reading)
    assert str(tmp_path) not in said(reading)


class InGbk(zipfile.ZipInfo):
    """An entry named as Chinese Windows does, without the mark for UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), 0


@pytest.mark.parametrize("inside", ["", "数据/2026/"])
@pytest.mark.parametrize("entry", [zipfile.ZipInfo, InGbk])
def test_a_shapefile_in_a_zip_is_found_in_any_folder(tmp_path: Path, entry: type, inside: str):
    path = shapefile(tmp_path / "in", "GBK", None)
    with zipfile.ZipFile(tmp_path / "交付.zip", "w") as archive:
        for part in sorted(path.parent.iterdir()):
            archive.writestr(entry(inside + part.name), part.read_bytes())
    houses = read_source(tmp_path / "交付.zip").registers["buildings"]
    assert list(houses["name"]) == list(HOUSES["名称"])


def test_a_geodatabase_is_read_as_folder_and_zipped(tmp_path: Path):
    folder = tmp_path / "city.gdb"
    pyogrio.write_dataframe(
        HOUSES[["名称", "geometry"]], folder, driver="OpenFileGDB", layer="建筑"
    )
    shutil.make_archive(str(tmp_path / "city"), "zip", tmp_path, "city.gdb")
    for path in (folder, tmp_path / "city.zip"):
        assert list(read_source(path).registers["buildings"]["name"]) == list(HOUSES["名称"])


def several(path: Path, *names: str) -> Path:
    for name in names:
        pyogrio.write_dataframe(HOUSES.rename(columns={"名称": "name"}), path, layer=name)
    return path


def test_of_several_layers_the_one_named_like_a_register_is_taken(tmp_path: Path):
    reading = read_source(several(tmp_path / "city.gpkg", "Sheet_a", "建筑"))
    assert len(reading.registers["buildings"]) == 2
    assert "1 other layers were not loaded: Sheet_a" in said(reading)


def test_of_several_layers_the_register_asked_for_is_taken(tmp_path: Path):
    path = several(tmp_path / "city.gpkg", "公园", "建筑")
    assert "has several layers: 公园、建筑; name one with --layer" in said(read_source(path))
    assert list(read_source(path, register="parks").registers) == ["parks"]
    assert list(read_source(path, layer="建筑").registers) == ["buildings"]


def test_a_file_without_shapes_is_said_so(tmp_path: Path):
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), tmp_path / "t.gpkg", layer="buildings")
    assert "holds no layer with shapes" in said(read_source(tmp_path / "t.gpkg"))


def test_a_folder_is_no_file(tmp_path: Path):
    (tmp_path / "data.shp").mkdir()
    assert "is a folder; name one file in it" in said(read_source(tmp_path / "data.shp"))


def test_a_locked_zip_is_said_so(tmp_path: Path):
    path = tmp_path / "locked.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("建筑.shp", b"x")
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # the flag of encryption in the central directory
    path.write_bytes(bytes(raw))
    assert "locked with a password" in said(read_source(path))
