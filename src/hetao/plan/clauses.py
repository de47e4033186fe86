"""Clauses that say who answers for a measure: （市住建局牵头，市发改委、财政局配合）."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from hetao.plan.body_names import Named, names_in
from hetao.plan.ledger import Assignment, Clause, Role

_ROLE_OF_VERB: tuple[tuple[str, Role], ...] = (
    ("牵头", "lead"),
    ("主办", "lead"),
    ("会同", "lead"),
    ("配合", "support"),
    ("支持", "support"),
    ("参与", "support"),
    ("参加", "support"),
    ("协助", "support"),
    ("协办", "support"),
    ("协同", "support"),
    ("指导", "support"),
)

# the words that end a list of bodies and say what they do
_CORE = "牵头|负责|落实|配合|支持|实施|推进|参与|参加|协助|协办|主办|会同|指导|协同|分工"
_VERB = re.compile(
    r"(?:(?:按照?|根据|依据|依照?|结合|在)?(?:各自|相关|有关)?的?(?:工作|部门)?(?:职责|职能|权限)"
    r"(?:任务|范围内?|分工|要求|和|、)*)?"
    r"(?:分别|共同|具体|联合|组织(?!部)|积极|全面|密切|抓好|做好|统筹|予以|给予|统一|按)*"
    rf"(?:{_CORE})(?!中心|办公室|委员会|局|处|所|队|站|部)"
    rf"(?:{_CORE}|组织|工作|抓好|到位|执行|贯彻|和|、(?={_CORE}))*"
)
_LABEL = re.compile(
    r"(?P<role>牵头|主要责任|第一责任|主办|责任|配合|协办|协同|参与|参加|支持|协助|实施|落实|负责|完成)"
    r"(?:实施|负责|落实)?(?P<what>单位|部门|主体|处室|科室)(?:为|是)?[：:]?"
)
_TELLS = re.compile(
    r"负责|牵头|责任单位|责任部门|责任主体|配合|落实|职责|分工|支持|牵头单位|实施|参与"
)
_ENDS = re.compile(
    r"(?:负责|落实|牵头|配合|支持|参与|实施|分工|推进|职责|协助|协办|组织实施|不再列出|下同|工作|推动)[。.]?$"
)
_FIRST_LEADS = re.compile(r"(?:列|排)[^，。；]{0,4}(?:第一|首)[^，。；]{0,6}(?:牵头|为主)")
_FROM_HERE = re.compile(r"下同|以下|全文")
_COUNTIES_FOR_ALL = re.compile(
    r"(?:以下|后续|各项|上述及以下)[^，。；]{0,8}?(?P<who>各[^，。；均由需]{1,14}?(?:人民政府|政府|管委会))[^，。；]{0,6}"
    r"(?:落实|负责)"
)
_LABELLED = (
    r"[【\[]?(?:牵头|主要责任|第一责任|责任|主办|配合|协办|参与|协同|支持|协助)(?:单位|部门)[】\]]?[：:]"
    r"[^\n]{2,200}"
)
_PLAIN_LINE = re.compile(rf"(?<=\n){_LABELLED}(?:\n{_LABELLED})*")
_OF_A_PLACE = re.compile(r"(?:省|市|区|县|旗|州|盟|自治区|各|国家)[一-龥]{2,}")
_LONGEST = 600  # characters of a clause whose bracket is never closed


@dataclass(frozen=True)
class Rules:
    """What earlier clauses of the document say for later ones."""

    counties: str = ""
    first_leads: bool = False
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The clauses of a measure and the bodies they name."""

    clauses: tuple[Clause, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass
class _Heard:
    """What one clause has said so far."""

    bodies: list[Assignment] = field(default_factory=list)
    open_ended: bool = False


def find_clauses(text: str, start: int, end: int) -> list[tuple[int, int, bool]]:
    """
    Return where the clauses stand: start, end, and whether the bracket is closed.

    Nested brackets belong to the outer clause. A list without brackets counts where it stands
    on a line of its own behind its label (责任单位：…).
    """
    found = [
        place
        for place in _brackets(text, start, end)
        if _is_clause(text[place[0] : place[1]]) or _is_list(text, place[0], place[1])
    ]
    for match in _PLAIN_LINE.finditer(text, start, end):
        inside = any(left <= match.start() < right for left, right, _ in found)
        if not inside:
            found.append((match.start(), match.end(), True))
    return sorted(found)


def _brackets(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    opened: list[int] = []
    position = start
    marks = re.compile(r"[（）]")
    for match in marks.finditer(text, start, end):
        if match.start() < position:
            continue
        if match.group() == "（":
            opened.append(match.start())
        elif opened:
            first = opened.pop()
            if not opened:
                yield first, match.end(), True
    if opened:  # the last clause was never closed: it ends with the paragraph
        first = opened[0]
        line_end = text.find("\n", first, end)
        stop = min(line_end if line_end >= 0 else end, first + _LONGEST)
        yield first, stop, False


def _is_clause(written: str) -> bool:
    inner = written.strip("（）\n。 ")
    if not _TELLS.search(inner):
        return False
    if _LABEL.match(inner):
        return True
    last = _ENDS.search(inner)
    return bool(last) and bool(_said(inner, Rules()).bodies)


def _is_list(text: str, start: int, end: int) -> bool:
    """Tell a bare list of bodies behind a sentence: （省工信厅、财政厅）."""
    if text[start - 1 : start] not in (*"。；", "\n") or text[end : end + 1] not in (*"\n（", ""):
        return False
    items = re.split(r"[、，；]", text[start + 1 : end - 1])
    named = names_in("、".join(items))[0]
    return len(named) == len(items) and bool(_OF_A_PLACE.match(items[0]))


def answer(
    text: str, places: Sequence[tuple[int, int, bool]], start: int, rules: Rules
) -> tuple[Answer, Rules]:
    """
    Return who answers for the measure that begins at `start`, and the rules from here on.

    Parameters
    ----------
    places : sequence of (start, end, closed)
        The measure's clauses, as `find_clauses` returns them.
    rules : Rules
        What earlier clauses said for the whole document.

    Returns
    -------
    Answer
        One assignment per body and role, with the numbers of the clauses that name it.
    Rules
        With what these clauses add.
    """
    clauses: list[Clause] = []
    bodies: dict[tuple[str, Role], Assignment] = {}
    begin = start
    for number, (left, right, closed) in enumerate(places, start=1):
        written = text[left:right]
        rules = _rules(written, rules)
        heard = _said(written.strip("（）\n。 "), rules)
        covers = text[begin:left].strip("\n") if len(places) > 1 else ""
        flags = _flags(heard, closed=closed)
        clauses.append(Clause(number, written, covers, left, right, flags))
        for body in heard.bodies:
            key = body.body, body.role
            known = bodies.get(key)
            numbers = (*known.clauses, number) if known else (number,)
            bodies[key] = replace(known or body, clauses=numbers)
        begin = right
    if rules.counties and not any(body.role == "county" for body in bodies.values()):
        implied = Assignment(rules.counties, "county", named=False, clauses=())
        bodies[implied.body, "county"] = implied
    flags = tuple(dict.fromkeys(flag for clause in clauses for flag in clause.flags))
    return Answer(tuple(clauses), tuple(bodies.values()), flags), rules


def _rules(written: str, rules: Rules) -> Rules:
    all_counties = _COUNTIES_FOR_ALL.search(written)
    if all_counties:
        rules = replace(rules, counties=re.sub(r"[均由需]", "", all_counties["who"]))
    if _FIRST_LEADS.search(written):
        rules = replace(rules, first_leads=True)
    return rules


def _flags(heard: _Heard, *, closed: bool) -> tuple[str, ...]:
    roles = [body.role for body in heard.bodies if body.role != "county"]
    flags = ["open_ended"] if heard.open_ended else []
    if len(roles) > 1 and "lead" not in roles:
        flags.append("no_lead")
    if not closed:
        flags.append("unclosed")
    return tuple(flags)


def _said(inner: str, rules: Rules) -> _Heard:
    """Read the bodies of one clause."""
    heard = _Heard()
    for sentence in re.split(r"。", inner):
        if _FIRST_LEADS.search(sentence):
            sentence = _FIRST_LEADS.split(sentence)[0].rpartition("，")[0]
        kept = _COUNTIES_FOR_ALL.sub("", sentence)
        for part in re.split(r"[；;]", kept):
            _hear(part, heard, rules)
    if rules.first_leads and heard.bodies and heard.bodies[0].role == "joint":
        heard.bodies[0] = replace(heard.bodies[0], role="lead")
    return heard


def _hear(part: str, heard: _Heard, rules: Rules) -> None:
    """Read one part of a clause: label and list, or lists each with its verb."""
    labels = list(_LABEL.finditer(part))
    if labels:
        ends = [*(label.start() for label in labels[1:]), len(part)]
        for label, stop in zip(labels, ends, strict=True):
            _list(part[label.end() : stop], _role(label["role"]), heard, rules)
        return
    waiting = ""
    for piece, verb in _pieces(part):
        waiting = f"{waiting}，{piece}" if waiting else piece
        if verb:
            _list(waiting, _role(verb), heard, rules)
            waiting = ""
    if waiting.strip("，"):
        _list(waiting, "joint", heard, rules)


def _pieces(part: str) -> Iterator[tuple[str, str]]:
    """Yield each list of names with the verb that ends it, "" where the next list's holds."""
    for group in re.split(r"[，,]", part):
        begin = 0
        for match in _VERB.finditer(group):
            yield group[begin : match.start()], match.group()
            begin = match.end()
        if begin < len(group):
            yield group[begin:], ""


def _role(verb: str) -> Role:
    return next((role for word, role in _ROLE_OF_VERB if word in verb), "joint")


def _list(names: str, role: Role, heard: _Heard, rules: Rules) -> None:
    named, open_ended = names_in(names, rules.places)
    heard.open_ended = heard.open_ended or open_ended
    for name in named:
        heard.bodies.append(_assignment(name, role))


def _assignment(name: Named, role: Role) -> Assignment:
    if name.government and role != "lead":
        role = "county"
    flags = ("vague",) if name.vague else ()
    return Assignment(name.full, role, written=name.written, flags=flags)
