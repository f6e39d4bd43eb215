"""Every example of the API, once: shown on the page for developers, told in the contract, and run by a test.

They are run in this order, by a token of the sandbox organization in the sample registry. `$NAMES` stand for ids of
that registry and for what an earlier example answered (`keeps`).
"""

from config.examples.around import AROUND
from config.examples.example import ANY, PLACES, Example
from config.examples.reading import READING
from config.examples.unshown import MORE
from config.examples.writing import WRITING

__all__ = ["ANY", "BY_NAME", "EXAMPLES", "MORE", "PLACES", "Example"]

EXAMPLES = (*READING, *WRITING, *AROUND)
"""What the page shows."""
BY_NAME = {each.name: each for each in EXAMPLES}
