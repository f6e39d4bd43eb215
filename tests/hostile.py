"""Files that somebody might send to do harm, made here: none of them is kept in the repository.

Those that run a script do it by setting the title of their page to RAN.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

RAN = "it-ran"
SCRIPT = f"<script>document.title='{RAN}'</script>"
HTML = f"<!doctype html><html><body onload=\"document.title='{RAN}'\">{SCRIPT}<p>Hello</p></body></html>".encode()
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=\'{RAN}\'">{SCRIPT}</svg>'.encode()
PNG = b"\x89PNG\r\n\x1a\n"
PDF = b"%PDF-1.7\n"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = "<Types><Override ContentType='application/vnd.openxmlformats-officedocument'/></Types>"
MEBI = 1024 * 1024


@dataclass(frozen=True)
class Hostile:
    """A file, the code with which it is refused (empty: it is taken in), and the note its text comes with."""

    name: str
    make: Callable[[], bytes]
    refused: str = ""
    note: str = ""

    def __post_init__(self):
        object.__setattr__(self, "make", cache(self.make))  # some take seconds, and several tests ask


def package(parts: dict[str, bytes | str], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", packed, compresslevel=9 if packed else None) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def docx(body: bytes | str, **parts: bytes | str) -> bytes:
    document = body if isinstance(body, bytes) else f"<w:document {W}><w:body>{body}</w:body></w:document>"
    named = {name.replace("__", "/").replace("_xml", ".xml"): part for name, part in parts.items()}
    return package({"[Content_Types].xml": TYPES, "word/document.xml": document} | named)


def paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def pdf(content: bytes, *, packed: bool = False, extra: bytes = b"", pages: int = 1) -> bytes:
    """A PDF of one font; its pages all draw `content`."""
    stream = zlib.compress(content, 9) if packed else content
    filter_ = b"/Filter/FlateDecode" if packed else b""
    kids = b" ".join(b"%d 0 R" % (5 + index) for index in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % extra,
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(stream), filter_, stream),
    ]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 3 0 R>>>>>>"
    objects += [page] * pages
    said, places = PDF, []
    for number, each in enumerate(objects, 1):
        places.append(len(said))
        said += b"%d 0 obj%s endobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        said
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (
            len(objects) + 1,
            table,
            len(objects) + 1,
            len(said),
        )
    )


def words(text: bytes) -> bytes:
    return b"BT /F 12 Tf 50 700 Td (%s) Tj ET" % text


def png(body: bytes = b"") -> bytes:
    """The smallest picture, with `body` in a chunk of comments."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return (
        PNG
        + header
        + chunk(b"tEXt", b"c\0" + body)
        + chunk(b"IDAT", zlib.compress(b"\0\0"))
        + chunk(b"IEND", b"")
    )


def zip_of(size: int) -> bytes:
    return package({"zeros": b"\0" * size})


def lying() -> bytes:
    """A DOCX whose directory says that its text unpacks to a hundred bytes; it is 150 MiB."""
    whole = docx(b"<w:document " + W.encode() + b">" + b" " * (150 * MEBI) + b"</w:document>")
    real = struct.pack("<I", 150 * MEBI + len(W) + 26)
    return whole.replace(real, struct.pack("<I", 100))


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<?xml version="1.0"?><!DOCTYPE w:document [<!ENTITY l0 "lol">{entities}]>'
        f"<w:document {W}><w:body>{paragraph('&l9;')}</w:body></w:document>"
    ).encode()


def outside() -> bytes:
    return (
        f'<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"<w:document {W}><w:body>{paragraph('&x;')}</w:body></w:document>"
    ).encode()


def encrypted() -> bytes:
    """By the numbers of nobody's password: whoever reads must ask for one."""
    key = b"<" + b"ab" * 32 + b">"
    secret = b"/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -4/O %s/U %s>>/ID[<aa><aa>]" % (key, key)
    return pdf(words(b"secret")).replace(b"trailer<<", b"trailer<<" + secret)


def cycle() -> bytes:
    """A tree of pages that is its own branch."""
    return pdf(words(b"round")).replace(b"/Kids[5 0 R]", b"/Kids[2 0 R]")


SCRIPTED = b"/OpenAction<</S/JavaScript/JS(app.alert\\('x'\\))>>"
BAD_NAMES = {
    "../../../etc/cron.d/x.pdf": "x.pdf",
    "..\\..\\windows\\system32\\x.pdf": "x.pdf",
    "/etc/passwd.pdf": "passwd.pdf",
    "C:\\x.pdf": "x.pdf",
    "nul\0byte.pdf": "nulbyte.pdf",
    "line\r\nSet-Cookie: a=b.pdf": "lineSet-Cookie: a=b.pdf",
    "\u202efdp.exe.pdf": "fdp.exe.pdf",
    "\u2066a\u2069\u200f.pdf": "a.pdf",
    '"><img src=x onerror=alert(1)>.pdf': '"><img src=x onerror=alert(1)>.pdf',
    "...pdf": "pdf",
    " . .pdf": "pdf",
    "x.html.pdf": "x.html.pdf",
    f"{'é' * 300}.pdf": f"{'é' * 196}.pdf",
    "": "file",
}
"""A name as it came → as it is kept."""

NAMED = [
    Hostile(name, lambda: pdf(words(b"named")), refused="" if kept.endswith(".pdf") else "unknown_type")
    for name, kept in BAD_NAMES.items()
]
CORPUS = [
    *NAMED,
    # What a browser would run.
    Hostile("picture.svg", lambda: SVG, "unknown_type"),
    Hostile("picture.png", lambda: SVG, "not_what_it_says"),
    Hostile("page.html", lambda: HTML, "unknown_type"),
    Hostile("page.pdf", lambda: HTML, "not_what_it_says"),
    Hostile("page.xhtml", lambda: HTML, "unknown_type"),
    Hostile("page.txt", lambda: HTML),
    Hostile("picture.txt", lambda: SVG),
    Hostile("table.csv", lambda: HTML + b";=cmd|'/c calc'!A1"),
    Hostile("page16.txt", lambda: HTML.decode().encode("utf-16")),
    Hostile("page7.txt", lambda: b"+ADw-script+AD4-document.title='it-ran'+ADw-/script+AD4-"),
    Hostile("both.pdf", lambda: PDF + HTML + pdf(words(b"both"))[9:]),
    Hostile("both.html", lambda: PDF + HTML, "unknown_type"),
    Hostile("comment.png", lambda: png(HTML)),
    Hostile("comment.jpg", lambda: b"\xff\xd8\xff\xfe\0\x60" + HTML + b"\xff\xd9"),
    Hostile("comment.webp", lambda: b"RIFF\x40\0\0\0WEBP" + HTML),
    Hostile("gif.gif", lambda: b"GIF89a/*" + HTML, "unknown_type"),
    Hostile("page.pdf.html", lambda: pdf(words(b"x")), "unknown_type"),
    Hostile("page.mht", lambda: b"MIME-Version: 1.0\r\n\r\n" + HTML, "unknown_type"),
    Hostile("script.js", lambda: b"document.title='it-ran'", "unknown_type"),
    # Two files in one.
    Hostile("jar.png", lambda: png() + package({"META-INF/MANIFEST.MF": "Main-Class: X"})),
    Hostile("jar.pdf", lambda: pdf(words(b"jar")) + package({"X.class": b"\xca\xfe\xba\xbe"})),
    Hostile("jar.gif", lambda: b"GIF89a" + package({"X.class": b"\xca\xfe\xba\xbe"}), "unknown_type"),
    Hostile("program.pdf", lambda: b"MZ" + pdf(words(b"x")), "not_what_it_says"),
    Hostile("program.pdf.exe", lambda: b"MZ\x90\0", "unknown_type"),
    Hostile("elf.txt", lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 9, "unknown_type"),
    # Programs in documents.
    Hostile("macro.docm", lambda: docx(paragraph("m"), word__vbaProject_bin="x"), "unknown_type"),
    Hostile(
        "macro.docx", lambda: package({"word/document.xml": "x", "word/vbaProject.bin": "x"}), "unknown_type"
    ),
    Hostile(
        "macro2.docx",
        lambda: package(
            {"[Content_Types].xml": "vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml": "x"}
        ),
        "unknown_type",
    ),
    Hostile("script.pdf", lambda: pdf(words(b"js"), extra=SCRIPTED)),
    Hostile("old.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "unknown_type"),
    # Bombs.
    Hostile("empty.pdf", lambda: b"", "empty"),
    Hostile("large.txt", lambda: b"a" * (20 * MEBI + 1), "too_large"),
    Hostile("bomb.zip", lambda: zip_of(64 * MEBI), "unpacks_to_too_much"),
    Hostile("bomb.docx", lambda: docx(b" " * (300 * MEBI)), "unpacks_to_too_much"),
    Hostile("bomb.xlsx", lambda: package({"xl/workbook.xml": b" " * (220 * MEBI)}), "unpacks_to_too_much"),
    Hostile("nested.docx", lambda: docx(paragraph("n"), word__embeddings__zip=zip_of(60 * MEBI))),
    Hostile("parts.docx", lambda: package({f"p/{n}": "" for n in range(5_001)}, 0), "unpacks_to_too_much"),
    Hostile("lying.docx", lying, note="damaged"),
    Hostile("laughs.docx", lambda: docx(laughs()), note="damaged"),
    Hostile("outside.docx", lambda: docx(outside()), note="damaged"),
    Hostile("deep.docx", lambda: docx("<w:p>" * 50_000 + "</w:p>" * 50_000), note="damaged"),
    Hostile("bomb.pdf", lambda: pdf(b" " * (400 * MEBI), packed=True), note="too_heavy"),
    Hostile(
        "twice.pdf",
        lambda: pdf(zlib.compress(zlib.compress(b" " * (500 * MEBI), 9), 9)).replace(
            b"/Length", b"/Filter[/FlateDecode/FlateDecode]/Length"
        ),
        note="too_heavy",
    ),
    Hostile("slow.pdf", lambda: pdf(b"BT /F 9 Tf " + b"(x) Tj " * 2_000_000, packed=True), note="too_heavy"),
    Hostile("loop.pdf", cycle),
    Hostile("pages.pdf", lambda: pdf(words(b"p"), pages=800), note="truncated"),
    # Broken ones.
    Hostile("encrypted.pdf", encrypted, note="encrypted"),
    Hostile("truncated.pdf", lambda: pdf(words(b"cut"))[:120], note="damaged"),
    Hostile("nothing.pdf", lambda: PDF, note="damaged"),
    Hostile("truncated.docx", lambda: docx(paragraph("cut"))[:-40], "unknown_type"),
    Hostile("broken.docx", lambda: docx(b"<w:document"), note="damaged"),
    Hostile("noise.docx", lambda: b"PK\x03\x04" + b"\xff" * 999, "unknown_type"),
    Hostile(
        "escape.docx", lambda: package({"../../x": "x", "word/document.xml": "<a/>"}), note="no_text_layer"
    ),
]


LONGEST_TEXT = 4_000
TEXTS = {
    "script": "<script>ran()</script>",
    "out of a field": "</textarea></title></style></script><script>ran()</script>",
    "handler": '"><img src=x onerror=ran()>',
    "focus": "' autofocus onfocus='ran()' x='",
    "address": "javascript:ran()//https://example.org/?a=1&b=2",
    "template": "{{7*7}} {% now 'Y' %} ${7*7} #{7*7} <%= 7*7 %> %(words)s {0}",
    "svg": "<svg/onload=ran()><animate onbegin=ran() attributeName=x dur=1s>",
    "frame": "<iframe srcdoc='<script>parent.ran()</script>'></iframe><base href=//example.org/>",
    "style": "<style>*{display:none}</style><!-- --><!--",
    "entities": "&lt;script&gt;ran()&lt;/script&gt; &amp;amp; &#x3C;b&#x3E; &nbsp;",
    "formula": '=HYPERLINK("javascript:ran()","x")+cmd|\'/C calc\'!A0',
    "quotes": 'O\'Hara said "no"; «si» ‘y’ \\ / ` -- DROP TABLE x; </bdi>',
    "override": "A \u202egnorw\u202c and \u202dleft\u202c, B \u202anever closed \u202e)tuoba denrut",
    "isolate": "A \u2067\u2066nested\u2069, B \u2068never closed \u2067(12)",
    "unseen": "z\u200be\u200cr\u200do\u2060w\ufeffi\u00add\u180et\u200eh\u200f.",
    "marks": "q" + "\u0301\u0302" * 60 + "q",
    "both ways": "اتفاقية 2012/45 (Aman) بيتي, v1.0 – عقد! Rabat ٤٥% (12) …",
    "family": "👩‍👩‍👧‍👦 🏳️‍🌈 🇲🇦 ﷽ 𝕏",
    "long": "W" * LONGEST_TEXT,
}
"""Words that somebody might type to do harm, or that are hard to show. `ran()` tells the test that one was run."""

REFUSED_TEXTS = {"nul": "a\x00b", "half a letter": "a\ud800b"}
"""Words that no text may hold: they are refused, in words, wherever they are sent."""
