"""`python -m lib.extracting TYPE text|count`: a document comes on standard input, what it says leaves as JSON.

{"pages": ["…"], "count": 3, "notes": ["truncated"], "encoding": ""}
"""

import io
import json
import logging
import resource
import sys

from lib.extracting import docx, pdf, plain
from lib.extracting.limits import BYTES_OF_ANSWER, MEMORY, SECONDS, Budget, Counted, OutOfTime

READERS = {"pdf": pdf.read, "docx": docx.read, "txt": plain.read, "csv": plain.read}


def main(type: str, what: str) -> None:
    # Set here and not by the parent, which has threads. What is limited so hard cannot be raised again.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (BYTES_OF_ANSWER, BYTES_OF_ANSWER))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    logging.disable()
    sys.setrecursionlimit(2_000)
    budget = Budget(only_counts=what == "count")
    try:
        READERS[type](io.BytesIO(sys.stdin.buffer.read()), budget)
    except (MemoryError, OutOfTime):
        budget.note("truncated" if budget.pages else "too_heavy")
    except Counted:
        pass
    except Exception:  # the parsers raise whatever occurs to them, and the document is all they were given
        budget.note("damaged")
    json.dump(budget.told(), sys.stdout, ensure_ascii=False)


main(*sys.argv[1:])
