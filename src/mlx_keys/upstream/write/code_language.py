"""The language of a block of code, as a highlighter can read it.

A page announces a language or none, and is often wrong: a line for a shell, or a call with its
result, is announced as Python. Sphinx would warn of each.
"""

from __future__ import annotations

import ast
import warnings
from typing import Literal

_ALIASES = {"": "python", "default": "python", "python3": "python", "ipython3": "python"}
_OTHER_LANGUAGES = frozenset(
    {"bash", "c", "cmake", "console", "cpp", "json", "latex", "shell", "swift", "yaml"}
)
_PROMPTS = (">>>", "...")
#: Characters of the longest code that is parsed; no example has so many.
_MAX_CODE = 20_000


def detect_language(code: str, announced: str = "") -> str:
    """Return the language of code: what the page announces if it parses as that, else ``text``.

    Nothing announced means Python, as upstream's default is.
    """
    name = _ALIASES.get(announced, announced)
    if name in ("python", "pycon"):
        if code.lstrip().startswith(_PROMPTS[0]):
            lines = [line for line in code.split("\n") if line.lstrip().startswith(_PROMPTS)]
            return "pycon" if is_python("\n".join(map(_without_prompt, lines))) else "text"
        return "python" if is_python(code) else "text"
    return name if name in _OTHER_LANGUAGES else "text"


def is_python(code: str) -> bool:
    """Whether code of an example's length parses as Python."""
    return len(code) <= _MAX_CODE and parse_python(code) is not None


def parse_python(code: str, mode: Literal["exec", "eval"] = "exec") -> ast.AST | None:
    """Parse statements, or in "eval" mode an expression, and run nothing; None if no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a stray backslash, as in "\d"
            return ast.parse(code, mode=mode)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _without_prompt(line: str) -> str:
    line = line.lstrip()
    return line[4:] if line[3:4] == " " else line[3:]
