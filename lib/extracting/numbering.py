"""The numbers that Word draws before paragraphs and does not write down: «Article 3», «a)», «•»."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ABJAD = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_ALIF_BA = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
_ROMAN += ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


class _Level:
    def __init__(self, element: Element):
        self.start = _number(element, "start", 1)
        self.kind = _value(element, "numFmt") or "decimal"
        self.text = _value(element, "lvlText") or ""


class Numbering:
    """Counts the paragraphs of every list of a document. Needs to be asked for each, in their order."""

    def __init__(self, numbering: Iterable[Element], styles: Iterable[Element]):
        numbering = list(numbering)
        kinds = {
            each.get(f"{W}abstractNumId"): {
                int(level.get(f"{W}ilvl", 0)): _Level(level) for level in each.iter(f"{W}lvl")
            }
            for each in numbering
            if each.tag == f"{W}abstractNum"
        }
        # Lists of one kind go on counting together, unless one says where it starts.
        self.lists: dict[str, tuple[str, dict[int, _Level]]] = {}
        for each in numbering:
            if each.tag == f"{W}num":
                key, kind = each.get(f"{W}numId"), _value(each, "abstractNumId")
                anew = next(each.iter(f"{W}startOverride"), None) is not None
                self.lists[key] = (f"{kind}/{key}" if anew else kind, kinds.get(kind, {}))
        self.styles = {
            each.get(f"{W}styleId"): (_place(each), _value(each, "basedOn"))
            for each in styles
            if each.tag == f"{W}style"
        }
        self.counts: dict[str, dict[int, int]] = {}

    def label(self, paragraph: Element) -> str:
        """What is drawn before the paragraph, with a space after it; empty for one that is in no list."""
        key, depth = self._place_of(paragraph)
        counted, levels = self.lists.get(key, ("", {}))
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self.counts.setdefault(counted, {})
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for below in [each for each in counts if each > depth]:
            del counts[below]
        if level.kind == "bullet":
            return "• "
        said = level.text
        for each, other in levels.items():
            number = counts.get(each, other.start)
            said = said.replace(f"%{each + 1}", _written(number, other.kind))
        return f"{said} " if said.strip() else ""

    def _place_of(self, paragraph: Element) -> tuple[str | None, int]:
        own = _place(paragraph)
        properties = paragraph.find(f"{W}pPr")
        style = _value(properties, "pStyle") if properties is not None else None
        seen: set[str] = set()
        while own[0] is None and style in self.styles and style not in seen:
            seen.add(style)
            inherited, style = self.styles[style]
            own = (inherited[0], own[1] if own[1] is not None else inherited[1])
        return own[0], own[1] or 0


def _place(element: Element) -> tuple[str | None, int | None]:
    """The list and the depth that a paragraph or a style says it is in."""
    found = element.find(f"{W}pPr/{W}numPr")
    if found is None:
        return None, None
    depth = _value(found, "ilvl")
    return _value(found, "numId"), int(depth) if depth and depth.isdigit() else None


def _value(element: Element, name: str) -> str | None:
    found = element.find(f"{W}{name}")
    return None if found is None else found.get(f"{W}val")


def _number(element: Element, name: str, otherwise: int) -> int:
    found = _value(element, name)
    return int(found) if found and found.isdigit() else otherwise


def _written(number: int, kind: str) -> str:
    match kind:
        case "none":
            return ""
        case "lowerLetter" | "upperLetter":
            letter = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
            return letter if kind == "lowerLetter" else letter.upper()
        case "lowerRoman" | "upperRoman":
            said, left = "", min(number, 3999)
            for value, sign in _ROMAN:
                said += sign * (left // value)
                left %= value
            return said if kind == "lowerRoman" else said.upper()
        case "arabicAbjad" | "arabicAlpha":
            letters = _ABJAD if kind == "arabicAbjad" else _ALIF_BA
            return letters[(number - 1) % len(letters)]
        case "decimalZero":
            return f"{number:02d}"
    return str(number)
