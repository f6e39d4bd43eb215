"""The page for developers: its sections in their order, each of paragraphs, examples and tables.

Words between backquotes are code. What a section shows are names of `config.examples`, files of `samples/clients`, and
tables that are made of the registry's own declarations, so that none of them can say what is not so.
"""

from config.lessons.around import AROUND
from config.lessons.reading import READING
from config.lessons.section import Block
from config.lessons.writing import WRITING

__all__ = ["SECTIONS", "Block"]

SECTIONS = (*READING, *WRITING, *AROUND)
