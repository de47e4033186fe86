"""Tags of every template: words, icons, states, grades, figures."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache, wraps
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from hetao.catalogue.entries import editions
from hetao.plan.reasons import next_step, sentence
from hetao.web.accounts import policy
from hetao.web.site import words

register = template.Library()

MINUS, UNKNOWN = "−", "—"
KEPT_AT_MOST = 4096
TENS = 10  # from here on one decimal says enough
ALIKE = {
    "met": "met", "on_track": "track", "track": "track", "behind": "behind",
    "deteriorating": "behind", "met_in_part": "behind", "not_met": "missed", "missed": "missed",
    "cannot_tell": "unknown", "unknown": "unknown", "none": "todo", "todo": "todo",
}  # fmt: skip
"""What stands for a state of the library in the look: six shapes."""


def _kept(draw: Callable[..., SafeString]) -> Callable[..., SafeString]:
    """Keep what a tag writes of the same arguments in a language: a page asks a thousand times."""

    @lru_cache(KEPT_AT_MOST)
    def kept(language: str, *given: Any) -> SafeString:  # noqa: ANN401
        del language  # it is the one at hand
        return draw(*given)

    @wraps(draw)
    def written(*given: Any, **named: Any) -> SafeString:  # noqa: ANN401
        return draw(*given, **named) if named else kept(words.language(), *given)

    return written


@register.simple_tag
def say(key: str, **facts: Any) -> str:  # noqa: ANN401
    """Return a text."""
    return words.say(key, **facts) if facts else _said(key)


@_kept
def _said(key: str) -> SafeString:
    return conditional_escape(words.say(key))


@register.filter
def said(key: str, before: str = "") -> str:
    """Return the text of a key that is made of a name and a value, such as "tasks.state." + x."""
    return words.say(f"{before}{key}")


@register.simple_tag
def language_code() -> str:
    """Return the language of the page, for the `lang` of html."""
    return "en" if words.language() == words.ENGLISH else "zh-CN"


SWAPS = mark_safe(
    'hx-boost="true" hx-target="#main" hx-select="#main" hx-swap="outerHTML show:none"'
)


@register.simple_tag
def swaps() -> SafeString:
    """Return the attributes by which a form or link renews the page's middle alone, with htmx."""
    return SWAPS


@register.simple_tag
def ground() -> dict[str, Any]:
    """Return where the base map's tiles are and what to show of it first; "" where none are."""
    from hetao.web.cities.mapping import base_map

    return base_map()


@register.simple_tag(takes_context=True)
def renews(context: template.Context) -> SafeString:
    """Return the attributes by which a page of work in progress comes again by itself."""
    return format_html(
        'hx-get="{}" hx-trigger="every 2s" hx-target="#main" hx-select="#main" hx-swap="outerHTML"',
        context["request"].get_full_path(),
    )


@register.filter
def named(thing: Any, attribute: str = "name") -> str:  # noqa: ANN401
    """Return the name of a thing that has a Chinese and an English one."""
    if isinstance(thing, Mapping):
        order = (words.ENGLISH, words.CHINESE)
        found = [str(thing.get(f"{attribute}_{language}") or "") for language in order]
        return (found[0] or found[1]) if words.language() == words.ENGLISH else found[1] or found[0]
    return words.name_of(thing, attribute)


@register.simple_tag
@_kept
def icon(name: str, size: str = "") -> SafeString:
    """Return a picture that says nothing by itself."""
    small = " ico-s" if size == "s" else ""
    return format_html(
        '<svg class="ico{}" aria-hidden="true"><use href="#i-{}"/></svg>', small, name
    )


@register.simple_tag
@_kept
def state(name: str, badge: bool = False, text: str = "") -> SafeString:
    """Return a state as shape and word."""
    look = ALIKE.get(name, "unknown")
    return format_html(
        '<span class="{}st st-{}"><svg aria-hidden="true"><use href="#s-{}"/></svg>{}</span>',
        "badge " if badge else "", look, look, text or words.say(f"site.state.{name}"),
    )  # fmt: skip


@register.filter
def look(name: str) -> str:
    """Return which of the six shapes stands for a state."""
    return ALIKE.get(name, "unknown")


GRADE_BARS = ((0.0, 4.5), (4.4, 7.5), (8.8, 10.5), (13.2, 13.5))
BARS = {"very_good": 4, "good": 3, "fair": 2, "poor": 1}


@register.simple_tag
@_kept
def grade(level: str) -> SafeString:
    """Return a grade as bars and word."""
    bars = BARS.get(level)
    if bars is None:
        return state("unknown", text=words.say(f"site.grade.{level or 'unknown'}"))
    drawn = format_html_join(
        "", '<rect class="gb{}" x="{}" y="{}" width="3.4" height="{}" rx=".8"/>',
        ((" on" if bar < bars else "", x, 14 - high, high)
         for bar, (x, high) in enumerate(GRADE_BARS)),
    )  # fmt: skip
    return format_html(
        '<span class="grade grade-{}"><svg aria-hidden="true" viewBox="0 0 17 14">{}</svg>'
        "{}</span>",
        bars, drawn, words.say(f"site.grade.{level}"),
    )  # fmt: skip


@register.simple_tag
@_kept
def evidence(letter: str) -> SafeString:
    """Return an evidence grade."""
    if not letter or letter not in "ABCDE":
        return mark_safe("")
    return format_html(
        '<span class="ev ev-{}" title="{}">{}</span>',
        letter.lower(), words.say(f"site.evidence.{letter}"), letter,
    )  # fmt: skip


@register.filter
def figure(value: Any, digits: int | None = None) -> str:  # noqa: ANN401
    """Return a number as people write it: thousands parted, a true minus, a dash if unknown."""
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        return UNKNOWN
    number = float(value)
    if digits is None:
        digits = 0 if number.is_integer() else (1 if abs(number) >= TENS else 2)
    text = f"{abs(number):,.{digits}f}"
    if digits and "." in text and digits > 1:
        text = text.rstrip("0").rstrip(".")
    return f"{MINUS}{text}" if number < 0 else text


@register.filter
def unit(text: str) -> str:
    """Return a unit in the reader's language."""
    if words.language() == words.CHINESE:
        key = f"site.unit.{text}"
        return words.words()[key]["zh"] if key in words.words() else text
    return text


@register.filter
def day(value: date | datetime | None) -> str:
    """Return a date as 2026-06-30."""
    if value is None:
        return UNKNOWN
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return value.strftime("%Y-%m-%d")


@register.filter
def minute(value: datetime | None) -> str:
    """Return a moment as 2026-06-30 16:42."""
    return UNKNOWN if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def percent(share: float | None) -> str:
    """Return the length of a bar as a share of 0 to 1 asks for it."""
    if share is None or not math.isfinite(share):
        return "0%"
    return f"{max(0.0, min(1.0, share)) * 100:.2f}%"


@register.filter
def field_title(definition: Any, name: str) -> str:  # noqa: ANN401
    """Return the title of a register's field; of the reason and the place too."""
    for one in definition.fields:
        if one.name == name:
            return words.name_of(one, "title")
    keys = {"reason": "cities.edit.reason", "place": "cities.place"}
    return words.say(keys[name]) if name in keys else name


@register.filter
def in_hundred(share: float | None) -> str:
    """Return a share of 0 to 1 in per cent, for reading."""
    return UNKNOWN if share is None else f"{share * 100:.0f}%"


@register.filter
def job_step(step: str) -> str:
    """Return what work is at, in words."""
    key = f"jobs.step.{step}"
    return words.say(key if key in words.words() else "jobs.step.other")


@register.filter
def readable(value: Any) -> str:  # noqa: ANN401
    """Return a parameter as people read it: lists by commas, pairs with a colon, no braces."""
    if isinstance(value, Mapping):
        return "；".join(f"{key}：{readable(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        nested = any(isinstance(part, list | tuple | Mapping) for part in value)
        return ("；" if nested else "、").join(readable(part) for part in value)
    if isinstance(value, bool):
        return words.say("site.yes" if value else "site.no")
    return figure(value) if isinstance(value, int | float) else str(value)


@register.filter
def parameter_name(name: str) -> str:
    """Return what a parameter of an indicator is called."""
    key = f"checkups.parameter.{name}"
    return words.say(key) if key in words.words() else name


@register.filter
def known_count(heads: Any) -> int:  # noqa: ANN401
    """Return how many of some indicators have a value."""
    return sum(head.row is not None and head.row.value is not None for head in heads)


@register.filter
def ruled_by(graded: Mapping[str, Any], ruler: str) -> Mapping[str, Any] | None:
    """Return what one ruler says of an indicator's grade; None where it says nothing."""
    rulings = graded.get("rulings", ()) if graded else ()
    return next((one for one in rulings if one["ruler"] == ruler and one["level"]), None)


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:  # noqa: ANN401
    """Return what a mapping holds under a key."""
    return mapping.get(key) if mapping else None


@register.filter
def as_json(value: Any) -> str:  # noqa: ANN401
    """Return JSON for a data attribute."""
    return json.dumps(value, ensure_ascii=False)


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:  # noqa: ANN401
    """Return the query of the page at hand with some parts changed."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def can(context: template.Context, action: str, thing: Any = None) -> bool:  # noqa: ANN401
    """Say whether the person may do something, to a thing or at all."""
    return policy.may(context["request"].user, action, thing)


@register.filter
def gap(text: str) -> str:
    """Return how much is missing, in words."""
    return words.say("checkups.gap", gap=text)


@register.simple_tag
def delta(change: Mapping[str, Any], unit_text: str = "") -> SafeString:
    """Return a change as better or worse, with its size; an arrow alone says nothing."""
    size = float(change["after"]) - float(change["before"])
    better = change.get("better")
    looks: dict[bool | None, tuple[str, str, str]] = {
        True: ("up", "check", words.say("checkups.better")),
        False: ("down", "warn", words.say("checkups.worse")),
    }
    same = ("", "minus", words.say("checkups.same"))
    kind, picture, word = looks.get(better if size else None, same)
    return format_html(
        '<span class="delta delta-{}"><svg class="ico" aria-hidden="true"><use href="#i-{}"/></svg>'
        "{} {}{}</span>", kind, picture, word, figure(abs(size)) if size else "",
        unit(unit_text) if size else "",
    )  # fmt: skip


@register.simple_tag
def variant_name(entry: Any, id_: str) -> str:  # noqa: ANN401
    """Return the name of a variant."""
    variant = entry.variants.get(id_) if entry else None
    if variant is not None and (told := words.name_of(variant)):
        return told
    key = f"checkups.variant.{id_}"
    return words.say(key) if key in words.words() else words.say("checkups.variant.other", id=id_)


@register.simple_tag
def zone_paths(drawn: Any, unit_text: str) -> SafeString:  # noqa: ANN401
    """Return the zones of a small map, each in its class, with name and value on pointing at it."""
    measure = escape(unit(unit_text))
    return mark_safe("".join(  # names are escaped; paths and figures are digits of our own
        f'<path class="zone {f"s{zone.rank}" if zone.rank else "zone-none"}" d="{zone.path}">'
        f"<title>{escape(zone.row.zone_name)} {figure(zone.row.value)}{measure}</title></path>"
        for zone in drawn.zones
    ))  # fmt: skip


@register.filter
def from_base(height: float, base: float) -> float:
    """Return where a bar of a height begins above its base."""
    return round(float(base) - float(height), 1)


@register.filter
def up(value: float, distance: float) -> float:
    """Return a place so much higher on the picture."""
    return round(float(value) - float(distance), 1)


@register.filter
def bar_width(bars: Any) -> float:  # noqa: ANN401
    """Return how wide each of some bars is."""
    return round(420 / max(1, len(bars)) - 4, 1)


@register.filter
def plus(value: int, more: int) -> int:
    """Return a sum."""
    return int(value) + int(more)


OPERATORS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "=", "==": "="}


@register.filter
def operator(written: str) -> str:
    """Return an operator as it is printed; nothing for those that a sentence tells better."""
    return OPERATORS.get(written, "")


@register.filter
def gauge(told: Mapping[str, Any]) -> dict[str, float] | None:
    """Return how far a target's figure and limit reach on one scale; None where either lacks."""
    limit, known = told["target"]["value"], told["figure"]
    if limit is None or not known or known["value"] is None:
        return None
    share = told["target"]["unit"] == "%"
    longest = 100.0 if share else max(abs(limit), abs(known["value"])) * 1.15
    if not longest:
        return None
    return {"value": known["value"] / longest, "target": limit / longest}


@register.filter
def reason_of(told: Mapping[str, Any], place: Mapping[str, Any] | None) -> str:
    """Return why a light cannot be told, in words."""
    key = place["reason"] if place else told["reason"]
    if not key:
        return ""
    language = words.language()
    why, then = (say_of(key, told["facts"], language) for say_of in (sentence, next_step))
    return f"{why}；{then}" if language == words.CHINESE else f"{why}; {then}"


STATE_LOOKS = {
    "drafted": "todo", "issued": "todo", "accepted": "track", "asked": "behind",
    "extended": "track", "reported": "behind", "returned": "missed", "verified": "met",
    "closed": "met", "withdrawn": "unknown",
}  # fmt: skip


@register.simple_tag
def task_state(task: Any, badge: bool = False) -> SafeString:  # noqa: ANN401
    """Return the state of a task as shape and word."""
    shape = STATE_LOOKS[task.state]
    return format_html(
        '<span class="{}st st-{}"><svg aria-hidden="true"><use href="#s-{}"/></svg>{}</span>',
        "badge " if badge else "", shape, shape, words.say(f"tasks.state.{task.state}"),
    )  # fmt: skip


@register.filter
def level_word(level: int) -> str:
    """Return how far a task was pressed."""
    return words.say(f"tasks.level.{level}")


@register.filter
def late_days(due: date) -> str:
    """Return how many days a deadline is past."""
    return words.say("tasks.days", days=(timezone.localdate() - due).days)


@register.simple_tag
def fact(told: Mapping[str, Any]) -> str:
    """Return one frozen fact in words."""
    value = told["value"]
    if told["key"] == "indicator":
        english = words.language() == words.ENGLISH
        name = told.get("en") if english and told.get("en") else value
        edition = editions().get(told.get("edition", ""))
        of = words.name_of(edition) if edition else told.get("edition", "")
        return f"{told.get('number', '')} {name} · {of}".strip(" ·")
    if told.get("words"):
        return words.say(f"{told['words']}{value}")
    if isinstance(value, float):
        measure = f"{figure(value)} {unit(told.get('unit', ''))}".strip()
        parts = [told.get("operator", ""), measure, told.get("zone", ""), told.get("source", "")]
        if told.get("verified") is False:
            parts.append(words.say("site.unverified"))
        return " ".join(part for part in parts if part)
    return UNKNOWN if value in (None, "") else str(value)


@register.filter
def listed(text: str) -> list[str]:
    """Return the parts of a text between commas."""
    return text.split(",")


@register.filter
def coordinate(value: float) -> str:
    """Return a coordinate with a point whatever the language."""
    return f"{value:.6f}"


DELIVERY_LOOKS = {
    "faulty": "missed", "waiting": "behind", "accepted": "met", "returned": "missed",
    "missing": "todo", "loading": "track",
}  # fmt: skip


@register.simple_tag
def delivery_state(name: str) -> SafeString:
    """Return the state of a delivery as shape and word."""
    shape = DELIVERY_LOOKS[name]
    return format_html(
        '<span class="st st-{}"><svg aria-hidden="true"><use href="#s-{}"/></svg>{}</span>',
        shape, shape, words.say(f"cities.delivery.state.{name}"),
    )  # fmt: skip


@register.simple_tag
def cell(thing: Any, column: Any) -> str:  # noqa: ANN401
    """Return a thing's value of a column as people read it."""
    value = thing.fields.get(column.name)
    if value is None:
        return UNKNOWN
    if column.values:
        return str(column.values.get(value, value))
    if isinstance(value, bool):
        return words.say("site.yes" if value else "site.no")
    if isinstance(value, list):
        return "、".join(map(str, value))
    is_count = column.type in ("integer", "number") and "year" not in column.name
    return figure(value) if is_count else str(value)


@register.simple_tag(takes_context=True)
def sort_head(context: template.Context, name: str, key: str) -> SafeString:
    """Return a column's head that sorts by it."""
    return _sorting(context, name, words.say(key), "")


@register.simple_tag(takes_context=True)
def sort_field(context: template.Context, column: Any) -> SafeString:  # noqa: ANN401
    """Return the head of a register's column that sorts by it."""
    title = words.name_of(column, "title")
    look = "num" if column.type in ("integer", "number") else ""
    return _sorting(context, column.name, title, column.unit, look)


def _sorting(
    context: template.Context, name: str, title: str, unit_text: str, look: str = ""
) -> SafeString:
    now = context["request"].GET.get("order", "")
    order = f"-{name}" if now == name else name
    sort = {name: "ascending", f"-{name}": "descending"}.get(now, "none")
    numeric = format_html('<span class="unit">{}</span>', unit_text) if unit_text else ""
    url = with_query(context, order=order, page="")
    return format_html(
        '<th scope="col" class="{}" aria-sort="{}"><a class="th-sort" href="{}">{}</a>{}</th>',
        look, sort, url, title, numeric,
    )  # fmt: skip
