"""A business review as slides for PowerPoint, with charts that can be edited there (python-pptx)."""

import io
import re
from collections.abc import Sequence
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Cm, Pt

from relationship.signals.qbr import Review, Series, Texts

_WIDE, _HIGH = Cm(33.867), Cm(19.05)
_LEFT, _TOP, _ALL = Cm(1.6), Cm(3.4), Cm(30.6)
_BRAND: Any = RGBColor.from_string("0F6CBD")  # type: ignore[no-untyped-call]  # python-pptx has no types
_MUTED: Any = RGBColor.from_string("616161")  # type: ignore[no-untyped-call]  # python-pptx has no types
_BLANK = 6
# What XML does not hold, and no slide shows.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
MOST_LINES = 8


def slides(review: Review, texts: Texts) -> bytes:
    """The whole presentation: a title, the four sections, the plan as a table."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = _WIDE, _HIGH
    deck.core_properties.title = _clean(f"{review.title} – {review.account} – {review.period}")
    deck.core_properties.author = ""
    words = review.headings
    cover = deck.slides.add_slide(deck.slide_layouts[_BLANK])
    _write(cover, review.account, Cm(6.5), 40, bold=True)
    _write(cover, f"{review.title} · {review.period}", Cm(9.2), 24, color=_BRAND)
    _write(cover, review.made, Cm(11), 14, color=_MUTED)
    _section(deck, words["review"], texts.summary, review.figures, (review.contacts, review.curve))
    if review.done:
        _listed(deck, words["done"], [("", review.done)], "")
    _section(deck, words["use"], texts.use, review.use_figures, (review.use, review.health))
    deals = [" · ".join(part for part in deal if part) for deal in review.deals]
    columns = [(words["opportunities"], review.opportunities), (words["risks"], review.risks), (words["deals"], deals)]
    _listed(deck, words["outlook"], [one for one in columns if one[1]], texts.outlook)
    _plan(deck, review, texts)
    target = io.BytesIO()
    deck.save(target)
    return target.getvalue()


def _section(deck: Any, title: str, text: str, figures: Sequence[tuple[str, str]], charts: Sequence[Series]) -> None:
    slide = _slide(deck, title)
    _write(slide, text, _TOP, 16, height=Cm(3))
    facts = "   ·   ".join(f"{name} : {value}" for name, value in figures)
    _write(slide, facts, Cm(6.6), 14, bold=True, height=Cm(1.4))
    known = [one for one in charts if not one.is_empty]
    width = int((_ALL - Cm(1) * (len(known) - 1)) / len(known)) if known else 0
    for number, series in enumerate(known):
        _chart(slide, series, int(_LEFT + number * (width + Cm(1))), width)


def _chart(slide: Any, series: Series, left: int, width: int) -> None:
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]  # python-pptx has no types
    data.categories = [_clean(label) for label in series.labels]
    data.add_series(_clean(series.title), series.values)
    kind = XL_CHART_TYPE.COLUMN_CLUSTERED if series.kind == "bar" else XL_CHART_TYPE.LINE_MARKERS
    chart = slide.shapes.add_chart(kind, left, Cm(8.4), width, Cm(9.6), data).chart
    chart.has_legend = False
    chart.has_title = True
    chart.chart_title.text_frame.text = _clean(series.title)
    chart.chart_title.text_frame.paragraphs[0].runs[0].font.size = Pt(14)
    chart.value_axis.minimum_scale = 0
    if series.most:
        chart.value_axis.maximum_scale = series.most
    for axis in (chart.value_axis, chart.category_axis):
        axis.tick_labels.font.size = Pt(11)
    drawn = chart.plots[0].series[0]
    if series.kind == "bar":
        drawn.format.fill.solid()
        drawn.format.fill.fore_color.rgb = _BRAND
    else:
        drawn.format.line.color.rgb = _BRAND
        drawn.smooth = False


def _listed(deck: Any, title: str, columns: Sequence[tuple[str, Sequence[str]]], text: str) -> None:
    slide = _slide(deck, title)
    _write(slide, text, _TOP, 16, height=Cm(2.6))
    width = int(_ALL / max(1, len(columns)))
    for number, (name, lines) in enumerate(columns):
        box = slide.shapes.add_textbox(int(_LEFT + number * width), Cm(6.4), int(width - Cm(0.8)), Cm(11)).text_frame
        box.word_wrap = True
        heads = [name] if name else []
        for place, line in enumerate([*heads, *(f"• {one}" for one in lines[:MOST_LINES])]):
            paragraph = box.paragraphs[0] if place == 0 else box.add_paragraph()
            run = paragraph.add_run()
            run.text = _clean(line)
            run.font.size, run.font.bold = Pt(14), bool(name) and place == 0


def _plan(deck: Any, review: Review, texts: Texts) -> None:
    goals = [goal for goal in texts.goals if not goal.is_blank]
    if not goals:
        return
    slide = _slide(deck, review.headings["plan"])
    names = ("what", "measure", "who", "due")
    table = slide.shapes.add_table(len(goals) + 1, len(names), _LEFT, _TOP, _ALL, Cm(1.2) * (len(goals) + 1)).table
    for column, (name, share) in enumerate(zip(names, (0.36, 0.3, 0.18, 0.16), strict=True)):
        table.columns[column].width = int(_ALL * share)
        for row, text in enumerate([review.headings[name], *(getattr(goal, name) for goal in goals)]):
            cell = table.cell(row, column)
            cell.text = _clean(text)
            for paragraph in cell.text_frame.paragraphs:
                paragraph.font.size = Pt(14)


def _slide(deck: Any, title: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[_BLANK])
    _write(slide, title, Cm(1.2), 28, bold=True, color=_BRAND)
    return slide


def _write(
    slide: Any, text: str, top: int, size: int, *, bold: bool = False, color: Any = None, height: int = Cm(1.8)
) -> None:
    frame = slide.shapes.add_textbox(_LEFT, top, _ALL, height).text_frame
    frame.word_wrap = True
    for place, line in enumerate(_clean(text).split("\n")):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line
        run.font.size, run.font.bold = Pt(size), bold
        if color is not None:
            run.font.color.rgb = color


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text)
