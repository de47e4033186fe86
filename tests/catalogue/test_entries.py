"""The catalogue is whole, and its faults are told all at once."""

from importlib.resources import files

import pytest

from hetao.catalogue import entries as catalogue
from hetao.catalogue.entries import CatalogueError, entries
from hetao.catalogue.facilities import facility_kinds, required_radii

GOOD = (files("hetao.catalogue") / "neighbourhood" / "secondary_school_coverage.toml").read_text(
    "utf-8"
)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch):
    """Let the catalogue hold nothing but the given texts."""

    def hold(**texts: str) -> None:
        rows = [(id_, "neighbourhood", text) for id_, text in texts.items()]
        monkeypatch.setattr(catalogue, "_texts", lambda: iter(rows))
        entries.cache_clear()

    yield hold
    entries.cache_clear()


def test_the_national_numbers_are_those_of_the_editions():
    numbers = {
        id_: tuple(
            (entry.version(edition) or entry.versions[0]).number for edition in ("2025", "2023")
        )
        for id_, entry in entries().items()
    }
    # checkup.md, sections 1.4 and 1.5: 25-n and 61-n
    assert numbers["secondary_school_coverage"] == ("22", "23")
    assert numbers["park_service_coverage"] == ("25", "26")
    assert numbers["greenway_coverage"] == ("32", "33")
    assert numbers["road_network_density"] == ("35", "37")
    assert numbers["fire_station_coverage"] == ("53", "54")
    assert entries()["football_pitch_coverage"].version("2023") is None


def test_a_radius_nobody_verified_never_decides():
    for id_, entry in entries().items():
        if id_.startswith("facility_coverage."):
            kind = facility_kinds()[id_.partition(".")[2]]
            assert entry.versions[0].source.verified == kind.radius_verified
            if not kind.radius_verified:
                assert entry.versions[0].benchmark is None


def test_the_ten_minute_circle_requires_primary_schools_within_500_m():
    assert required_radii("10")["primary_school"] == 500
    assert "kindergarten" not in required_radii("10")


def test_an_indicator_like_an_existing_one_needs_no_python(only):
    only(culture_centre_coverage=GOOD.replace("junior_secondary_school", "culture_activity_centre"))
    facilities = entries()["culture_centre_coverage"].variants["official"].inputs["facilities"]
    assert "culture_activity_centre" in facilities.where["kind"]


def test_all_faults_of_all_entries_are_told_at_once(only):
    only(
        broken="name_zh = {",
        nameless=GOOD.replace("name_zh", "title_zh", 1),
        strange=GOOD.replace("radius_m = 1000", "radius_m = 1000\nparameters.colour = 1").replace(
            'register = "land_use"', 'register = "moon"'
        ),
        lost=GOOD.replace(":buffer_coverage", ":no_such_coverage"),
    )
    with pytest.raises(CatalogueError) as raised:
        entries()
    told = str(raised.value)
    assert "neighbourhood/broken.toml is no TOML" in told
    assert "neighbourhood/nameless.toml lacks or mistakes 'name_zh'" in told
    assert "no variant takes the parameter colour" in told
    assert "reads no known register, moon" in told
    assert "no_such_coverage cannot be found" in told
