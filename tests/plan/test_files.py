"""Plans in files of every kind read the same; what cannot be read is refused in one sentence."""

import shutil
from pathlib import Path

import docx
import matplotlib as mpl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from hetao.errors import UserError
from hetao.plan.files import read_text
from hetao.plan.ledger import Ledger
from hetao.plan.reading import read_plan
from hetao.report.fonts import lettering

LEVEL = (
    '<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>'
    '<w:lvlText w:val="{shown}"/></w:lvl>'
)
LISTS = (
    f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:multiLevelType w:val="multilevel"/>'
    f"{LEVEL.format(depth=0, shown='%1、')}{LEVEL.format(depth=1, shown='（%2）')}</w:abstractNum>"
)


def told(ledger: Ledger) -> tuple[list[object], list[object]]:
    measures = [
        (m.number, m.title, [(a.body, a.role, a.named) for a in m.assignments])
        for m in ledger.measures
    ]
    targets = [(t.measure, t.indicator, t.operator, t.value, t.unit, t.year, t.soft)
               for t in ledger.targets]  # fmt: skip
    return measures, targets


def test_the_made_plan_reads_as_a_person_would(plan_ledger: Ledger) -> None:
    measures, targets = told(plan_ledger)

    assert measures[0] == (
        "（一）",
        "降低管网漏损",
        [
            ("市住建局", "lead", True),
            ("市水利局", "support", True),
            ("市财政局", "support", True),
            ("各旗县区人民政府", "county", True),
        ],
    )
    assert targets == [
        ("（一）", "城镇供水管网漏损率", "<=", 10.0, "%", 2025, False),
        ("（二）", "再生水利用率", ">=", 25.0, "%", 2025, True),
        ("（二）", "节水载体", "=", 120.0, "家", 2025, False),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("lines", ["as it is", "one line", "doubled", "indented", "windows"])
def test_text_of_any_bytes_and_breaks_reads_the_same(
    encoding: str, lines: str, plan_text: str, plan_ledger: Ledger, tmp_path: Path
) -> None:
    text = {
        "as it is": plan_text,
        "one line": plan_text.replace("\n", ""),
        "doubled": plan_text.replace("\n", "\n\n"),
        "indented": plan_text.replace("\n", "\n　　"),
        "windows": plan_text.replace("\n", "\r\n"),
    }[lines]
    path = tmp_path / "plan.txt"
    path.write_bytes(text.encode(encoding))

    assert told(read_plan(read_text(path))) == told(plan_ledger)


def test_half_width_marks_read_the_same(
    plan_text: str, plan_ledger: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / "plan.txt"
    half = str.maketrans("（），：；", "(),:;")
    path.write_text(plan_text.translate(half).replace("〔2023〕", "[2023]"), "utf-8")

    ledger = read_plan(read_text(path))

    assert told(ledger)[1] == told(plan_ledger)[1]
    assert [m.title for m in ledger.measures] == [m.title for m in plan_ledger.measures]
    assert ledger.document.number == plan_ledger.document.number


def word(plan_text: str, path: Path) -> None:
    """Write the plan with Word's own list numbers in the place of written ones."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(LISTS))
    number = numbering.add_num(90)
    for line in filter(None, plan_text.split("\n")):
        level = 0 if line[1:2] == "、" else 1 if line[:1] == "（" else None
        paragraph = document.add_paragraph(
            line if level is None else line.split("、）"[level], 1)[1]
        )
        if level is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = level
            properties.get_or_add_numId().val = number.numId
    deleted = (
        f'<w:p {nsdecls("w")}><w:del w:id="1" w:author="a"><w:r>'
        "<w:delText>（九）删去。</w:delText></w:r></w:del></w:p>"
    )
    document.element.body.insert(len(document.element.body) - 1, parse_xml(deleted))
    document.sections[0].header.paragraphs[0].text = "（十）页眉不是措施。"
    document.save(str(path))


def test_word_lists_give_their_numbers(plan_text: str, plan_ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "plan.docx"
    # Word begins each section's （…） anew, as its lists are set here
    word(plan_text, path)

    measures, targets = told(read_plan(read_text(path)))

    assert [m[0] for m in measures] == ["（一）", "（二）", "（一）"]  # type: ignore[index]
    assert [m[1:] for m in measures] == [m[1:] for m in told(plan_ledger)[0]]  # type: ignore[index]
    assert targets == told(plan_ledger)[1]


def test_a_printed_page_gives_its_text_back(
    plan_text: str, plan_ledger: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / "plan.pdf"
    lines = [
        line[at : at + 34]
        for line in plan_text.split("\n")
        for at in range(0, max(len(line), 1), 34)
    ]
    with lettering(), mpl.rc_context({"pdf.fonttype": 42}), PdfPages(path) as pages:
        for page, begin in enumerate(range(0, len(lines), 24), start=1):
            figure = Figure(figsize=(8.27, 11.69))
            for row, line in enumerate([*lines[begin : begin + 24], f"— {page} —"]):
                figure.text(0.08, 0.95 - row * 0.03, line, fontsize=10)
            pages.savefig(figure)

    assert told(read_plan(read_text(path))) == told(plan_ledger)


def test_a_saved_web_page_gives_its_article(
    plan_text: str, plan_ledger: Ledger, tmp_path: Path
) -> None:
    path = tmp_path / "plan.html"
    body = "".join(f"<p>&emsp;&emsp;{line}</p>" for line in plan_text.split("\n") if line)
    path.write_bytes(
        (
            '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
            "<title>榆湾市</title><script>var a='（八）脚本。';</script></head>"
            f"<body><nav>首页</nav><div class='TRS_Editor'>{body}</div><footer>版权</footer></body>"
        ).encode("gb2312", errors="xmlcharrefreplace")
    )

    assert told(read_plan(read_text(path))) == told(plan_ledger)


def refused(path: Path) -> str:
    with pytest.raises(UserError) as error:
        read_plan(read_text(path))
    return error.value.key


def test_files_that_cannot_be_read_are_refused_in_a_sentence(
    plan_text: str, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text(" \n", "utf-8")
    old = tmp_path / "old.doc"
    old.write_bytes(b"\xd0\xcf\x11\xe0")
    whole = tmp_path / "whole.docx"
    word(plan_text, whole)
    cut = tmp_path / "cut.docx"
    cut.write_bytes(whole.read_bytes()[:3000])
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + b"0" * 500)
    scanned = tmp_path / "scanned.pdf"
    with PdfPages(scanned) as pages:
        pages.savefig(Figure())

    assert refused(tmp_path / "nowhere.txt") == "plan_no_file"
    assert refused(tmp_path) == "plan_no_file"
    assert refused(empty) == "plan_file_empty"
    assert refused(old) == "plan_file_kind"
    assert refused(cut) == "plan_docx_damaged"
    assert refused(broken) == "plan_pdf_damaged"
    assert refused(scanned) == "plan_pdf_scanned"


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    law = tmp_path / "law.txt"
    articles = (f"第{n}条 建设单位应当按照标准设计施工，接受检查。" for n in "一二三四五六七八")
    law.write_text("榆湾市绿色建筑管理办法\n" + "\n".join(articles), "utf-8")
    story = tmp_path / "story.txt"
    story.write_text("这是一篇游记，写的是河套平原的秋天和黄河岸边的人家。" * 20, "utf-8")

    assert refused(law) == "plan_is_regulation"
    assert refused(story) == "no_plan"
    shutil.rmtree(tmp_path)
