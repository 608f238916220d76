"""Which language to call code by, so that whoever colours it can read it.

A page names a language or none, and is often wrong: a shell's line or a call with its result stands
where Python is announced. Sphinx warns of each.
"""

from __future__ import annotations

import ast
import warnings

_NAMES = {"": "python", "default": "python", "python3": "python", "ipython3": "python"}
_OTHERS = frozenset(
    {"bash", "c", "cmake", "console", "cpp", "json", "latex", "shell", "swift", "yaml"}
)
_PROMPTS = (">>>", "...")
#: How many characters are looked at; more than any example has.
_LONGEST = 20_000


def detect_language(code: str, said: str = "") -> str:
    """Give the name of the language that code is in, ``text`` where there is none to be sure of.

    Args:
        code: The code.
        said: What the page calls its language.
    """
    name = _NAMES.get(said, said)
    if name in ("python", "pycon"):
        typed = [line for line in code.split("\n") if line.lstrip().startswith(_PROMPTS)]
        if code.lstrip().startswith(_PROMPTS[0]):
            return "pycon" if is_python("\n".join(_typed(line) for line in typed)) else "text"
        return "python" if is_python(code) else "text"
    return name if name in _OTHERS else "text"


def is_python(code: str) -> bool:
    """Whether Python can read code."""
    if len(code) > _LONGEST:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a stray backslash, as in "\d"
            ast.parse(code)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _typed(line: str) -> str:
    """What was typed after a prompt."""
    line = line.lstrip()
    return line[4:] if line[3:4] == " " else line[3:]
