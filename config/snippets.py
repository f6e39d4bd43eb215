"""Examples as people copy them: a command for curl, a few lines of Python, and what is answered."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from config.examples import ANY, Example

NAME = re.compile(r"\$([A-Z_]+)")
WIDTH = 74
NARROW = 46
"""Characters of a line: of what is sent, and of what is answered beside it."""


def known(value: Any, names: Mapping[str, str]) -> Any:
    """`value` with what is known in the place of its `$NAMES`; the others stay."""
    if isinstance(value, str):
        return NAME.sub(lambda found: names.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {name: known(each, names) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [known(each, names) for each in value]
    return value


def address(example: Example, root: str, names: Mapping[str, str]) -> str:
    """Where the example leads: an absolute address without its parameters."""
    return known(
        f"{root}{example.path}" if example.path.startswith("/identity/") else f"{root}/api/v1{example.path}",
        names,
    )


def curl(example: Example, root: str, names: Mapping[str, str]) -> str:
    """The command, for a shell in which TOKEN is set, and whatever an earlier example is said to keep."""
    query = "&".join(f"{name}={quote(known(value, names), safe='$,:.')}" for name, value in example.query)
    url = address(example, root, names) + (f"?{query}" if query else "")
    words = [f"-X {example.method}"] if example.method in {"PUT", "PATCH", "DELETE"} else []
    if example.path.startswith("/identity/"):
        words += ['-u "$CLIENT:$SECRET"']
    else:
        words += ['-H "Authorization: Bearer $TOKEN"']
    if example.is_keyed:
        words += ['-H "Idempotency-Key: $(uuidgen)"']
    words += [f"-H {_worded(f'{name}: {known(value, names)}')}" for name, value in example.headers.items()]
    if example.file:
        words += [f"-F {_worded(f'{name}={value}')}" for name, value in example.form.items()]
        words += [f"-F file=@{example.file[0]}"]
    elif example.form:
        words += [f"-d {_worded(f'{name}={value}')}" for name, value in example.form.items()]
    elif example.body is not None:
        media_type = "application/merge-patch+json" if example.method == "PATCH" else "application/json"
        sent = written(known(example.body, names))
        words += [f"-H {_worded(f'Content-Type: {media_type}')}", f"-d {_quoted(sent)}"]
    elif example.method == "POST":
        words += ["-X POST"]
    return " \\\n     ".join([f"curl {_worded(url)}", *words])


def _worded(text: str) -> str:
    """One word of a shell, in which `$NAMES` are still read."""
    if NAME.search(text):
        return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))
    return f'"{text}"' if " " in text or "&" in text or "?" in text or "(" in text else text


def _quoted(text: str) -> str:
    """A text of several lines as one word, in which nothing is read but `$NAMES`."""
    text = text.replace("'", "'\\''")
    return "'{}'".format(NAME.sub(lambda found: f"'\"{found[0]}\"'", text))


def python(example: Example, root: str, names: Mapping[str, str]) -> str:
    """The same with the session `api` that the page begins with."""
    if example.path.startswith("/identity/"):
        lines = ["answer = requests.post(", f"    {_text(address(example, root, names))},"]
        lines += ["    auth=(CLIENT, SECRET),", f"    data={written(example.form, depth=4, as_python=True)},"]
    else:
        lines = [
            f"answer = api.{example.method.lower()}(",
            f'    f"{{ROOT}}{_named(known(example.path, names))}",',
        ]
    if example.query:
        told = {name: known(value, names) for name, value in example.query}
        lines += [f"    params={written(told, depth=4, as_python=True)},"]
    headers = {name: known(value, names) for name, value in example.headers.items()}
    if headers or example.is_keyed:
        told = " | ".join(
            [
                *(["once()"] if example.is_keyed else []),
                *([written(headers, as_python=True)] if headers else []),
            ]
        )
        lines += [f"    headers={told},"]
    if example.file:
        lines += [
            f"    data={written(example.form, depth=4, as_python=True)},",
            f'    files={{"file": open({written(example.file[0], as_python=True)}, "rb")}},',
        ]
    elif example.body is not None:
        lines += [f"    json={written(known(example.body, names), depth=4, as_python=True)},"]
    if example.status == 307:
        lines += ["    allow_redirects=False,"]
    lines += [")"]
    for name, where in example.keeps.items():
        lines += [f"{name} = {_taken(where)}"]
    if len(lines) <= 4 and sum(map(len, lines[:3])) < 84:
        lines[:3] = (
            ["".join([lines[0], lines[1].strip().removesuffix(","), lines[2]])]
            if lines[2] == ")"
            else lines[:3]
        )
    return "\n".join(lines)


def _taken(where: str) -> str:
    if where[0].isupper():
        return f'answer.headers["{where}"]'
    return "answer.json()" + "".join(
        f"[{each}]" if each.isdecimal() else f'["{each}"]' for each in where.split(".")
    )


def _named(text: str) -> str:
    return NAME.sub(r"{\1}", text)


def _text(text: str) -> str:
    return f'f"{_named(text)}"' if NAME.search(text) else json.dumps(text, ensure_ascii=False)


def written(value: Any, *, depth: int = 0, as_python: bool = False, width: int = WIDTH) -> str:
    """A value as JSON or Python writes it, on one line where that is short.

    In Python a text `"$NAME"` is a variable.
    """
    step = 4 if as_python else 2
    if isinstance(value, Mapping):
        inner = [
            f"{_leaf(name, False)}: {written(each, depth=depth + step, as_python=as_python, width=width)}"
            for name, each in value.items()
        ]
        return _joined("{}", inner, depth, step, as_python, width)
    if isinstance(value, list | tuple):
        inner = [written(each, depth=depth + step, as_python=as_python, width=width) for each in value]
        return _joined("[]", inner, depth, step, as_python, width)
    return _leaf(value, as_python)


def _joined(brackets: str, inner: list[str], depth: int, step: int, as_python: bool, width: int) -> str:
    flat = f"{brackets[0]}{', '.join(inner)}{brackets[1]}"
    if len(flat) + depth <= width and "\n" not in flat:
        return flat
    pad, last = "\n" + " " * (depth + step), "," if as_python else ""
    return f"{brackets[0]}{pad}{f',{pad}'.join(inner)}{last}\n{' ' * depth}{brackets[1]}"


def _leaf(value: Any, as_python: bool) -> str:
    if value is ANY:
        return "…"
    if as_python and (value is None or isinstance(value, bool)):
        return str(value)
    if as_python and isinstance(value, str) and NAME.fullmatch(value):
        return value[1:]
    return json.dumps(value, ensure_ascii=False)


def answer(example: Example) -> str:
    """What is answered, shortened: `…` stands for whatever is there, and more may be beside it."""
    head = [
        f"{name}: {start}{'' if start.endswith('json') else '…'}" for name, start in example.answered.items()
    ]
    if example.answer is None:
        return "\n".join(head)
    return "\n".join([*head, *([""] if head else []), written(example.answer, width=NARROW)])
