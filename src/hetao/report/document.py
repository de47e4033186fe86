"""Word parts: headings, text, captions, tables, pictures, sections; no words of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import escape

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, RGBColor

from hetao.fixed import write_fixed_zip
from hetao.report.palette import colour
from hetao.report.styles import define_styles, field, switch_language

PORTRAIT_MM, LANDSCAPE_MM = 163, 250
"""Widths between the margins."""

PAGE_MM = (210, 297)
MARGIN_MM = 23.5

Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, its width, and how its cells are set."""

    title: str
    width_mm: float
    align: Align = "left"


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: lines of text, their ink, and the ground behind them."""

    text: str
    ink: str = "ink-1"
    ground: str = ""
    bold: bool = False
    note: str = ""
    """A second, smaller line."""


class Paper:
    """A report under way."""

    def __init__(self, *, date: str, title: str) -> None:
        self._docx: Any = docx.Document()
        self._date = date
        self._numbers = {"figure": 0, "table": 0}
        self._bookmarks: list[tuple[int, str, str]] = []
        self._landscape = False
        self._chapter = self._section = 0
        define_styles(self._docx)
        switch_language(self._docx)
        _page(self._docx.sections[0], landscape=False)
        properties = self._docx.core_properties
        properties.title, properties.author, properties.comments = title, "hetao", ""
        properties.last_modified_by, properties.revision = "hetao", 1

    @property
    def width_mm(self) -> float:
        """Return the width between the margins of the present page."""
        return LANDSCAPE_MM if self._landscape else PORTRAIT_MM

    def chapter(self, title: str, *, new_page: bool = True) -> None:
        """Begin a numbered chapter."""
        self._chapter, self._section = self._chapter + 1, 0
        self.heading(f"{self._chapter}　{title}", 1, new_page=new_page)

    def section(self, title: str, *, new_page: bool = False) -> None:
        """Begin a numbered section of the present chapter."""
        self._section += 1
        self.heading(f"{self._chapter}.{self._section}　{title}", 2, new_page=new_page)

    def item(self, title: str, *, new_page: bool = False) -> None:
        """Begin an item of the present section, which the contents leave out."""
        self.heading(title, 3, new_page=new_page)

    def heading(self, text: str, level: int, *, new_page: bool = False) -> None:
        """Write a heading that the contents list, on a new page if so wanted."""
        paragraph = self._docx.add_heading(level=level)
        paragraph.paragraph_format.page_break_before = new_page or None
        name = f"_Toc{len(self._bookmarks) + 1:06d}"
        number = len(self._bookmarks) + 1
        paragraph._p.append(parse_xml(
            f'<w:bookmarkStart {nsdecls("w")} w:id="{number}" w:name="{name}"/>'))  # fmt: skip
        paragraph.add_run(text)
        paragraph._p.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="{number}"/>'))
        self._bookmarks.append((level, text, name))

    def text(self, text: str, style: str = "Normal", *, ink: str = "", bold: bool = False) -> Any:  # noqa: ANN401
        """Write a paragraph."""
        paragraph = self._docx.add_paragraph(style=style)
        run = paragraph.add_run(text)
        run.bold = bold or None
        if ink:
            run.font.color.rgb = RGBColor.from_string(colour(ink)[1:].upper())
        return paragraph

    def bullets(self, lines: Sequence[str]) -> None:
        """Write a list."""
        for line in lines:
            self.text(line, "List Bullet")

    def caption(self, kind: Literal["figure", "table"], label: str, text: str) -> None:
        """Write a numbered caption."""
        self._numbers[kind] += 1
        paragraph = self._docx.add_paragraph(style="Caption")
        paragraph.paragraph_format.keep_with_next = kind == "table"
        paragraph.add_run(f"{label} ")
        field(paragraph, f"SEQ {label} \\* ARABIC", str(self._numbers[kind]))
        paragraph.add_run(f"　{text}")

    def picture(self, png: bytes, width_mm: float, told: str) -> None:
        """Place a picture on a line of its own, with words for those who cannot see it."""
        paragraph = self._docx.add_paragraph(style="Picture")
        _place(paragraph, png, width_mm, told)

    def side_by_side(self, pictures: Sequence[tuple[bytes, float, str]]) -> None:
        """Place pictures beside each other."""
        if len(pictures) == 1:
            self.picture(*pictures[0])
            return
        cells = self._cells([self.width_mm / len(pictures)] * len(pictures))
        for cell, (png, width_mm, told) in zip(cells, pictures, strict=True):
            cell.paragraphs[0].style = self._docx.styles["Picture"]
            _place(cell.paragraphs[0], png, width_mm, told)

    def _cells(self, widths_mm: Sequence[float]) -> list[Any]:
        """Return the cells of one invisible row, without margins of their own."""
        table = self._docx.add_table(rows=1, cols=len(widths_mm))
        table.autofit = False
        margins = "".join(f'<w:{side} w:w="0" w:type="dxa"/>' for side in ("left", "right"))
        # the schema wants the margins before the look of the table
        table._tbl.tblPr.insert_element_before(
            parse_xml(f"<w:tblCellMar {nsdecls('w')}>{margins}</w:tblCellMar>"), "w:tblLook"
        )
        cells = list(table.rows[0].cells)
        for cell, column, width in zip(cells, table.columns, widths_mm, strict=True):
            column.width = cell.width = Mm(width)
        return cells

    def beside(
        self, left: Sequence[tuple[str, str]], png: bytes, told: str, *, left_mm: float
    ) -> None:
        """Place lines of text (each with its style) to the left of a picture."""
        widths = (left_mm, self.width_mm - left_mm)
        cells = self._cells(widths)
        for index, (text, style) in enumerate(left):
            paragraph = cells[0].paragraphs[0] if index == 0 else cells[0].add_paragraph()
            paragraph.style = self._docx.styles[style]
            paragraph.add_run(text)
        cells[1].paragraphs[0].style = self._docx.styles["Picture"]
        _place(cells[1].paragraphs[0], png, widths[1], told)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Cell | str]]) -> None:
        """Write a table whose head repeats on every page; columns are fitted to the page."""
        total = sum(column.width_mm for column in columns)
        widths = [round(column.width_mm * self.width_mm / total * 56.7) for column in columns]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        head = _row(
            [Cell(column.title, bold=True) for column in columns], columns, widths, head=True
        )
        body = "".join(
            _row([cell if isinstance(cell, Cell) else Cell(cell) for cell in row], columns, widths)
            for row in rows
        )
        xml = (
            f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="Hetao"/>'
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            '<w:tblLayout w:type="fixed"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{head}{body}</w:tbl>"
        )
        self._docx.element.body.insert_element_before(parse_xml(xml), "w:sectPr")
        self.text("", "After table")

    def note(self, text: str, *, ground: str = "unknown-tint", ink: str = "ink-1") -> Any:  # noqa: ANN401
        """Write a paragraph on a ground, for what must not be overlooked."""
        paragraph = self.text(text, "Note", ink=ink)
        shade = (
            f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour(ground)[1:]}"/>'
        )
        paragraph._p.get_or_add_pPr().append(parse_xml(shade))
        return paragraph

    def turn(self, *, landscape: bool) -> None:
        """Begin a new page, lying or standing."""
        section = self._docx.add_section(WD_SECTION.NEW_PAGE)
        _page(section, landscape=landscape)
        self._landscape = landscape

    def running_heads(self, left: str, right: str) -> None:
        """Write the head and the page numbers of every page but the first."""
        self._docx.sections[0].different_first_page_header_footer = True
        for section in self._docx.sections:
            section.header.is_linked_to_previous = False
            head = section.header.paragraphs[0]
            width = section.page_width - section.left_margin - section.right_margin
            head.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
            head.style = self._docx.styles["Header"]
            head.add_run(f"{left}\t{right}" if right else left)
        foot = self._docx.sections[0].footer.paragraphs[0]
        foot.style = self._docx.styles["Footer"]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        foot.add_run("第 ")
        field(foot, "PAGE", "1")
        foot.add_run(" 页　共 ")
        field(foot, "NUMPAGES", "1")
        foot.add_run(" 页")

    def place_of_contents(self) -> Any:  # noqa: ANN401  (a paragraph)
        """Keep a place that `contents` fills once all headings are known."""
        return self._docx.add_paragraph()

    def contents(self, place: Any, *, deepest: int) -> None:  # noqa: ANN401
        """Fill the place with the headings, each leading to its page."""
        listed = [item for item in self._bookmarks if item[0] <= deepest]
        for level, text, name in listed:
            _contents_line(place.insert_paragraph_before(style=f"toc {level}"), text, name)
        place._p.getparent().remove(place._p)

    def save(self, path: Path) -> None:
        """Write the document; the same report gives the same bytes."""
        content = BytesIO()
        self._docx.save(content)
        write_fixed_zip(content.getvalue(), path, date=self._date)


def _page(section: Any, *, landscape: bool) -> None:  # noqa: ANN401
    short, long = (Mm(side) for side in PAGE_MM)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if landscape else (short, long)
    section.left_margin = section.right_margin = Mm(MARGIN_MM)
    section.top_margin, section.bottom_margin = Mm(21), Mm(18)
    section.header_distance, section.footer_distance = Mm(12), Mm(10)


def _place(paragraph: Any, png: bytes, width_mm: float, told: str) -> None:  # noqa: ANN401
    shape = paragraph.add_run().add_picture(BytesIO(png), width=Mm(width_mm))
    shape._inline.docPr.set("descr", told)
    for side in "TBLR":  # where they are not stated, some readers keep 3 mm clear
        shape._inline.set(f"dist{side}", "0")


def _row(
    cells: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int], *, head: bool = False
) -> str:
    made = "".join(
        _cell(cell, column.align, width, head=head)
        for cell, column, width in zip(cells, columns, widths, strict=True)
    )
    repeat = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{made}</w:tr>"


def _cell(cell: Cell, align: Align, width: int, *, head: bool) -> str:
    ground = "brand-tint" if head else cell.ground
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{colour(ground)[1:]}"/>' if ground else ""
    lines = _line(
        cell.text, cell.ink, "Table head" if head else "Table text", align, bold=cell.bold
    )
    if cell.note:
        lines += _line(cell.note, "ink-3", "Table note", align, bold=False)
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/>'
        f"</w:tcPr>{lines}</w:tc>"
    )


def _line(text: str, ink: str, style: str, align: Align, *, bold: bool) -> str:
    weight = "<w:b/>" if bold else ""
    runs = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in text.split("\n")
    )
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{style.replace(" ", "")}"/><w:jc w:val="{align}"/></w:pPr>'
        f'<w:r><w:rPr>{weight}<w:color w:val="{colour(ink)[1:]}"/></w:rPr>{runs}</w:r></w:p>'
    )


def _contents_line(paragraph: Any, text: str, name: str) -> None:  # noqa: ANN401
    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    def order(code: str) -> str:
        return f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'

    page = char("begin") + order(f"PAGEREF {name} \\h") + char("separate")
    runs = (
        f'<w:hyperlink w:anchor="{name}" w:history="1"><w:r><w:t xml:space="preserve">'
        + f"{escape(text)}</w:t></w:r><w:r><w:tab/></w:r>{page}<w:r><w:t></w:t></w:r>{char('end')}"
        + "</w:hyperlink>"
    )
    for element in parse_xml(f"<w:p {nsdecls('w')}>{runs}</w:p>"):
        paragraph._p.append(element)
