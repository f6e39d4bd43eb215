"""XLSX files written by hand, with what no library would write."""

from collections.abc import Iterable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

_NAMES = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
BEGINS, ENDS = f"<worksheet {_NAMES}><sheetData>", "</sheetData></worksheet>"


def book(
    *sheet: str,
    strings: Iterable[str] = (),
    formats: dict[int, str] | None = None,
    parts: dict[str, bytes] | None = None,
    compression: int = ZIP_DEFLATED,
) -> BytesIO:
    """A workbook of one sheet. `sheet` is its XML in pieces; `formats` are codes of numbers by the style they make."""
    file = BytesIO()
    with ZipFile(file, "w", compression) as package:
        package.writestr(
            "xl/workbook.xml",
            f'<workbook {_NAMES}><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        kinds = {"worksheet": "worksheets/sheet1", "sharedStrings": "sharedStrings", "styles": "styles"}
        package.writestr(
            "xl/_rels/workbook.xml.rels",
            "<Relationships>"
            + "".join(
                f'<Relationship Id="rId{number}" Type="relationships/{kind}" Target="{path}.xml"/>'
                for number, (kind, path) in enumerate(kinds.items(), start=1)
            )
            + "</Relationships>",
        )
        _write(package, "xl/worksheets/sheet1.xml", sheet)
        _write(package, "xl/sharedStrings.xml", ["<sst>", *strings, "</sst>"])
        formats = formats or {}
        last = max(formats, default=0)
        _write(
            package,
            "xl/styles.xml",
            [
                "<styleSheet><numFmts>",
                *(
                    f'<numFmt numFmtId="{200 + style}" formatCode="{code}"/>'
                    for style, code in formats.items()
                ),
                "</numFmts><cellXfs>",
                *(f'<xf numFmtId="{200 + style if style in formats else 0}"/>' for style in range(last + 1)),
                "</cellXfs></styleSheet>",
            ],
        )
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    file.seek(0)
    return file


def _write(package: ZipFile, name: str, pieces: Iterable[str]) -> None:
    with package.open(name, "w") as part:
        for piece in pieces:
            part.write(piece.encode())


def rows(*written: str) -> str:
    """A sheet of rows whose cells are written in XML."""
    return BEGINS + "".join(f"<row>{each}</row>" for each in written) + ENDS


def said(*texts: str) -> str:
    """Cells that hold these texts."""
    return "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{each}</t></is></c>' for each in texts)
