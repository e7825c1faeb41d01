"""The report as a deck: a section a slide, with tables, charts, and what a speaker says."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR
from pptx.util import Inches, Pt

from quant.palette import ACCENT
from quant.report.report import Report
from quant.report.sections import Section, Table, asked, headline, provenance, sections
from quant.report.static import picture

WIDTH, HEIGHT = 13.333, 7.5  # inches
LEFT, TOP, WIDE, LOW = 0.6, 1.35, 12.1, 6.9
ROOM, LETTER = 5.3, 10  # inches that a table may have, and points of its letters
MOST_SLIDES = 6  # of one table: the rest is in the other files
_RGB: Any = RGBColor  # which has no types
INK, QUIET, WHITE = _RGB(0x1D, 0x23, 0x30), _RGB(0x5B, 0x63, 0x70), _RGB(255, 255, 255)
MAIN = _RGB.from_string(ACCENT[1:])
TITLED = 5  # the layout with a title alone, for outlines and screen readers
SKIPPED = ("layers",)  # hundreds of rows are for the page and the numbers


def slides(report: Report) -> bytes:
    """A .pptx file."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    _title(deck, report)
    for section in sections(report):
        if section.name not in SKIPPED:
            _section(deck, section)
    written = io.BytesIO()
    deck.save(written)
    return written.getvalue()


def _title(deck: Any, report: Report) -> None:
    slide = _slide(deck, headline(report), size=34, height=3.2, top=1.2)
    _text(slide, (report.workload.title, asked(report), provenance(report)), 4.7, 18)
    slide.notes_slide.notes_text_frame.text = f"{headline(report)}\n{provenance(report)}"


def _section(deck: Any, section: Section) -> None:
    notes = section.notes or " ".join(section.said)
    if section.chart is not None:
        slide = _slide(deck, section.title)
        _chart(slide, section)
        _text(slide, section.said, 6.25, 13)
        slide.notes_slide.notes_text_frame.text = notes
    elif section.table is None or section.is_modelled:
        slide = _slide(deck, section.title)
        _text(slide, section.said, TOP, 16 if len(section.said) < 8 else 13)
        slide.notes_slide.notes_text_frame.text = notes
        if section.code:
            _text(slide, section.code, TOP + 1.3, 12, mono=True)
    if section.table is not None:
        _tables(deck, section, section.table, notes)


def _tables(deck: Any, section: Section, table: Table, notes: str) -> None:
    pages = list(_paged(table))
    kept = pages[:MOST_SLIDES]
    for at, rows in enumerate(kept, 1):
        more = f" ({at} of {len(kept)})" if len(kept) > 1 else ""
        slide = _slide(deck, f"{section.title}{more}")
        _table(slide, table.head, rows)
        left = sum(map(len, pages[MOST_SLIDES:]))
        below = f"{left:,} more are in the page, the CSV and the JSON. " if left else ""
        if at == len(kept) and (below or table.below):
            _text(slide, (f"{below}{table.below}",), LOW - 0.1, 10)
        slide.notes_slide.notes_text_frame.text = f"{notes} {table.below}".strip()


def _paged(table: Table) -> Iterator[list[tuple[str, ...]]]:
    """As many rows as a slide has room for."""
    wide = [share * WIDE for share in _shares(table.head, table.rows)]
    page: list[tuple[str, ...]] = []
    used = first = _tall(table.head, wide)
    for row in table.rows:
        tall = _tall(row, wide)
        if page and used + tall > ROOM:
            yield page
            page, used = [], first
        page.append(row)
        used += tall
    if page:
        yield page


def _tall(cells: Sequence[str], wide: Sequence[float]) -> float:
    """Inches that a row takes, with its lines broken: letters are about half as wide as high."""
    lines = max(
        ceil((len(cell) + 2) * 0.54 * LETTER / (72 * (width - 0.2)))
        for cell, width in zip(cells, wide, strict=True)
    )
    return lines * LETTER * 1.2 / 72 + 0.08


def _slide(deck: Any, title: str, size: int = 26, height: float = 0.8, top: float = 0.45) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[TITLED])
    box = slide.shapes.title
    box.left, box.top = Inches(LEFT), Inches(top)
    box.width, box.height = Inches(WIDE), Inches(height)
    frame = box.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.text = title
    _style(frame.paragraphs[0], size, INK, bold=True)
    return slide


def _text(slide: Any, said: Sequence[str], top: float, size: int, *, mono: bool = False) -> None:
    if not said:
        return
    box = slide.shapes.add_textbox(Inches(LEFT), Inches(top), Inches(WIDE), Inches(0.5))
    frame = box.text_frame
    frame.word_wrap = True
    for at, sentence in enumerate(said):
        line = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        line.text = sentence
        line.space_after = Pt(6)
        _style(line, size, INK if not mono else QUIET)
        if mono:
            line.runs[0].font.name = "Consolas"


def _chart(slide: Any, section: Section) -> None:
    chart = section.chart
    if chart is None:
        return
    drawn = io.BytesIO(picture(chart, "png"))
    shape = slide.shapes.add_picture(drawn, Inches(LEFT), Inches(TOP - 0.15), height=Inches(4.85))
    if shape.width > Inches(WIDE):
        shape.height = int(shape.height * Inches(WIDE) / shape.width)
        shape.width = Inches(WIDE)
    shape.left = int((Inches(WIDTH) - shape.width) / 2)
    shape._element.nvPicPr.cNvPr.set("descr", chart.alt)


def _table(slide: Any, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    shape = slide.shapes.add_table(
        len(rows) + 1, len(head), Inches(LEFT), Inches(TOP), Inches(WIDE), Inches(0.3)
    )
    made = shape.table
    for column, share in enumerate(_shares(head, rows)):
        made.columns[column].width = int(Inches(WIDE) * share)
    for at, cells in enumerate((head, *rows)):
        made.rows[at].height = Inches(0.25)
        for column, text in enumerate(cells):
            cell = made.cell(at, column)
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            cell.text = text
            for line in cell.text_frame.paragraphs:
                _style(line, LETTER, WHITE if at == 0 else INK, bold=at == 0)
            if at == 0:
                cell.fill.solid()
                cell.fill.fore_color.rgb = MAIN


def _shares(head: Sequence[str], rows: Sequence[tuple[str, ...]]) -> list[float]:
    """Of the width, by the longest cell of a column."""
    longest = [
        min(max(len(row[column]) for row in (tuple(head), *rows)), 60) + 6
        for column in range(len(head))
    ]
    return [one / sum(longest) for one in longest]


def _style(line: Any, size: int, colour: Any, *, bold: bool = False) -> None:
    font = line.font
    font.size, font.color.rgb, font.bold = Pt(size), colour, bold
