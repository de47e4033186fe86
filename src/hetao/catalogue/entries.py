"""The indicators: each a TOML entry, checked against the function that computes it."""

import hashlib
import inspect
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Literal, Protocol

import geopandas as gpd

from hetao.catalogue.facilities import FacilityKind, facility_kinds, required_radii
from hetao.errors import HetaoError
from hetao.indicators.measurement import Measurement
from hetao.registers.definition import registers

State = Literal["met", "missed", "unknown", "none"]

DERIVED_INPUTS = frozenset({"walking", "driving", "residents", "homes", "extent", "year"})
"""Inputs that a run makes from the registers, for all indicators together."""

UNIT_SCALES: Mapping[str, float] = {"%": 100.0, "km/km²": 1e3, "个/km²": 1e6, "个/km": 1e3}
"""Displayed units per SI unit, where the two differ."""

OPERATORS = (">=", ">", "<=", "<", "=")


def satisfies(value: float, operator: str, limit: float) -> bool:
    """
    Say whether a value stands to a limit as an operator of `OPERATORS` wants.

    Examples
    --------
    >>> satisfies(10, "<=", 10), satisfies(10, "<", 10), satisfies(3, "=", 3)
    (True, False, True)
    """
    match operator:
        case ">=":
            return value >= limit
        case ">":
            return value > limit
        case "<=":
            return value <= limit
        case "<":
            return value < limit
        case _:
            return value == limit


class Compute(Protocol):
    """A kind of measure."""

    def __call__(self, zones: gpd.GeoDataFrame, /, **layers: Any) -> Measurement:  # noqa: ANN401
        """Return the measurement for these zones."""


@dataclass(eq=False)
class CatalogueError(HetaoError):
    """Entries that cannot be used, all faults of all entries at once."""

    faults: tuple[str, ...]

    def __str__(self) -> str:
        return "The catalogue has faults:\n" + "\n".join(f"- {fault}" for fault in self.faults)


@dataclass(frozen=True)
class Quantity:
    """What stands above or below the line of a ratio."""

    name_zh: str = ""
    name_en: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Source:
    """The standard a version rests on."""

    standard: str
    clause: str
    verified: bool


@dataclass(frozen=True)
class Benchmark:
    """A value that a standard sets, in the unit of the indicator."""

    operator: str
    value: float
    standard: str
    clause: str
    verified: bool

    def judge(self, value: float, low: float, high: float) -> State:
        """
        Compare an observation with this benchmark.

        Parameters
        ----------
        value, low, high : float
            In the indicator's unit; NaN is unknown.

        Returns
        -------
        {"met", "missed", "unknown"}
            "unknown" where the interval straddles the benchmark, nothing is known, or the
            benchmark itself is not verified.

        Examples
        --------
        >>> at_least_8 = Benchmark(">=", 8, "", "", verified=True)
        >>> at_least_8.judge(8.1, 7.9, 8.3), at_least_8.judge(8.5, 8.2, 8.8)
        ('unknown', 'met')
        """
        ends = {self.holds(end) for end in (low, high, value) if end == end}  # noqa: PLR0124
        known = low == low and high == high  # noqa: PLR0124  (NaN is not equal to itself)
        if not self.verified or not known or len(ends) != 1:
            return "unknown"
        return "met" if ends.pop() else "missed"

    def holds(self, value: float) -> bool:
        """Say whether this value satisfies the benchmark."""
        return satisfies(value, self.operator, self.value)


@dataclass(frozen=True)
class Version:
    """An indicator as one edition sets it."""

    edition: str
    number: str
    source: Source
    parameters: Mapping[str, Any]
    benchmark: Benchmark | None
    override: str = ""
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Input:
    """A layer that a measure reads: a register, the rows of it that count, or a derived layer."""

    layer: str
    where: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Variant:
    """
    A way to compute that gives another number from the same data.

    Attributes
    ----------
    compute : str
        Module and function; "" for a variant that nobody computes and bodies report.
    name_zh, name_en : str
        Of a variant that people choose by its name when they report it.
    may_be_reported : bool
        Whether bodies may report it, though it can be computed once its registers are filled.
    parameters : mapping
        Those that hold in every edition; a version's own go before them.
    grade : str
        Evidence grade where it is not the indicator's own.
    benchmark : Benchmark or None
        Where the source sets the variant a limit of its own; it goes before the version's.
    parameters_verified : bool
        Whether a text has been seen for all its parameters; what is computed with others
        neither passes nor fails.
    numerator, denominator : Quantity
        The indicator's own, unless the variant counts something else.
    finding_zh, finding_en : str
        The sentence of a finding, likewise.
    """

    id: str
    compute: str
    formula_zh: str
    formula_en: str
    inputs: Mapping[str, Input]
    numerator: Quantity
    denominator: Quantity
    finding_zh: str
    finding_en: str
    name_zh: str = ""
    name_en: str = ""
    may_be_reported: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)
    grade: str = ""
    benchmark: Benchmark | None = None
    parameters_verified: bool = True

    @property
    def is_reported(self) -> bool:
        """Say whether bodies report this variant, so that no check-up computes it."""
        return not self.compute

    @property
    def function(self) -> Compute:
        """Return the function named by `compute`."""
        module, _, name = self.compute.partition(":")
        function: Compute = getattr(import_module(module), name)
        return function

    def parameters_of(self, version: Version) -> dict[str, Any]:
        """Return those parameters of a version that this variant's function takes."""
        if self.is_reported:
            return {}
        takes = inspect.signature(self.function).parameters
        both = {**self.parameters, **version.parameters}
        return {name: value for name, value in both.items() if name in takes}


@dataclass(frozen=True)
class Entry:
    """
    An indicator.

    Attributes
    ----------
    reporter : str
        Body that reports it, by its usual short name; "" where it is computed.
    core : bool
        Whether it is 核心, to be compared over time and between cities.
    not_applicable_zh, not_applicable_en : str
        When it does not apply to a city at all; "" where it always does.
    also_called : tuple of str
        Other names that it is met under, such as those of the pilot edition.
    """

    id: str
    dimension: str
    name_zh: str
    name_en: str
    unit: str
    better: str
    grade: str
    official_level: str
    remedy: str
    reasons: Mapping[str, Mapping[str, str]]
    variants: Mapping[str, Variant]
    versions: tuple[Version, ...]
    reporter: str = ""
    core: bool = False
    not_applicable_zh: str = ""
    not_applicable_en: str = ""
    also_called: tuple[str, ...] = ()

    @property
    def numerator_unit(self) -> str:
        """Return the unit of the first variant's numerator; "" where it has none."""
        return next(iter(self.variants.values())).numerator.unit

    @property
    def denominator_unit(self) -> str:
        """Return the unit of the first variant's denominator; "" where it has none."""
        return next(iter(self.variants.values())).denominator.unit

    @property
    def scale(self) -> float:
        """Return how many of the displayed unit make one SI unit."""
        return UNIT_SCALES.get(self.unit, 1.0)

    def version(self, edition: str) -> Version | None:
        """Return this indicator as an edition sets it, or None if that edition has it not."""
        return next((version for version in self.versions if version.edition == edition), None)


@dataclass(frozen=True)
class Edition:
    """A published set of indicators."""

    id: str
    name_zh: str
    name_en: str
    national: bool
    codes: tuple[str, ...]

    def accompanies(self, city_code: str) -> bool:
        """Say whether this set is computed beside a national edition for this city."""
        return not self.national and (not self.codes or city_code.startswith(self.codes))


@cache
def editions() -> Mapping[str, Edition]:
    """Return every edition by its id."""
    text = (files("hetao.catalogue") / "editions.toml").read_text("utf-8")
    return {
        id_: Edition(
            id=id_,
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            national=row.get("national", False),
            codes=tuple(row.get("codes", ())),
        )
        for id_, row in tomllib.loads(text).items()
    }


@cache
def speeds_kmh() -> Mapping[str, float]:
    """Return the driving speed of each class of road, in km/h."""
    text = (files("hetao.catalogue") / "speeds.toml").read_text("utf-8")
    return {name: float(speed) for name, speed in tomllib.loads(text)["kmh"].items()}


@cache
def catalogue_digest() -> str:
    """Return one digest of all that the catalogue says."""
    total = hashlib.sha256()
    root = files("hetao.catalogue")
    folders = [root, *sorted((item for item in root.iterdir() if item.is_dir()), key=_name)]
    for folder in folders:
        for file in sorted(folder.iterdir(), key=_name):
            if file.name.endswith(".toml"):
                total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


@cache
def common_reasons() -> Mapping[str, Mapping[str, str]]:
    """Return why any indicator may be unknown, by reason and language."""
    text = (files("hetao.catalogue") / "reasons.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def entries() -> Mapping[str, Entry]:
    """
    Return every indicator by its id.

    Raises
    ------
    CatalogueError
        If entries lack fields, name functions or registers that do not exist, or do not fit
        the functions' signatures.
    """
    found: dict[str, Entry] = {}
    faults: list[str] = []
    for id_, dimension, text in _texts():
        try:
            raws = list(_expanded(id_, tomllib.loads(text), text))
        except tomllib.TOMLDecodeError as error:
            faults.append(f"{dimension}/{id_}.toml is no TOML: {error}")
            continue
        for own_id, raw in raws:
            try:
                entry = _entry(own_id, dimension, raw)
            except (KeyError, TypeError) as error:
                faults.append(f"{dimension}/{id_}.toml lacks or mistakes {error}")
                break
            faults.extend(f"{dimension}/{id_}.toml: {fault}" for fault in _faults(entry))
            found[own_id] = entry
    if faults:
        raise CatalogueError(tuple(faults))
    return MappingProxyType(found)


def overridden(version: Version, override: Mapping[str, Any]) -> Version:
    """
    Return a version with a city's own parameters or benchmark in place of the standard's.

    Parameters
    ----------
    override : mapping
        `parameters` and `benchmark`, each in part or whole, and `source`: the document that
        sets them, which is shown with every result.
    """
    benchmark = version.benchmark
    if "benchmark" in override:
        base = {} if benchmark is None else vars(benchmark)
        benchmark = Benchmark(**{"clause": "", "verified": True, **base, **override["benchmark"]})
    return replace(
        version,
        parameters={**version.parameters, **override.get("parameters", {})},
        benchmark=benchmark,
        override=override.get("source", "city.toml"),
    )


def _texts() -> Iterator[tuple[str, str, str]]:
    """Yield the id, dimension and text of each entry's file."""
    root = files("hetao.catalogue")
    for folder in sorted((item for item in root.iterdir() if item.is_dir()), key=_name):
        for file in sorted(folder.iterdir(), key=_name):
            if file.name.endswith(".toml"):
                yield file.name.removesuffix(".toml"), folder.name, file.read_text("utf-8")


def _expanded(
    id_: str, raw: Mapping[str, Any], text: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield an entry, or one for each kind of facility where it says so."""
    if "expand" not in raw:
        yield id_, raw
        return
    for kind in facility_kinds().values():
        if kind.radius_m is not None:
            yield f"{id_}.{kind.id}", _of_kind(text, kind)


def _name(item: Traversable) -> str:
    return item.name


def _of_kind(text: str, kind: FacilityKind) -> Mapping[str, Any]:
    for mark, word in (("kind_zh", kind.name_zh), ("kind_en", kind.name_en), ("kind", kind.id)):
        text = text.replace("{" + mark + "}", word)
    raw = tomllib.loads(text)
    for version in raw["versions"]:
        version.setdefault("parameters", {})["radius_m"] = kind.radius_m
        version["source"]["verified"] = kind.radius_verified
        if not kind.radius_verified:
            version.pop("benchmark", None)
    return raw


def _entry(id_: str, dimension: str, raw: Mapping[str, Any]) -> Entry:
    return Entry(
        id=id_,
        dimension=dimension,
        name_zh=raw["name_zh"],
        name_en=raw["name_en"],
        unit=raw["unit"],
        better=raw["better"],
        grade=raw.get("grade", "C"),
        official_level=raw.get("official_level", "city"),
        remedy=raw.get("remedy", "best_effort"),
        reasons={**_not_applicable(raw), **raw.get("reasons", {})},
        variants={name: _variant(name, {**raw, **row}) for name, row in raw["variants"].items()},
        versions=tuple(_version(row) for row in raw["versions"]),
        reporter=raw.get("reporter", ""),
        core=raw.get("core", False),
        not_applicable_zh=raw.get("not_applicable_zh", ""),
        not_applicable_en=raw.get("not_applicable_en", ""),
        also_called=tuple(raw.get("also_called", ())),
    )


def _not_applicable(raw: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Return when an indicator does not apply, as a reason; empty where it always does."""
    if "not_applicable_zh" not in raw:
        return {}
    words = {"zh": f"不适用：{raw['not_applicable_zh']}", "en": f"n/a: {raw['not_applicable_en']}"}
    return {"not_applicable": words}


def _variant(id_: str, row: Mapping[str, Any]) -> Variant:
    return Variant(
        id=id_,
        compute=row.get("compute", ""),
        formula_zh=row["formula_zh"],
        formula_en=row["formula_en"],
        inputs={name: _input(value) for name, value in row.get("inputs", {}).items()},
        numerator=Quantity(**row.get("numerator", {})),
        denominator=Quantity(**row.get("denominator", {})),
        finding_zh=row.get("finding_zh", ""),
        finding_en=row.get("finding_en", ""),
        name_zh=row.get("variant_zh", ""),
        name_en=row.get("variant_en", ""),
        may_be_reported=row.get("may_be_reported", "compute" not in row),
        parameters=row.get("parameters", {}),
        grade=row.get("variant_grade", ""),
        benchmark=Benchmark(**row["benchmark"]) if "benchmark" in row else None,
        parameters_verified=row.get("parameters_verified", True),
    )


def _input(value: str | Mapping[str, Any]) -> Input:
    if isinstance(value, str):
        return Input(value, {})
    where = {column: tuple(allowed) for column, allowed in value.get("where", {}).items()}
    return Input(value["register"], where)


def _version(row: Mapping[str, Any]) -> Version:
    benchmark = row.get("benchmark")
    return Version(
        edition=row["edition"],
        number=row.get("number", ""),
        source=Source(**row["source"]),
        parameters={name: _resolved(value) for name, value in row.get("parameters", {}).items()},
        benchmark=None if benchmark is None else Benchmark(**benchmark),
        name_zh=row.get("name_zh", ""),
        name_en=row.get("name_en", ""),
    )


def _resolved(value: Any) -> Any:  # noqa: ANN401  (whatever TOML holds)
    if isinstance(value, Mapping) and set(value) == {"facilities"}:
        return required_radii(value["facilities"])
    return value


def _faults(entry: Entry) -> Iterator[str]:
    yield from _version_faults(entry)
    used: set[str] = set()
    for variant in entry.variants.values():
        yield from _input_faults(variant)
        if variant.may_be_reported and not entry.reporter:
            yield f"variant {variant.id} is reported, but no reporter is named"
        if variant.is_reported:
            continue
        try:
            signature = inspect.signature(variant.function)
        except (ImportError, AttributeError) as error:
            yield f"variant {variant.id}: {variant.compute} cannot be found ({error})"
            continue
        used |= set(signature.parameters)
        yield from _signature_faults(entry, variant, signature)
    for version in entry.versions:
        for name in sorted(set(version.parameters) - used):
            yield f"edition {version.edition}: no variant takes the parameter {name}"


def _version_faults(entry: Entry) -> Iterator[str]:
    for version in entry.versions:
        if version.edition not in editions():
            yield f"edition {version.edition!r} is not in editions.toml"
        if version.benchmark and version.benchmark.operator not in OPERATORS:
            yield f"operator {version.benchmark.operator!r} is none of {', '.join(OPERATORS)}"


def _input_faults(variant: Variant) -> Iterator[str]:
    for name, layer in variant.inputs.items():
        if layer.layer in DERIVED_INPUTS:
            continue
        if layer.layer not in registers():
            yield f"variant {variant.id}: input {name} reads no known register, {layer.layer}"
            continue
        columns = {field.name: field for field in registers()[layer.layer].fields}
        for column, allowed in layer.where.items():
            if column not in columns:
                yield f"variant {variant.id}: {layer.layer} has no column {column}"
            elif columns[column].values and not set(allowed) <= set(columns[column].values):
                yield f"variant {variant.id}: {layer.layer}.{column} never is {allowed}"


def _signature_faults(
    entry: Entry, variant: Variant, signature: inspect.Signature
) -> Iterator[str]:
    names = list(signature.parameters)[1:]
    for name in sorted(set(variant.parameters) - set(names)):
        yield f"variant {variant.id}: {variant.compute} takes no parameter {name}"
    for name in variant.inputs:
        if name not in names:
            yield f"variant {variant.id}: {variant.compute} takes no layer {name}"
    for version in entry.versions:
        given = set(variant.inputs) | set(variant.parameters) | set(version.parameters)
        for name in names:
            if signature.parameters[name].default is inspect.Parameter.empty and name not in given:
                yield (
                    f"variant {variant.id}, edition {version.edition}: "
                    f"{variant.compute} needs {name}"
                )
