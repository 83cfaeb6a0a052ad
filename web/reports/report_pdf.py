"""A report as a PDF (reportlab): name, day and filters, then a table whose head stands on every page."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from web.reviews.qbr_pdf import BOLD, FONT, plain

SIZE, LEADING, PADDING = 8.5, 11, 6
_MARGIN = 15 * mm
_LINE, _MUTED, _BAND = colors.HexColor("#d1d1d1"), colors.HexColor("#616161"), colors.HexColor("#f5f5f5")
_TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=16, leading=20, spaceAfter=4)
_SUB = ParagraphStyle("sub", fontName=FONT, fontSize=9, leading=12, textColor=_MUTED)
# A page lies when more columns than these stand on it.
MOST_UPRIGHT = 5
# Widths are found from the first lines, which are like the others.
SAMPLE_LINES = 200
# What is no longer than so many signs stands on one line while there is room; heads are broken first.
SHORT_TEXT = 22


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the document holds. notes: lines under the title; numbers: places of the columns that stand to the right;
    totals: the last line, empty without; page: 'Page %d' in the reader's language."""

    title: str
    notes: Sequence[str]
    heads: Sequence[str]
    lines: Sequence[Sequence[str]]
    numbers: frozenset[int]
    totals: Sequence[str]
    page: str


def pdf(sheet: Sheet) -> bytes:
    """The whole document. Every text is taken as text."""
    target = io.BytesIO()
    size = A4 if len(sheet.heads) <= MOST_UPRIGHT else landscape(A4)
    document = SimpleDocTemplate(
        target,
        pagesize=size,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 5 * mm,
        title=plain(sheet.title),
        author="",
    )
    story: list[Any] = [Paragraph(escape(plain(sheet.title)), _TITLE)]
    story += [Paragraph(escape(plain(note)), _SUB) for note in sheet.notes]
    story += [Spacer(1, 4 * mm), _table(sheet, size[0] - 2 * _MARGIN)]

    def footer(canvas: Canvas, pages: Any) -> None:
        canvas.setFont(FONT, 8)
        canvas.setFillColor(_MUTED)
        canvas.drawString(_MARGIN, 10 * mm, plain(sheet.title)[:100])
        canvas.drawRightString(size[0] - _MARGIN, 10 * mm, plain(sheet.page % pages.page))

    document.build(story, onFirstPage=footer, onLaterPages=footer)
    return target.getvalue()


def _table(sheet: Sheet, width: float) -> LongTable:
    widths = _widths(sheet, width)
    rows = [_row(sheet.heads, widths, BOLD), *(_row(line, widths, FONT) for line in sheet.lines)]
    style: list[Any] = [
        ("FONT", (0, 0), (-1, -1), FONT, SIZE, LEADING),
        ("FONT", (0, 0), (-1, 0), BOLD, SIZE, LEADING),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("BACKGROUND", (0, 0), (-1, 0), _BAND),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        *(("ALIGN", (place, 0), (place, -1), "RIGHT") for place in sheet.numbers),
    ]
    if sheet.totals:
        rows.append(_row(sheet.totals, widths, BOLD))
        style += [("FONT", (0, -1), (-1, -1), BOLD, SIZE, LEADING), ("BACKGROUND", (0, -1), (-1, -1), _BAND)]
    return LongTable(rows, colWidths=widths, repeatRows=1, style=TableStyle(style))


def _row(cells: Sequence[str], widths: Sequence[float], font: str) -> list[str]:
    """Cells whose texts are broken where the column ends."""
    return [
        "\n".join(simpleSplit(plain(cell), font, SIZE, width - 2 * PADDING) or [""])
        for cell, width in zip(cells, widths, strict=True)
    ]


def _widths(sheet: Sheet, width: float) -> list[float]:
    """The columns share the page by what they hold, none with less than its longest word, or a short text, needs
    while there is room."""
    wants, needs = [], []
    for place, head in enumerate(sheet.heads):
        held = [plain(line[place]) for line in sheet.lines[:SAMPLE_LINES]]
        texts = [*held, plain(head)]
        words = [word for text in texts for word in text.split()] or [""]
        words += [text for text in held if len(text) <= SHORT_TEXT]
        needs.append(max(stringWidth(word, BOLD, SIZE) for word in words) + 2 * PADDING + 1)
        wants.append(max(stringWidth(text, FONT, SIZE) for text in texts) + 2 * PADDING + 1)
    if sum(wants) <= width:
        spare = (width - sum(wants)) / len(wants)
        return [want + spare for want in wants]
    if sum(needs) >= width:
        return [width * need / sum(needs) for need in needs]
    share = (width - sum(needs)) / max(sum(wants) - sum(needs), 1e-9)
    return [need + (want - need) * share for need, want in zip(needs, wants, strict=True)]
