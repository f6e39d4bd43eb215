"""The text of a PDF, page by page: glyphs and their places from pdfminer, lines and their order from here.

A PDF says where glyphs stand, not what is read after what. Libraries give lines of Arabic out as they are drawn, or
turn letters that share a glyph around. Here each glyph keeps its letters together; a line is sorted by place and then
turned into the order of reading, numbers and Latin words kept (`directions.py`).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from lib.extracting import directions
from lib.extracting.limits import Budget

UNKNOWN = "\ufffd"
# In parts of the size of the letters.
_ONE_LINE, _ONE_WORD, _ONE_COLUMN, _ONE_PARAGRAPH, _SAME_PLACE = 0.45, 0.17, 1.6, 1.9, 0.08


@dataclass(slots=True)
class Glyph:
    """What one drawn sign says, on its baseline `y` from `x0` to `x1`."""

    text: str
    x0: float
    x1: float
    y: float
    size: float


class _Glyphs(PDFTextDevice):
    """Notes glyphs and draws nothing: five times as fast as pdfminer's own analysis of pages."""

    def begin_page(self, page, ctm) -> None:
        self.ctm, self.glyphs, self.unknown = ctm, [], 0

    def render_char(self, matrix, font, fontsize, scaling, rise, cid, ncs, graphicstate) -> float:
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = UNKNOWN
            self.unknown += 1
        advance = font.char_width(cid) * fontsize * scaling
        a, _b, c, d, e, f = matrix
        x0, x1 = sorted((e + c * rise, e + c * rise + a * advance))
        size = abs(fontsize) * ((c * c + d * d) ** 0.5) or 1.0
        self.glyphs.append(Glyph(text, x0, x1, f + d * rise, size))
        return advance


def read(file: BinaryIO, budget: Budget) -> None:
    """Every page that can be read. Notes `encrypted`, `no_text_layer`, `unreadable_letters`, `truncated`."""
    try:
        document = PDFDocument(PDFParser(file))
    except PDFPasswordIncorrect:
        budget.note("encrypted")
        return
    pages = list(PDFPage.create_pages(document))
    budget.count = len(pages)
    device = _Glyphs(PDFResourceManager())
    interpreter = PDFPageInterpreter(device.rsrcmgr, device)
    seen = unknown = 0
    for page in pages:
        interpreter.process_page(page)
        seen, unknown = seen + len(device.glyphs), unknown + device.unknown
        budget.add(text_of(device.glyphs))
    if not seen:
        budget.note("no_text_layer")
    elif unknown > seen / 20:
        budget.note("unreadable_letters")


def text_of(glyphs: list[Glyph]) -> str:
    """A page in the order of reading: its lines from above, columns one after the other, Arabic ones from the right."""
    for each in glyphs:
        each.text = directions.letters(each.text)
    lines = [_marked(line) for line in _lines([each for each in glyphs if each.text])]
    rtl = directions.is_rtl("".join(each.text for line in lines for each in line))
    mirrored = directions.brackets_are_drawn(
        [directions.Line([each.text for each in line], rtl) for line in lines]
    )
    said: list[str] = []
    for column in _columns([_segments(line) for line in lines], rtl):
        below = None
        for line in column:
            first = line[0][0]
            if below is not None and below.y - first.y > _ONE_PARAGRAPH * max(first.size, below.size):
                said.append("")
            parts = [
                directions.logical(directions.Line(_spaced(segment), rtl), mirrored=mirrored)
                for segment in (line[::-1] if rtl else line)
            ]
            said.append("\t".join(part for part in parts if part))
            below = first
        said.append("")
    return "\n".join(said).strip("\n")


def _lines(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """From above; each from left to right, without the glyphs that draw a letter bold by drawing it twice."""
    lines: list[list[Glyph]] = []
    for each in sorted(glyphs, key=lambda each: (-each.y, each.x0)):
        last = lines[-1] if lines else None
        if last and last[0].y - each.y <= _ONE_LINE * max(each.size, last[0].size):
            last.append(each)
        else:
            lines.append([each])
    for line in lines:
        line.sort(key=lambda each: (each.x0, each.x1))
        kept: list[Glyph] = []
        for each in line:
            if not any(
                each.text == other.text and abs(each.x0 - other.x0) < _SAME_PLACE * each.size
                for other in kept[-3:]
            ):
                kept.append(each)
        line[:] = kept
    return [line for line in lines if any(not each.text.isspace() for each in line)]


def _marked(line: list[Glyph]) -> list[Glyph]:
    """Vowel signs that have a glyph of their own go with the letter they stand at."""
    marks = [each for each in line if directions.is_mark(each.text)]
    if not marks:
        return line
    letters = [each for each in line if not directions.is_mark(each.text)]
    for mark in marks if letters else []:
        middle = (mark.x0 + mark.x1) / 2
        nearest = min(letters, key=lambda each: abs((each.x0 + each.x1) / 2 - middle))
        nearest.text += mark.text
    return letters or line


def _segments(line: list[Glyph]) -> list[list[Glyph]]:
    """A line, divided where there is room for the space between two columns."""
    segments: list[list[Glyph]] = []
    for each in line:
        if each.text.isspace():
            continue
        if segments and each.x0 - segments[-1][-1].x1 <= _ONE_COLUMN * each.size:
            segments[-1].append(each)
        else:
            segments.append([each])
    return segments


def _columns(lines: list[list[list[Glyph]]], rtl: bool) -> list[list[list[list[Glyph]]]]:
    """Stretches of lines to be read one after the other; one with a gutter through all of it, column by column."""
    stretches: list[tuple[list, list]] = []
    for line in lines:
        gaps = _gaps(line)
        if stretches:
            gathered, gutters = stretches[-1]
            common = _common(gutters, gaps)
            if common or not (gutters or len(line) > 1):
                gathered.append(line)
                stretches[-1] = (gathered, common)
                continue
        inner = [gap for gap in gaps if gap[0] > float("-inf") and gap[1] < float("inf")]
        stretches.append(([line], inner))
    found = []
    for gathered, gutters in stretches:
        if not gutters or len(gathered) < 2:
            found.append(gathered)
            continue
        cuts = [(low + high) / 2 for low, high in sorted(gutters)]
        columns: list[list] = [[] for _ in range(len(cuts) + 1)]
        for line in gathered:
            for index, column in enumerate(columns):
                part = [s for s in line if sum(cut < s[0].x0 for cut in cuts) == index]
                if part:
                    column.append(part)
        found += [column for column in (columns[::-1] if rtl else columns) if column]
    return found


def _gaps(line: list[list[Glyph]]) -> list[tuple[float, float]]:
    """Where the line is empty, before and after it included."""
    edges = [float("-inf")]
    for segment in line:
        edges += [segment[0].x0, segment[-1].x1]
    edges.append(float("inf"))
    return list(zip(edges[::2], edges[1::2], strict=True))


def _common(gutters: list[tuple[float, float]], gaps: list[tuple[float, float]]) -> list[tuple[float, float]]:
    both = [(max(a, c), min(b, d)) for a, b in gutters for c, d in gaps]
    return [(low, high) for low, high in both if high - low > 4]


def _spaced(segment: list[Glyph]) -> list[str]:
    """The texts of a segment from left to right, with the spaces between words, drawn or only left free."""
    said = [segment[0].text]
    for before, each in pairwise(segment):
        if each.x0 - before.x1 > _ONE_WORD * each.size:
            said.append(" ")
        said.append(each.text)
    return said
