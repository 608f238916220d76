"""Read a key tree off the lines of code that would make it, without running them.

Understood are ``key(7)``, ``split(k)``, ``split(k, 3)``, ``split(k)[0]``, ``fold_in(k, 2)``, names
given to them, and calls with ``key=``, which are draws. What stands before a dot is passed over, so
that ``mx.random.split(k)`` reads as ``split(k)``. Everything else is refused at its line: a picture
that leaves out what it did not understand would not be true.
"""

from __future__ import annotations

import ast
from typing import TypeAlias

from mlx_keys.errors import KeysError, Location

from .text_limits import check_name
from .tree import KeyTree

_Value: TypeAlias = KeyTree | tuple[KeyTree, ...]

UNDERSTOOD = "root = key(7) / a, b = split(root) / c = fold_in(a, 2) / uniform((3,), key=b)"


def read_program(text: str, *, path: str | None = None, first_line: int = 1) -> KeyTree:
    """Read a tree off a few lines of Python.

    Args:
        text: The lines.
        path: The file that they stand in, for messages.
        first_line: The line of the file that the text begins at.

    Returns:
        The root of the tree.

    Raises:
        KeysError: A line is not understood, or asks for what a tree refuses.

    Example:
        >>> root = read_program('''
        ... root = key(7)
        ... model, data = split(root)
        ... uniform((3,), key=model)
        ... normal((3,), key=model)
        ... ''')
        >>> [key.faults for key in root.walk()]
        [(), ('drawn from twice',), ()]
    """
    program = _Program()
    for statement in _parse(text, path, first_line).body:
        try:
            program.follow(statement)
        except KeysError as error:
            error.where = Location(path or "line", first_line + statement.lineno - 1)
            raise
    if program.root is None:
        raise KeysError(
            "no line makes a key",
            where=Location(path, first_line) if path else None,
            expected="root = key(7), or another seed",
        )
    return program.root


def read_expression(text: str) -> KeyTree:
    """Read the one key that an expression makes: ``split(key(7))[1]``.

    Raises:
        KeysError: It is no such expression.
    """
    body = _parse(text.strip(), None, 1).body
    if len(body) == 1 and isinstance(body[0], ast.Expr):
        value = _Program().value(body[0].value)
        if isinstance(value, KeyTree):
            return value
    raise KeysError("this makes no single key", expected="split(key(7))[1], say", found=text)


def _parse(text: str, path: str | None, first_line: int) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise KeysError(
            "this is not Python",
            where=Location(path or "line", first_line + line - 1),
            expected=UNDERSTOOD,
            found=text.splitlines()[line - 1] if text else "nothing",
        ) from None


class _Program:
    """The keys that have names so far."""

    def __init__(self) -> None:
        self.root: KeyTree | None = None
        self.names: dict[str, _Value] = {}

    def follow(self, statement: ast.stmt) -> None:
        """Take in a line."""
        match statement:
            case ast.Assign(targets=[target], value=ast.Call() as call) if _draws(call):
                self._draw(call)
                if isinstance(target, ast.Name):
                    self.names.pop(target.id, None)
            case ast.Assign(targets=[target], value=value):
                self._name(target, self.value(value))
            case ast.Expr(value=ast.Call() as call) if _draws(call):
                self._draw(call)
            case ast.Expr(value=ast.Call() | ast.Subscript() as made):
                self.value(made)
            case _:
                raise _not_understood(statement)

    def value(self, node: ast.expr) -> _Value:
        """The key, or the keys of a split, that an expression stands for."""
        match node:
            case ast.Name(id=name) if name in self.names:
                return self.names[name]
            case ast.Name(id=name):
                raise KeysError("no line above makes this key", found=name)
            case ast.Subscript(value=inner, slice=number):
                return self._one_of(inner, number)
            case ast.Call(func=function, args=args, keywords=keywords):
                return self._made(node, _last_name(function), args, keywords)
        raise _not_understood(node)

    def _made(
        self, call: ast.Call, function: str, args: list[ast.expr], keywords: list[ast.keyword]
    ) -> _Value:
        match function, args, keywords:
            case "key", [seed], []:
                return self._root(_integer(seed))
            case "split", [key], []:
                return self._key(key).split()
            case "split", [key, num], []:
                return self._key(key).split(_integer(num))
            case "split", [key], [ast.keyword(arg="num", value=num)]:
                return self._key(key).split(_integer(num))
            case "fold_in", [key, data], []:
                return self._key(key).fold_in(_integer(data))
        raise _not_understood(call)

    def _root(self, seed: int) -> KeyTree:
        """The one root; the same seed again is the same key again."""
        if self.root is None:
            self.root = KeyTree(seed)
        elif KeyTree(seed).words != self.root.words:
            raise KeysError(
                "a tree has one root", expected=self.root.expression, found=f"key({seed})"
            )
        return self.root

    def _key(self, node: ast.expr) -> KeyTree:
        value = self.value(node)
        if isinstance(value, tuple):
            raise KeysError(
                "these are several keys where one is needed",
                found=ast.unparse(node),
                fix=f"{ast.unparse(node)}[0] is the first of them",
            )
        return value

    def _one_of(self, inner: ast.expr, number: ast.expr) -> KeyTree:
        value = self.value(inner)
        if not isinstance(value, tuple):
            raise KeysError("this is one key, and has no parts", found=ast.unparse(inner))
        at = _integer(number)
        if not -len(value) <= at < len(value):
            raise KeysError(
                "the split has no key of this number",
                expected=f"0 to {len(value) - 1}",
                found=str(at),
            )
        return value[at]

    def _draw(self, call: ast.Call) -> None:
        """A call with ``key=``: its label is the call without it."""
        given = next(keyword for keyword in call.keywords if keyword.arg == "key")
        others = [k for k in call.keywords if k is not given]
        shown = ast.Call(ast.Name(_last_name(call.func)), call.args, others)
        self._key(given.value).draw(ast.unparse(shown))

    def _name(self, target: ast.expr, value: _Value) -> None:
        match target, value:
            case ast.Name(id=name), KeyTree():
                self._bind(name, value)
            case ast.Name(id=name), tuple():
                self.names[name] = value
                for i, key in enumerate(value):
                    key.name = check_name(f"{name}[{i}]")
            case ast.Tuple(elts=parts), tuple() if len(parts) == len(value):
                for part, key in zip(parts, value, strict=True):
                    self._name(part, key)
            case ast.Tuple(elts=parts), tuple():
                raise KeysError(
                    "a split needs one name a key",
                    expected=f"{len(value)} names",
                    found=f"{len(parts)}: {ast.unparse(target)}",
                )
            case _:
                raise _not_understood(target)

    def _bind(self, name: str, key: KeyTree) -> None:
        self.names[name] = key
        if name != "_":
            key.name = check_name(name)


def _draws(call: ast.Call) -> bool:
    return any(keyword.arg == "key" for keyword in call.keywords)


def _last_name(function: ast.expr) -> str:
    """``split`` of ``split``, ``random.split`` and ``mx.random.split``."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    raise _not_understood(function)


def _integer(node: ast.expr) -> int:
    """An integer as it is written, with or without a sign."""
    match node:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    raise KeysError("a number must be written out", found=ast.unparse(node))


def _not_understood(node: ast.AST) -> KeysError:
    return KeysError(
        "a key tree cannot be read off this", expected=UNDERSTOOD, found=ast.unparse(node)
    )
