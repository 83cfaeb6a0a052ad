"""A business review as a PDF, with drawn charts (reportlab)."""

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.charts.barcharts import VerticalBarChart
from reportlab.graphics.charts.linecharts import HorizontalLineChart
from reportlab.graphics.shapes import Drawing
from reportlab.graphics.widgets.markers import makeMarker
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from relationship.signals.qbr import Review, Series, Texts

# The fonts that every reader of PDF has know the signs of Western Europe (Windows-1252), French ones among them.
FONT, BOLD = "Helvetica", "Helvetica-Bold"
_BRAND, _LINE, _MUTED = colors.HexColor("#0f6cbd"), colors.HexColor("#d1d1d1"), colors.HexColor("#616161")
_WIDTH = 170 * mm
_STYLES = {
    "title": ParagraphStyle("title", fontName=BOLD, fontSize=22, leading=27),
    "sub": ParagraphStyle("sub", fontName=FONT, fontSize=11, leading=15, textColor=_MUTED),
    "h2": ParagraphStyle(
        "h2", fontName=BOLD, fontSize=14, leading=18, spaceBefore=14, spaceAfter=5, textColor=_BRAND, keepWithNext=1
    ),
    "h3": ParagraphStyle("h3", fontName=BOLD, fontSize=10.5, leading=14, spaceBefore=7, spaceAfter=2, keepWithNext=1),
    "text": ParagraphStyle("text", fontName=FONT, fontSize=10, leading=14),
    "line": ParagraphStyle("line", fontName=FONT, fontSize=10, leading=14, leftIndent=10, bulletIndent=0),
    "cell": ParagraphStyle("cell", fontName=FONT, fontSize=9, leading=12),
    "head": ParagraphStyle("head", fontName=BOLD, fontSize=9, leading=12),
}


def pdf(review: Review, texts: Texts) -> bytes:
    """The whole document. Every text is taken as text: markup in it is shown as it was typed."""
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=plain(f"{review.title} – {review.account} – {review.period}"),
        author="",
    )

    def footer(canvas: Canvas, pages: Any) -> None:
        canvas.setFont(FONT, 8)
        canvas.setFillColor(_MUTED)
        canvas.drawString(20 * mm, 10 * mm, plain(f"{review.account} · {review.title} · {review.period}")[:110])
        canvas.drawRightString(A4[0] - 20 * mm, 10 * mm, plain(f"{review.headings['page']} {pages.page}"))

    document.build(_story(review, texts), onFirstPage=footer, onLaterPages=footer)
    return target.getvalue()


def plain(text: str) -> str:
    """A text in the signs that the fonts have: special spaces become plain ones, what is left becomes '?'.

    >>> plain("1\\u202f200 € – œuvre ł")
    '1\\xa0200 € – œuvre ?'
    """
    spaced = text.replace("\u202f", "\u00a0").replace("\u2009", " ").replace("→", "›").replace("−", "-")
    return spaced.encode("cp1252", "replace").decode("cp1252")


def _story(review: Review, texts: Texts) -> list[Flowable]:
    words = review.headings
    story = [
        _paragraph(review.account, "title"),
        _paragraph(f"{review.title} · {review.period} · {review.made}", "sub"),
        _paragraph(words["review"], "h2"),
        *_text(texts.summary),
        *_figures(review.figures),
        *_chart(review.contacts),
        *_chart(review.curve),
        *_lines(words["done"], review.done),
        _paragraph(words["use"], "h2"),
        *_text(texts.use),
        *_figures(review.use_figures),
        *_chart(review.use),
        *_chart(review.health),
        _paragraph(words["outlook"], "h2"),
        *_text(texts.outlook),
        *_lines(words["opportunities"], review.opportunities),
        *_lines(words["risks"], review.risks),
        *_lines(words["deals"], [" · ".join(part for part in deal if part) for deal in review.deals]),
    ]
    return story + _plan(review, texts)


def _paragraph(text: str, style: str, bullet: str | None = None) -> Paragraph:
    return Paragraph(escape(plain(text)).replace("\n", "<br/>"), _STYLES[style], bulletText=bullet)


def _text(text: str) -> list[Flowable]:
    return [_paragraph(text, "text"), Spacer(1, 4)] if text.strip() else []


def _lines(title: str, lines: list[str] | tuple[str, ...]) -> list[Flowable]:
    if not lines:
        return []
    return [_paragraph(title, "h3"), *(_paragraph(line, "line", "•") for line in lines)]


def _figures(figures: tuple[tuple[str, str], ...]) -> list[Flowable]:
    if not figures:
        return []
    rows = [[_paragraph(name, "cell") for name, _value in figures], [_paragraph(v, "head") for _name, v in figures]]
    return [Table(rows, colWidths=[_WIDTH / len(figures)] * len(figures)), Spacer(1, 4)]


def _plan(review: Review, texts: Texts) -> list[Flowable]:
    goals = [goal for goal in texts.goals if not goal.is_blank]
    if not goals:
        return []
    names = ("what", "measure", "who", "due")
    rows = [[_paragraph(review.headings[name], "head") for name in names]]
    rows += [[_paragraph(getattr(goal, name), "cell") for name in names] for goal in goals]
    table = Table(rows, colWidths=[_WIDTH * part for part in (0.36, 0.30, 0.18, 0.16)], repeatRows=1)
    table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return [_paragraph(review.headings["plan"], "h2"), table]


def _chart(series: Series) -> list[Flowable]:
    """A drawn chart under its title; nothing where nothing is known."""
    if series.is_empty:
        return []
    drawing = Drawing(_WIDTH, 110)
    chart: Any = VerticalBarChart() if series.kind == "bar" else HorizontalLineChart()
    chart.x, chart.y, chart.width, chart.height = 28, 20, _WIDTH - 36, 82
    values = [value if value is not None else (0.0 if series.kind == "bar" else None) for value in series.values]
    chart.data = [values]
    chart.categoryAxis.categoryNames = [plain(label) for label in series.labels]
    for axis in (chart.categoryAxis, chart.valueAxis):
        axis.labels.fontName, axis.labels.fontSize, axis.strokeColor = FONT, 7.5, _LINE
    chart.valueAxis.valueMin = 0
    chart.valueAxis.valueMax = series.most or max(1.0, *(value for value in values if value is not None)) * 1.1
    chart.valueAxis.labelTextFormat = "%d"
    if isinstance(chart, VerticalBarChart):
        chart.bars[0].fillColor, chart.bars[0].strokeColor = _BRAND, None
    else:
        chart.lines[0].strokeColor, chart.lines[0].strokeWidth = _BRAND, 2
        marker: Any = makeMarker("FilledCircle")  # type: ignore[no-untyped-call]  # the stub has no types here
        marker.size, marker.fillColor, marker.strokeColor = 5, _BRAND, _BRAND
        chart.lines[0].symbol = marker
    drawing.add(chart)
    return [KeepTogether([_paragraph(series.title, "h3"), drawing])]
