"""Where the marks of a drawing stand: geometry alone, in whole units of its own view box. Templates draw it.

Whole numbers, because a page in French would write 3,5 into an attribute of SVG that needs 3.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians, sin
from textwrap import wrap

LETTER = 6.3
"""How wide a letter is on average, in units, where text is 11 units high."""

LINE = 13
"""From one line of text to the next, in units."""


@dataclass(frozen=True)
class Spot:
    """A node of an ego network; `lines` are its name as far as there is room, `anchor` is SVG's `text-anchor`."""

    x: int
    y: int
    radius: int
    stroke: int
    text_x: int
    anchor: str
    lines: list[tuple[int, str]]
    """(y, words), from the top."""


@dataclass(frozen=True)
class Ego:
    """One body in the middle and its partners around it. `bonds` join partners with each other: x1, y1, x2, y2.

    The view box begins at (0, `top`) and leaves nothing empty above and below.
    """

    width: int
    top: int
    height: int
    centre: Spot
    spots: list[Spot]
    bonds: list[tuple[int, int, int, int]]


def ego_network(
    name: str,
    partners: Sequence[tuple[str, int]],
    *,
    bonds: Sequence[tuple[int, int]] = (),
    width: int = 300,
) -> Ego:
    """The partners, (name, weight) each, clockwise on an oval from the top; a heavier one has a thicker line.

    `bonds` are pairs of places in `partners`. The oval grows upright with the number of partners, so that two lines
    of text fit beside each; a dozen is as many as it takes.
    """
    count = len(partners)
    across, upright = 62, max(62, 11 * count)
    x, y = width // 2, upright + 40
    heaviest = max((weight for _name, weight in partners), default=1)
    spots = []
    for place, (words, weight) in enumerate(partners):
        angle = radians(180 / count + 360 * place / count - 90)
        share = weight / heaviest
        spots.append(
            _spot(
                words,
                round(x + across * cos(angle)),
                round(y + upright * sin(angle)),
                radius=8 + round(3 * share),
                stroke=1 + round(5 * share),
                middle=x,
                width=width,
            )
        )
    centre = Spot(x, y, 30, 0, x, "middle", _lines(wrap_to(name, 10 * LETTER), y))
    joined = [(spots[one].x, spots[one].y, spots[other].x, spots[other].y) for one, other in bonds]
    marks = [centre, *spots]
    top = min(min(each.y - each.radius, each.lines[0][0] - LINE) for each in marks) - 4
    bottom = max(max(each.y + each.radius, each.lines[-1][0]) for each in marks) + 8
    return Ego(width, top, bottom - top, centre, spots, joined)


def _spot(words: str, x: int, y: int, *, radius: int, stroke: int, middle: int, width: int) -> Spot:
    """A node with its name on the side away from the middle; under it where it stands above or below the middle."""
    if abs(x - middle) < 10:
        lines = wrap_to(words, width - 20)
        return Spot(x, y, radius, stroke, x, "middle", _lines(lines, y + radius + 3 + LINE * len(lines) // 2))
    if x > middle:
        at, anchor, room = x + radius + 4, "start", width - (x + radius + 4)
    else:
        at, anchor, room = x - radius - 4, "end", x - radius - 4
    return Spot(x, y, radius, stroke, at, anchor, _lines(wrap_to(words, room), y))


def wrap_to(words: str, room: float, lines: int = 2) -> list[str]:
    """`words` in at most so many lines of `room` units, cut with an ellipsis where they are longer; never none.

    >>> wrap_to("Regional coordination of something", room=70)
    ['Regional', 'coordinati…']
    """
    width = max(int(room / LETTER), 4)
    found = wrap(words, width, break_long_words=False) or [""]
    if len(found) > lines:
        found = [*found[: lines - 1], f"{found[lines - 1]}…"]
    return [line if len(line) <= width else f"{line[: width - 1].rstrip(' …')}…" for line in found]


def _lines(lines: list[str], y: int) -> list[tuple[int, str]]:
    """The lines with the baseline of each, the block centred on the height `y`."""
    top = y + 4 - LINE * (len(lines) - 1) / 2
    return [(round(top + LINE * index), words) for index, words in enumerate(lines)]


@dataclass(frozen=True)
class Block:
    """A stretch of a bar: how many it stands for, and what of."""

    x: int
    width: int
    count: int
    what: str


@dataclass(frozen=True)
class Sides:
    """One row of two-sided bars: what lies across the axis, and on either side of it from the inside outward."""

    left: Sequence[tuple[str, int]]
    across: int
    right: Sequence[tuple[str, int]]

    @property
    def reach(self) -> float:
        """How far the longer side goes from the axis, in counted things."""
        return self.across / 2 + max(sum(count for _what, count in side) for side in (self.left, self.right))


BAR = 1000
"""The width of a row of two-sided bars; its axis is in the middle."""


def two_sided_bars(rows: Sequence[Sides], *, largest: int = 70, gap: int = 4) -> list[list[Block]]:
    """The blocks of each row, all rows on one scale, from left to right within BAR units.

    What lies across the axis is called `across` and counts to both sides, half its width on each. One counted thing
    is at most `largest` units wide: a row of one is not drawn as if it were everything.
    """
    longest = max((row.reach for row in rows), default=0)
    unit = min(largest, BAR / 2 / longest) if longest else 0
    return [_blocks(row, unit, gap) for row in rows]


def _blocks(row: Sides, unit: float, gap: int) -> list[Block]:
    half = row.across * unit / 2
    blocks = []

    def stand(start: float, end: float, count: int, what: str) -> None:
        x = round(start)
        blocks.append(Block(x, max(round(end) - x - gap, 1), count, what))

    edge = BAR / 2 - half
    for what, count in row.left:
        if count:
            stand(edge - count * unit, edge, count, what)
            edge -= count * unit
    if row.across:
        stand(BAR / 2 - half, BAR / 2 + half, row.across, "across")
    edge = BAR / 2 + half
    for what, count in row.right:
        if count:
            stand(edge, edge + count * unit, count, what)
            edge += count * unit
    return sorted(blocks, key=lambda block: block.x)


# Home: stacked bars, stacked columns, dots on an axis of months. Time runs to the right in every language.


def stacked_bar(counts: Sequence[tuple[str, int]], *, gap: int = 8) -> list[Block]:
    """One bar of BAR units, a block for each (what, count) above zero in their order; empty for nothing.

    >>> [(block.x, block.width) for block in stacked_bar([("done", 1), ("open", 3)])]
    [(0, 242), (250, 750)]
    """
    total = sum(count for _what, count in counts)
    blocks, before = [], 0
    for what, count in counts:
        if count:
            start, end = (round(BAR * part / total) for part in (before, before + count))
            before += count
            blocks.append(Block(start, max(end - start - (gap if before < total else 0), 1), count, what))
    return blocks


@dataclass(frozen=True)
class Layer:
    """One kind of thing within a column."""

    y: int
    height: int
    count: int
    what: str


@dataclass(frozen=True)
class Column:
    """A column over its label; `top` is the baseline of the number above it."""

    x: int
    middle: int
    top: int
    total: int
    layers: list[Layer]


@dataclass(frozen=True)
class Columns:
    """Stacked columns on a base line; `ticks` are (y, value) from the base upward."""

    width: int
    height: int
    left: int
    base: int
    bar: int
    ticks: list[tuple[int, int]]
    columns: list[Column]


def stacked_columns(
    stacks: Sequence[Sequence[tuple[str, int]]], *, width: int = 300, height: int = 236
) -> Columns:
    """A column for each of `stacks`, its (what, count) from the base upward, all on one scale that begins at zero."""
    left, base, ceiling = 22, height - 30, 26
    totals = [sum(count for _what, count in stack) for stack in stacks]
    step = _step(max(totals, default=0))
    highest = max(-(-max(totals, default=0) // step), 1) * step
    unit = (base - ceiling) / highest
    share = (width - left) / max(len(stacks), 1)
    bar = min(22, round(share * 0.62))
    columns = []
    for place, (stack, total) in enumerate(zip(stacks, totals, strict=True)):
        middle = round(left + share * (place + 0.5))
        layers, below = [], 0
        for what, count in stack:
            if count:
                floor, top = (round(base - unit * number) for number in (below, below + count))
                layers.append(Layer(top, floor - top, count, what))
                below += count
        columns.append(Column(middle - bar // 2, middle, round(base - unit * total) - 6, total, layers))
    ticks = [(round(base - unit * value), value) for value in range(0, highest + 1, step)]
    return Columns(width, height, left, base, bar, ticks, columns)


def _step(largest: int) -> int:
    """The distance of the lines of a scale, 1, 2 or 5 times a power of ten: at most five lines above zero.

    >>> [_step(largest) for largest in (0, 3, 6, 19, 60, 2000)]
    [1, 1, 2, 5, 20, 500]
    """
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step * 5 > largest:
                return factor * step
        step *= 10


@dataclass(frozen=True)
class End:
    """A dot where a day is known; from `start` to `x` where only the days between which it lies are."""

    x: int
    start: int
    y: int
    text_x: int
    anchor: str
    is_exact: bool
    is_near: bool
    """Within the shaded days."""


@dataclass(frozen=True)
class Months:
    """Dots on an axis of whole months, one line for each; the days from `shade_x` on are shaded."""

    width: int
    height: int
    base: int
    shade_x: int
    shade: int
    months: list[tuple[int, int, date]]
    """(x of its beginning, x of its middle, first day)."""
    ends: list[End]


def dots_on_months(
    ends: Sequence[tuple[date | None, date]],
    *,
    on: date,
    until: date,
    near: date,
    width: int = 300,
    row: int = 28,
) -> Months:
    """The `ends`, (first, last) possible day, on the months from that of `on` to that of `until`.

    The days from `on` to `near` are shaded. A first day of None, or before the axis, is drawn from its beginning.
    """
    begin = on.replace(day=1)
    firsts = [begin]
    while (following := _next_month(firsts[-1])) <= until:
        firsts.append(following)
    days = (_next_month(firsts[-1]) - begin).days

    def x(day: date) -> int:
        return round(width * min(max((day - begin).days + 0.5, 0), days) / days)

    edges = [round(width * (first - begin).days / days) for first in firsts] + [width]
    base = max(row * len(ends) + 24, 90)
    marks = []
    for place, (first, last) in enumerate(ends):
        at, start = x(last), x(first) if first else 0
        on_left = at > width * 0.7
        marks.append(
            End(
                at,
                start,
                36 + row * place,
                (start if on_left else at) + (-10 if on_left else 10),
                "end" if on_left else "start",
                first == last,
                last <= near,
            )
        )
    months = [
        (edge, (edge + after) // 2, first)
        for edge, after, first in zip(edges, edges[1:], firsts, strict=False)
    ]
    return Months(width, base + 26, base, x(on), x(near) - x(on), months, marks)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
