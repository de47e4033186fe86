"""The styles of the report: 宋体 for text, 黑体 for headings, as bureaus set them."""

from dataclasses import dataclass
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from hetao.report.palette import colour

SONG, HEI = "宋体", "黑体"
LATIN = {SONG: "Times New Roman", HEI: "Arial"}
TEXT_WIDTH = Mm(163)


@dataclass(frozen=True)
class Look:
    """How the paragraphs of a style look."""

    font: str = SONG
    size: float = 10.5
    ink: str = "ink-1"
    before: float = 0
    after: float = 4
    line: float = 1.3
    align: Any = None
    keep: bool = False


LOOKS = {
    "Normal": Look(),
    "Title": Look(SONG, 28, before=56, after=10, align=WD_ALIGN_PARAGRAPH.CENTER),
    "Subtitle": Look(SONG, 14, "ink-2", after=18, align=WD_ALIGN_PARAGRAPH.CENTER),
    "Cover": Look(SONG, 11.5, after=2, line=1.45),
    "Contents title": Look(HEI, 15, after=10, align=WD_ALIGN_PARAGRAPH.CENTER),
    "Heading 1": Look(HEI, 16, before=0, after=8, line=1.2, keep=True),
    "Heading 2": Look(HEI, 13, before=10, after=5, line=1.2, keep=True),
    "Heading 3": Look(HEI, 11.5, before=9, after=3, line=1.2, keep=True),
    "Heading 4": Look(HEI, 10.5, "brand", before=7, after=2, line=1.2, keep=True),
    "Caption": Look(
        HEI, 8.5, "ink-2", before=2, after=5, line=1.1, align=WD_ALIGN_PARAGRAPH.CENTER
    ),
    "Picture": Look(
        SONG, 9, before=2, after=0, line=1.0, align=WD_ALIGN_PARAGRAPH.CENTER, keep=True
    ),
    "Note": Look(SONG, 9.5, before=3, after=5, line=1.25),
    "Small": Look(SONG, 8.5, "ink-2", after=2, line=1.1),
    "Place": Look(SONG, 9, "ink-3", after=3, line=1.1, keep=True),
    "Figure": Look(HEI, 26, "brand", after=0, line=1.0),
    "Figure long": Look(HEI, 15, "brand", after=2, line=1.1),
    "Unit": Look(HEI, 10, "brand", after=2, line=1.0),
    "State met": Look(HEI, 10.5, "met-text", after=0, line=1.1),
    "State missed": Look(HEI, 10.5, "missed-text", after=0, line=1.1),
    "State unknown": Look(HEI, 10.5, "unknown-text", after=0, line=1.1),
    "State none": Look(HEI, 10.5, "ink-2", after=0, line=1.1),
    "Table text": Look(SONG, 8.5, after=0, line=1.12),
    "Table head": Look(HEI, 8.5, after=0, line=1.12),
    "Table note": Look(SONG, 7.5, "ink-3", after=0, line=1.05),
    "After table": Look(SONG, 4, after=0, line=1.0),
    "List Bullet": Look(after=3),
    "toc 1": Look(HEI, 10.5, before=4, after=1, line=1.15),
    "toc 2": Look(SONG, 9.5, after=0, line=1.15),
    "Header": Look(SONG, 8.5, "ink-3", after=0, line=1.0),
    "Footer": Look(SONG, 8.5, "ink-3", after=0, line=1.0),
}


def define_styles(document: Any) -> None:  # noqa: ANN401
    """Give a document its styles."""
    for name, look in LOOKS.items():
        style = _style(document, name)
        _letters(style, look)
        _paragraph(style.paragraph_format, look)
    document.styles["Contents title"].paragraph_format.page_break_before = True
    for level, indent in ((1, 0), (2, 6)):
        toc = document.styles[f"toc {level}"].paragraph_format
        toc.left_indent = Mm(indent)
        toc.tab_stops.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    head = document.styles["Header"].paragraph_format
    for _ in range(len(head.tab_stops)):
        del head.tab_stops[0]
    document.styles.element.append(parse_xml(_TABLE_STYLE.format(
        w=nsdecls("w"), line=colour("line-2")[1:], strong=colour("line-control")[1:])))  # fmt: skip


_TABLE_STYLE = """
<w:style {w} w:type="table" w:customStyle="1" w:styleId="Hetao"><w:name w:val="Hetao"/>
<w:uiPriority w:val="99"/><w:tblPr><w:tblBorders>
<w:top w:val="single" w:sz="8" w:space="0" w:color="{strong}"/>
<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{strong}"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{line}"/></w:tblBorders>
<w:tblCellMar><w:top w:w="34" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>
<w:bottom w:w="34" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>
"""


def _style(document: Any, name: str) -> Any:  # noqa: ANN401
    if name in [style.name for style in document.styles]:
        return document.styles[name]
    made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = document.styles["Normal"]
    made.element.set(qn("w:styleId"), name.replace(" ", ""))
    return made


def _letters(style: Any, look: Look) -> None:  # noqa: ANN401
    font = style.font
    font.name, font.size = LATIN[look.font], Pt(look.size)
    font.color.rgb = RGBColor.from_string(colour(look.ink)[1:].upper())
    font.bold = font.italic = False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        if attribute.endswith("Theme"):
            del fonts.attrib[attribute]
    fonts.set(qn("w:eastAsia"), look.font)
    fonts.set(qn("w:cs"), LATIN[look.font])


def _paragraph(form: Any, look: Look) -> None:  # noqa: ANN401
    for border in form._element.get_or_add_pPr().findall(qn("w:pBdr")):
        border.getparent().remove(border)
    form.space_before, form.space_after = Pt(look.before), Pt(look.after)
    form.line_spacing = look.line
    form.keep_with_next = look.keep
    if look.align is not None:
        form.alignment = look.align


def switch_language(document: Any) -> None:  # noqa: ANN401
    """Say that the text is Chinese, so that lines break and spelling is checked accordingly."""
    defaults = document.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")  # else words and numbers break anywhere
        language.set(qn("w:eastAsia"), "zh-CN")
    for fonts in defaults.iter(qn("w:rFonts")):
        fonts.attrib.clear()
        fonts.set(qn("w:ascii"), LATIN[SONG])
        fonts.set(qn("w:hAnsi"), LATIN[SONG])
        fonts.set(qn("w:eastAsia"), SONG)
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    document.settings.element.append(update)


def field(paragraph: Any, code: str, shown: str) -> None:  # noqa: ANN401
    """Add a field with the value shown until Word computes it."""
    run = f"<w:r><w:t>{shown}</w:t></w:r>"
    xml = f'<w:fldSimple {nsdecls("w")} w:instr=" {code} ">{run}</w:fldSimple>'
    paragraph._p.append(parse_xml(xml))
