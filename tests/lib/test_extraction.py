"""The text of documents: whole, in the order of reading, exactly as it stands there."""

from pathlib import Path

import fontpkg_ibm_plex_sans_arabic
import pytest
import typst
from django.core.files.base import ContentFile

from lib import extraction
from lib.extracting import directions
from tests.hostile import W, docx, paragraph

FRENCH = "Convention signée à Meknès le 18 mai 2012 : l’Association s’engage à créer 3 ateliers, où l’élève étudie."
ARABIC = "اتفاقية شراكة بين الوزارة وجمعية بيتي (MQ-0001) لسنة 2012، الفصل 3.2: لا تتحمل أي تكاليف."
FONTS = Path(fontpkg_ibm_plex_sans_arabic.__file__).parent


def pdf(tmp_path, body: str, width: str = "24cm") -> ContentFile:
    source = tmp_path / "text.typ"
    source.write_text(
        f'#set page(width: {width}, height: 12cm)\n#set text(font: "IBM Plex Sans Arabic", size: 10pt)\n{body}'
    )
    return ContentFile(typst.compile(source, font_paths=[FONTS]))


def rtl(words: str) -> str:
    return f'#text(dir: rtl, lang: "ar")[{words}]\n\n'


class TestPdf:
    def test_is_read_page_by_page(self, tmp_path):
        told = extraction.extract(pdf(tmp_path, f"{FRENCH}\n#pagebreak()\nDeux"), "pdf")

        assert told.pages == (FRENCH, "Deux")
        assert (told.count, told.notes) == (2, ())
        assert [told.text[start:][:4] for start in told.starts] == ["Conv", "Deux"]

    def test_is_read_in_the_order_of_reading_in_both_directions(self, tmp_path):
        told = extraction.extract(pdf(tmp_path, f"{FRENCH}\n\n{rtl(ARABIC)}"), "pdf")

        assert told.text.split("\n") == [FRENCH, ARABIC] or told.text.split("\n\n") == [FRENCH, ARABIC]

    def test_reads_two_columns_one_after_the_other_the_first_of_arabic_at_the_right(self, tmp_path):
        grid = "#grid(columns: (1fr, 1fr), gutter: 2cm, {})"
        latin = grid.format("[un \\ deux \\ trois], [quatre \\ cinq \\ six]")
        arabic = '#set text(dir: rtl, lang: "ar")\n' + grid.format("[واحد \\ اثنان], [ثلاثة \\ أربعة]")

        assert extraction.extract(pdf(tmp_path, latin), "pdf").text.split() == [
            "un", "deux", "trois", "quatre", "cinq", "six",
        ]  # fmt: skip
        assert extraction.extract(pdf(tmp_path, arabic), "pdf").text.split() == [
            "واحد", "اثنان", "ثلاثة", "أربعة",
        ]  # fmt: skip

    def test_counts_pages_without_reading_them(self, tmp_path):
        file = pdf(tmp_path, "1\n#pagebreak()\n2\n#pagebreak()\n3")

        assert extraction.count(file, "pdf") == 3
        assert extraction.count(ContentFile(b"words"), "txt") is None

    def test_of_pictures_alone_says_that_somebody_must_type(self, tmp_path):
        told = extraction.extract(pdf(tmp_path, "#rect(width: 3cm, height: 3cm)"), "pdf")

        assert (told.text, told.notes) == ("", ("no_text_layer",))
        assert "type the text" in told.warnings[0]


class TestDirections:
    @pytest.mark.parametrize(
        ("drawn", "read"),
        [
            ("ةيبرع", "عربية"),
            (".2012 ةنسل", "لسنة 2012."),
            ("18/05/2012 خيراتب", "بتاريخ 18/05/2012"),
            ("MQ-0001 مقر", "رقم MQ-0001"),
            ("the word ةملك here", "the word كلمة here"),
            ("no Arabic (at all) 12", "no Arabic (at all) 12"),
        ],
    )
    def test_a_line_is_turned_from_how_it_is_drawn_to_how_it_is_read(self, drawn, read):
        line = directions.Line([*drawn], page_is_rtl=False)

        assert directions.logical(line, mirrored=False) == read

    def test_brackets_open_before_they_close_however_the_program_noted_them(self):
        drawn, noted = directions.Line([*"(ب) ا"], True), directions.Line([*")ب( ا"], True)

        for line in (drawn, noted):
            mirrored = directions.brackets_are_drawn([line])
            assert directions.logical(line, mirrored=mirrored) == "ا (ب)"
        assert directions.brackets_are_drawn([drawn])

    def test_shapes_and_joined_pairs_become_letters(self):
        assert directions.letters("\ufefb\ufee3\u200f\xa0\ufb01") == "لام fi"


def numbered(words: str, depth: int = 0, key: int = 1) -> str:
    place = f'<w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{key}"/></w:numPr></w:pPr>'
    return f"<w:p>{place}<w:r><w:t>{words}</w:t></w:r></w:p>"


def level(depth: int, kind: str, text: str) -> str:
    return f'<w:lvl w:ilvl="{depth}"><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'


NUMBERING = (
    f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">{level(0, "decimal", "Article %1 :")}'
    f"{level(1, 'lowerLetter', '%1.%2)')}</w:abstractNum>"
    f'<w:abstractNum w:abstractNumId="1">{level(0, "bullet", "")}</w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
)


class TestDocx:
    def read(self, body: str, **parts: str) -> extraction.Extracted:
        return extraction.extract(ContentFile(docx(body, **parts)), "docx")

    def test_says_paragraphs_in_both_scripts(self):
        told = self.read(paragraph(FRENCH) + paragraph(ARABIC))

        assert told.text == f"{FRENCH}\n{ARABIC}"
        assert (told.count, told.notes) == (None, ())

    def test_writes_the_numbers_that_word_only_draws(self):
        body = (
            numbered("Objet") + numbered("un", 1) + numbered("deux", 1) + numbered("Durée") + numbered("trois", 1)
            + numbered("puce", key=2)
        )  # fmt: skip

        assert self.read(body, word__numbering_xml=NUMBERING).text.split("\n") == [
            "Article 1 : Objet",
            "1.a) un",
            "1.b) deux",
            "Article 2 : Durée",
            "2.a) trois",
            "• puce",
        ]

    def test_reads_tables_row_by_row_and_notes_after_their_paragraph(self):
        cell = "<w:tc>{}</w:tc>".format
        table = "<w:tbl>{}</w:tbl>".format(
            "".join(
                f"<w:tr>{cell(paragraph(a))}{cell(paragraph(b))}</w:tr>"
                for a, b in [("Qui", "Quoi"), ("A", "3")]
            )
        )
        note = '<w:p><w:r><w:t>Voir</w:t></w:r><w:r><w:footnoteReference w:id="7"/></w:r><w:r><w:t>.</w:t></w:r></w:p>'
        notes = (
            f'<w:footnotes {W}><w:footnote w:type="separator" w:id="0">{paragraph("no")}</w:footnote>'
            f'<w:footnote w:id="7">{paragraph("Loi 12.")}</w:footnote></w:footnotes>'
        )

        told = self.read(table + note + paragraph("Fin"), word__footnotes_xml=notes)

        assert told.text.split("\n") == ["Qui\tQuoi", "A\t3", "Voir[1].", "[1] Loi 12.", "Fin"]

    def test_leaves_out_what_was_deleted_and_keeps_what_was_inserted(self):
        run = "<w:r><w:t>{}</w:t></w:r>".format
        body = (
            f"<w:p>{run('a')}<w:del><w:r><w:delText>b</w:delText></w:r></w:del><w:ins>{run('c')}</w:ins>"
            f"<w:moveFrom>{run('d')}</w:moveFrom><w:r><w:tab/><w:br/></w:r>{run('e')}</w:p>"
        )

        assert self.read(body).text == "ac\t\ne"

    def test_stops_where_a_source_may_be_no_longer(self):
        told = self.read(paragraph("x" * 300_000) * 5)

        assert len(told.text) == 1_000_000
        assert told.notes == ("truncated",)


class TestPlainText:
    @pytest.mark.parametrize(
        ("words", "encoding", "found"),
        [
            (ARABIC, "utf-8", "utf-8"),
            (FRENCH, "utf-8-sig", "utf-8"),
            (ARABIC, "utf-16", "utf-16"),
            (FRENCH, "cp1252", "cp1252"),
            ("ÉTÉ À MEKNÈS", "cp1252", "cp1252"),
            (ARABIC, "cp1256", "cp1256"),
        ],
    )
    def test_is_read_in_the_encoding_it_is_in_and_says_which(self, words, encoding, found):
        told = extraction.extract(ContentFile(words.encode(encoding)), "txt")

        assert (told.text, told.encoding) == (words, found)
        assert told.notes == (("guessed_encoding",) if found.startswith("cp") else ())

    def test_changes_ends_of_lines_and_composes_letters_and_nothing_else(self):
        told = extraction.extract(
            ContentFile("e\u0301t\u0065\u0301\r\n  deux\xa0mots ﬁn\rfin\n".encode()), "txt"
        )

        assert told.text == "été\n  deux\xa0mots ﬁn\nfin\n"


def test_a_picture_has_no_text():
    told = extraction.extract(ContentFile(b"\x89PNG"), "png")

    assert (told.text, told.notes) == ("", ("no_text",))


def test_a_reader_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(extraction, "COMMAND", ["sleep"])
    monkeypatch.setattr(extraction, "PATIENCE", 0.2)
    monkeypatch.setattr(extraction, "READABLE", {"30"})

    assert extraction.extract(ContentFile(b"x"), "30").notes == ("too_heavy",)


def test_a_reader_that_dies_or_says_nonsense_is_told_as_such(monkeypatch):
    for command in (["false"], ["echo"]):
        monkeypatch.setattr(extraction, "COMMAND", command)

        assert extraction.extract(ContentFile(b"x"), "txt").notes == ("too_heavy",)
