"""Build a key tree from the lines of code that would make its keys, without running them.

Understood are ``key(7)``, ``split(k)``, ``split(k, 3)``, ``split(k)[0]``, ``fold_in(k, 2)``, names
assigned to them, and calls with ``key=``, which are draws. Modules are ignored, so that
``mx.random.split(k)`` reads as ``split(k)``. Everything else is refused at its line: a picture that
left out what was not understood would not be true.
"""

from __future__ import annotations

import ast
from typing import TypeAlias

from mlx_keys.errors import KeysError, Location

from .limits import check_name
from .tree import KeyTree

_Value: TypeAlias = KeyTree | tuple[KeyTree, ...]

#: One line of each form that is understood, for messages.
FORMS = "root = key(7) / a, b = split(root) / c = fold_in(a, 2) / uniform((3,), key=b)"


def read_program(text: str, *, path: str | None = None, first_line: int = 1) -> KeyTree:
    """Build the tree of the keys that a few lines of Python make.

    Args:
        text: The lines.
        path: The file that they are in, for messages.
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
    interpreter = _Interpreter()
    for statement in _parse(text, path, first_line).body:
        try:
            interpreter.run(statement)
        except KeysError as error:
            error.where = Location(path or "line", first_line + statement.lineno - 1)
            raise
    if interpreter.root is None:
        raise KeysError(
            "no line makes a key",
            where=Location(path, first_line) if path else None,
            expected="root = key(7), or another seed",
            fix="begin with the line that makes the root",
        )
    return interpreter.root


def read_expression(text: str) -> KeyTree:
    """Build the one key that an expression makes: ``split(key(7))[1]``.

    Raises:
        KeysError: The text is not an expression that makes one key.
    """
    body = _parse(text.strip(), None, 1).body
    if len(body) == 1 and isinstance(body[0], ast.Expr):
        value = _Interpreter().evaluate(body[0].value)
        if isinstance(value, KeyTree):
            return value
    raise KeysError(
        "this makes no single key",
        expected="split(key(7))[1], say",
        found=text,
        fix="begin with key(seed), and name one key of a split by its number",
    )


def _parse(text: str, path: str | None, first_line: int) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise KeysError(
            "this is not Python",
            where=Location(path or "line", first_line + line - 1),
            expected=FORMS,
            found=text.splitlines()[line - 1] if text else "nothing",
            fix=f"correct the line: Python says {error.args[0]!r}",
        ) from None


class _Interpreter:
    """Builds the tree, a statement at a time."""

    def __init__(self) -> None:
        self.root: KeyTree | None = None
        #: The keys by the names of the program.
        self.variables: dict[str, _Value] = {}

    def run(self, statement: ast.stmt) -> None:
        """Do what a statement would do to the keys."""
        match statement:
            case ast.Assign(targets=[target], value=ast.Call() as call) if _is_draw(call):
                self._draw(call)
                if isinstance(target, ast.Name):
                    self.variables.pop(target.id, None)
            case ast.Assign(targets=[target], value=value):
                self._assign(target, self.evaluate(value))
            case ast.Expr(value=ast.Call() as call) if _is_draw(call):
                self._draw(call)
            case ast.Expr(value=ast.Call() | ast.Subscript() as expression):
                self.evaluate(expression)
            case _:
                raise _not_understood(statement)

    def evaluate(self, node: ast.expr) -> _Value:
        """The key, or the keys of a split, that an expression makes or names."""
        match node:
            case ast.Name(id=name) if name in self.variables:
                return self.variables[name]
            case ast.Name(id=name):
                fix = f"add the line that makes it: {name} = ..., or correct the name"
                raise _refusal("no line above makes this key", node, fix)
            case ast.Subscript(value=value, slice=number):
                return self._subscript(value, number)
            case ast.Call():
                return self._call(node)
        raise _not_understood(node)

    def _call(self, call: ast.Call) -> _Value:
        match _last_name(call.func), call.args, call.keywords:
            case "key", [seed], []:
                return self._make_root(_integer(seed))
            case "split", [key], []:
                return self._one_key(key).split()
            case ("split", [key, num], []) | ("split", [key], [ast.keyword(arg="num", value=num)]):
                return self._one_key(key).split(_integer(num))
            case "fold_in", [key, data], []:
                return self._one_key(key).fold_in(_integer(data))
        raise _not_understood(call)

    def _make_root(self, seed: int) -> KeyTree:
        """The one root; the same seed again is the same key again."""
        if self.root is None:
            self.root = KeyTree(seed)
        elif KeyTree(seed).words != self.root.words:
            raise KeysError(
                "a tree has one root",
                expected=self.root.expression,
                found=f"key({seed})",
                fix="draw the keys of another seed in a tree of their own",
            )
        return self.root

    def _one_key(self, node: ast.expr) -> KeyTree:
        value = self.evaluate(node)
        if isinstance(value, tuple):
            fix = f"{ast.unparse(node)}[0] is the first of them"
            raise _refusal("these are several keys where one is needed", node, fix)
        return value

    def _subscript(self, node: ast.expr, number: ast.expr) -> KeyTree:
        keys = self.evaluate(node)
        if not isinstance(keys, tuple):
            fix = f"use the key as it is: {ast.unparse(node)}"
            raise _refusal("this is one key, and has no parts", node, fix)
        position = _integer(number)
        if not -len(keys) <= position < len(keys):
            raise KeysError(
                "the split has no key of this number",
                expected=f"0 to {len(keys) - 1}",
                found=str(position),
                fix="use a number that is expected, or split into more keys",
            )
        return keys[position]

    def _draw(self, call: ast.Call) -> None:
        """Record a call with ``key=``, labelled by the call without it."""
        key = next(keyword for keyword in call.keywords if keyword.arg == "key")
        others = [keyword for keyword in call.keywords if keyword is not key]
        label = ast.Call(ast.Name(_last_name(call.func)), call.args, others)
        self._one_key(key.value).draw(ast.unparse(label))

    def _assign(self, target: ast.expr, value: _Value) -> None:
        match target, value:
            case ast.Name(id=name), KeyTree():
                self.variables[name] = value
                if name != "_":
                    value.name = check_name(name)
            case ast.Name(id=name), tuple():
                self.variables[name] = value
                for i, key in enumerate(value):
                    key.name = check_name(f"{name}[{i}]")
            case ast.Tuple(elts=targets), tuple() if len(targets) == len(value):
                for part, key in zip(targets, value, strict=True):
                    self._assign(part, key)
            case ast.Tuple(elts=targets), tuple():
                raise KeysError(
                    "a split needs one name per key",
                    expected=f"{len(value)} names",
                    found=f"{len(targets)}: {ast.unparse(target)}",
                    fix="give a name to each, and _ to those that are not used",
                )
            case _:
                raise _not_understood(target)


def _is_draw(call: ast.Call) -> bool:
    return any(keyword.arg == "key" for keyword in call.keywords)


def _last_name(function: ast.expr) -> str:
    """``split`` of ``split``, ``random.split`` and ``mx.random.split``."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    raise _not_understood(function)


def _integer(node: ast.expr) -> int:
    """The value of an integer literal, with or without a sign."""
    match node:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    fix = "put the integer itself in its place"
    raise _refusal("a number must be written out", node, fix, "an integer such as 3")


def _not_understood(node: ast.AST) -> KeysError:
    fix = "leave the line out, or write it in one of these forms"
    return _refusal("a key tree cannot be read off this", node, fix, FORMS)


def _refusal(problem: str, node: ast.AST, fix: str, expected: str | None = None) -> KeysError:
    return KeysError(problem, expected=expected, found=ast.unparse(node), fix=fix)
