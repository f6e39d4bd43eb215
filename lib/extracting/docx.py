"""The text of a DOCX in the order of reading: paragraphs, lists with their numbers, tables row by row, notes.

A note stands on a line of its own after the paragraph that calls it, both with its mark: `[1]`. What was deleted with
changes tracked is left out, what was inserted is there. Nothing is unpacked beyond the few parts that hold text.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from defusedxml.ElementTree import iterparse

from lib.extracting.limits import Budget
from lib.extracting.numbering import Numbering

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

PART = 40 * 1024 * 1024
"""How many bytes of a part are read; the package's own directory may lie."""

# What stands in a document without being said: moved away, deleted, an instruction to the program, a second version.
_UNSAID = {f"{W}{name}" for name in ("moveFrom", "del", "instrText", "delText", "pPr", "rPr")} | {_FALLBACK}
_SIGNS = {
    f"{W}tab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\u2011",
    f"{W}softHyphen": "\u00ad",
}


class _Bounded:
    """A part being unpacked, up to PART bytes."""

    def __init__(self, file: BinaryIO):
        self.file, self.left = file, PART

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(min(size, 64 * 1024) if size >= 0 else 64 * 1024)
        self.left -= len(chunk)
        if self.left < 0:
            raise MemoryError
        return chunk


class _Document:
    def __init__(self, package: ZipFile, budget: Budget):
        self.package, self.budget = package, budget
        self.there = set(package.namelist())
        self.numbering = Numbering(self.whole("numbering"), self.whole("styles"))
        self.notes = {
            (kind, each.get(f"{W}id")): each
            for kind, part in (("footnoteReference", "footnotes"), ("endnoteReference", "endnotes"))
            for each in self.whole(part)
            if each.get(f"{W}type") is None
        }
        self.called: list[Element] = []
        self.marks = 0

    def whole(self, part: str) -> list[Element]:
        """The children of the root of a part; none where there is no such part."""
        if f"word/{part}.xml" not in self.there:
            return []
        root = None
        for _event, root in self.events(part):  # noqa: B007 – the last that ends is the root
            pass
        return list(root) if root is not None else []

    def events(self, part: str, kinds: tuple[str, ...] = ("end",)) -> Iterator[tuple[str, Element]]:
        with self.package.open(f"word/{part}.xml") as file:
            yield from iterparse(_Bounded(file), events=kinds, forbid_dtd=True)

    def read(self) -> str:
        """What stands directly in the body is read, and forgotten, one after the other."""
        said: list[str] = []
        depth = length = 0
        for event, element in self.events("document", ("start", "end")):
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 2:  # below document and body
                for line in self.block(element):
                    said.append(line)
                    length += len(line) + 1
                element.clear()
                if length > self.budget.left:
                    self.budget.note("truncated")
                    break
        return "\n".join(said)

    def block(self, element: Element) -> Iterator[str]:
        if element.tag == f"{W}p":
            yield from self.paragraph(element)
        elif element.tag == f"{W}tbl":
            for row in element.iter(f"{W}tr"):
                cells = [self.cell(each) for each in row if each.tag == f"{W}tc"]
                yield "\t".join(cells)
                yield from self.notes_called()
        elif element.tag not in _UNSAID:
            for each in element:
                yield from self.block(each)

    def cell(self, element: Element) -> str:
        return "\n".join(
            line for each in element if each.tag != f"{W}tbl" for line in self.block(each)
        ).strip("\n")

    def paragraph(self, element: Element) -> Iterator[str]:
        said: list[str] = []
        self.run(element, said)
        text = "".join(said)
        yield f"{self.numbering.label(element)}{text}" if text.strip() else text
        yield from self.notes_called()

    def notes_called(self) -> Iterator[str]:
        called, self.called = self.called, []
        for mark, note in called:
            words: list[str] = []
            for each in note.iter(f"{W}p"):
                if words:
                    words.append(" ")
                self.run(each, words)
            yield f"[{mark}] {''.join(words).strip()}"

    def run(self, element: Element, said: list[str]) -> None:
        for each in element:
            tag = each.tag
            if tag == f"{W}t":
                said.append(each.text or "")
            elif tag in _SIGNS:
                said.append(_SIGNS[tag])
            elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                note = self.notes.get((tag.removeprefix(W), each.get(f"{W}id")))
                if note is not None:
                    self.marks += 1
                    self.called.append((self.marks, note))
                    said.append(f"[{self.marks}]")
            elif tag == f"{W}txbxContent":
                for paragraph in each.iter(f"{W}p"):
                    said.append("\n")
                    self.run(paragraph, said)
                said.append("\n")
            elif tag not in _UNSAID:
                self.run(each, said)


def read(file: BinaryIO, budget: Budget) -> None:
    with ZipFile(file) as package:
        text = _Document(package, budget).read()
    if not text.strip():
        budget.note("no_text_layer")
    budget.add(text)
