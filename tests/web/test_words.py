"""Words that people see: each has both languages, each that is used exists, none stands in code."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from auditlog.registry import auditlog

import hetao.web
from hetao.web.accounts.policy import ROLES, SCOPES, table
from hetao.web.jobs.models import STATES as JOB_STATES
from hetao.web.site.shell import NAVIGATION
from hetao.web.site.words import words
from hetao.web.tasks.models import ORIGINS, Reading
from hetao.web.tasks.transitions import COURSE, STATES, transitions

WEB = Path(hetao.web.__file__).parent
PYTHON = sorted(p for p in WEB.rglob("*.py") if "migrations" not in p.parts)
TEMPLATES = sorted([*WEB.rglob("templates/**/*.html"), *WEB.rglob("templates/**/*.txt")])
CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")  # letters; a sign between them is no word
SAY_TAG = re.compile(r"""{%\s*say\s+(["'])(?P<key>[^"']+)\1(?P<rest>[^%]*)%}""")
SAID = re.compile(r"""said:(["'])(?P<prefix>[^"']+)\1""")
SPOKEN_BY = {"say", "tell"}  # calls that take a key and its facts


def short(path):
    return str(path.relative_to(WEB))


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def calls(path):
    """Yield the calls of a module that speak: the key's node, and the names of the facts given."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            texts = [a for a in node.args if isinstance(a, ast.Constant | ast.JoinedStr)]
            if name in SPOKEN_BY and texts:
                facts = {keyword.arg for keyword in node.keywords} - {"tone", "at"}
                yield texts[0], facts
        elif isinstance(node, ast.Subscript) and _is_words(node.value):
            yield node.slice, {None}


def _is_words(node):
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "words"


def known(node):
    """Say whether a key exists, or any that begins like it where the rest is data."""
    if isinstance(node, ast.Constant):
        return node.value in words() or not re.fullmatch(r"[a-z_]+(\.\w+)+", str(node.value))
    first = node.values[0] if isinstance(node, ast.JoinedStr) else None
    if not isinstance(first, ast.Constant):
        return True
    return any(key.startswith(first.value) for key in words())


@pytest.mark.parametrize("key", sorted(words()))
def test_a_text_is_there_in_both_languages_with_the_same_facts(key):
    text = words()[key]
    assert set(text) == {"zh", "en"}
    assert text["zh"].strip()  # English may have none: a measure word, for one
    assert placeholders(text["zh"]) == placeholders(text["en"])


def test_a_chinese_text_is_chinese_and_an_english_one_is_not():
    for key, text in words().items():
        if key != "site.other_language":  # which is written in the other language
            assert not CHINESE.search(text["en"]), key


@pytest.mark.parametrize("path", PYTHON, ids=short)
def test_what_a_module_says_exists_with_the_facts_it_gives(path):
    for node, facts in calls(path):
        assert known(node), ast.unparse(node)
        if isinstance(node, ast.Constant) and node.value in words() and None not in facts:
            needed = placeholders(words()[node.value]["zh"])
            assert needed <= facts or not needed, (node.value, needed - facts)


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_what_a_template_says_exists_with_the_facts_it_gives(path):
    text = path.read_text("utf-8")
    for found in SAY_TAG.finditer(text):
        assert found["key"] in words(), found["key"]
        facts = set(re.findall(r"(\w+)=", found["rest"]))
        assert placeholders(words()[found["key"]]["zh"]) <= facts, found[0]
    for found in SAID.finditer(text):
        assert any(key.startswith(found["prefix"]) for key in words()), found[0]


NEEDS = {need for step in transitions().values() for need in step.needs}
SAID_OF_DATA = {
    "tasks.state.": STATES,
    "tasks.stage.": COURSE,
    "tasks.do.": [*transitions(), "draft"],
    "tasks.done.": transitions(),
    "tasks.told.": [a for a in transitions() if a != "draft"] + ["soon", "proposed", "relapsed"],
    "tasks.need.": NEEDS,
    "tasks.refused.needs_": NEEDS,
    "tasks.level.": "012",
    "tasks.origin.": ORIGINS,
    "tasks.reading.": (Reading.GONE, Reading.STILL, Reading.UNKNOWN),
    "tasks.shown.": ("open", "late", "waiting", "proposed", "relapsed", "over"),
    "accounts.do.": table(),
    "accounts.role.": ROLES,
    "accounts.scope.": SCOPES,
    "accounts.model.": [model._meta.model_name for model in auditlog.get_models()],
    "jobs.state.": JOB_STATES,
    "site.nav_": [name for head, items in NAVIGATION for name in (head, *(i[0] for i in items))
                  if name],
}  # fmt: skip


@pytest.mark.parametrize("prefix", SAID_OF_DATA)
def test_every_value_of_data_has_its_word(prefix):
    assert {f"{prefix}{value}" for value in SAID_OF_DATA[prefix]} <= set(words())


def raised_with(name):
    """Return the keys with which an error of ours is raised."""
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    yield key.value


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("StepRefused", "tasks.refused."), ("FileRefused", "tasks.file."),
     ("DeliveryRefused", "cities.delivery.refused.")],
)  # fmt: skip
def test_every_refusal_has_its_words(name, prefix):
    keys = set(raised_with(name))
    assert keys
    assert {f"{prefix}{key}" for key in keys} <= set(words())


def test_every_reason_of_an_unknown_reading_has_its_words():
    source = (WEB / "tasks" / "measuring.py").read_text("utf-8")
    told = set(re.findall(r"""(?:reason = |reason=|return |else )"([a-z]+)\"""", source))
    assert told
    assert {f"tasks.unread.{reason}" for reason in told} <= set(words())


DATA = {  # Chinese by nature: what is matched or kept, not said
    "settings.py": {"中文"},  # what a language calls itself
    "cities/corrections.py": {"平台修改-"},  # a file's name in the workspace
    "cities/sheets.py": {"市"},  # how the directory of bodies names them
    "cities/take_up.py": {"一", "\u9fff"},  # the first and the last letter
    "demo_tasks.py": {"年", "月", "日"},  # a day in a note of the made city
}


def spoken_constants(path):
    """Yield the texts of a module that are no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
        ):
            yield node.lineno, node.value


@pytest.mark.parametrize("path", PYTHON, ids=short)
def test_no_text_that_people_see_stands_in_python(path):
    found = {text for _, text in spoken_constants(path) if CHINESE.search(text)}
    assert found - DATA.get(short(path), set()) == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_no_text_that_people_see_stands_in_a_template(path):
    assert CHINESE.findall(path.read_text("utf-8")) == []


def test_a_text_that_is_not_there_is_a_fault_at_once():
    from hetao.web.site.words import say

    with pytest.raises(KeyError):
        say("tasks.no_such_text")
