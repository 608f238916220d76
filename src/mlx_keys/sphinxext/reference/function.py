"""``{mlx-function} mlx.core.random.split``: the head of a reference page, read from the mlx here.

The signature is read from the installed mlx, as is each fact that follows from it. What an author
adds (the shape and the dtype of the result) is held against a call, made in a child before any page
is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import desc_content, desc_signature
from sphinx.application import Sphinx
from sphinx.domains.python import PyFunction
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from mlx_keys.errors import KeysError, Location
from mlx_keys.examples.execute.pool import Job
from mlx_keys.sphinxext.config import trust_folder
from mlx_keys.sphinxext.diagnostics import report
from mlx_keys.sphinxext.domain import Store
from mlx_keys.sphinxext.jobs import call_result
from mlx_keys.sphinxext.pool import pool_of
from mlx_keys.upstream.installed import introspect
from mlx_keys.upstream.model import Entry, Signature

from .at_a_glance import glance


@dataclass(frozen=True)
class Promise:
    """What a page says of a function's result, and the call that shows it.

    Attributes:
        place: The directive.
        name: The function, in full.
        call: The call to make: ``split(key(7), 3)``.
        shape: The shape, as an expression over the function's parameters.
        dtype: The dtype.
        dtypes: What ``dtype=`` takes.
    """

    place: Location
    name: str
    call: str
    shape: str | None
    dtype: str | None
    dtypes: tuple[str, ...]

    def broken_by(self, result: dict[str, object]) -> list[KeysError]:
        """What of it a call did not keep."""
        said = [("shape", self.shape, result["promised"], result["shape"])]
        said.append(("dtype", self.dtype, self.dtype, result["dtype"]))
        faults = [
            KeysError(
                f"{self.call} gives another {what}",
                where=self.place,
                expected=f"{text} = {promised}" if what == "shape" else str(promised),
                found=str(found),
                fix=f"correct :{what}: here",
            )
            for what, text, promised, found in said
            if text is not None and promised != found
        ]
        for given, found in result["dtypes"]:  # type: ignore[attr-defined]
            if given != found:
                faults.append(
                    KeysError(
                        f"dtype={given} gives another dtype",
                        where=self.place,
                        expected=given,
                        found=found,
                        fix="correct :dtypes: here",
                    )
                )
        return faults


#: The promises of each page that no call was held against yet.
CLAIMS = Store[list[Promise]]("claims")


def names(text: str) -> tuple[str, ...]:
    """An option that lists names: with commas, or with spaces."""
    return tuple(text.replace(",", " ").split())


class MlxFunction(PyFunction):
    """The directive: its argument is a function of mlx, its content one sentence on it."""

    option_spec: ClassVar[dict[str, Callable[[str], object]]] = {
        "call": directives.unchanged_required,
        "shape": directives.unchanged_required,
        "dtype": directives.unchanged_required,
        "dtypes": names,
    }

    entry: Entry

    def run(self) -> list[nodes.Node]:
        """Make the signature, the sentence and the facts."""
        source, line = self.get_source_info()
        place = Location(source, line)
        try:
            self.entry = introspect.entry(self.arguments[0])
            self._promise(place)
        except KeysError as error:
            error.where = place
            report(self.env, error)
            return []
        self.name = "py:function"  # what Sphinx takes the described object's kind from
        return super().run()

    def get_signatures(self) -> list[str]:
        """Each form of the function, as Python writes it."""
        forms = [self.entry.signature or Signature(), *self.entry.overloads]
        return [self.entry.name + str(form).replace("→", "->") for form in forms]

    def transform_content(self, content_node: desc_content) -> None:
        """Put the facts under the sentence."""
        folder = trust_folder(self.env)
        self.env.note_dependency(str(folder / "history.json"))
        content_node += glance(self.entry, self.options, folder)

    def _promise(self, place: Location) -> None:
        """Keep what the options say, to be held against a call."""
        said = {name: self.options.get(name) for name in ("shape", "dtype", "dtypes")}
        call = self.options.get("call")
        if call is None:
            if any(said.values()):
                raise KeysError(
                    "nothing shows what this says of the result",
                    where=place,
                    expected=":call: with a call, such as split(key(7), 3)",
                )
            return
        promise = Promise(
            place, self.entry.name, call, said["shape"], said["dtype"], said["dtypes"] or ()
        )
        CLAIMS.of(self.env).setdefault(self.env.docname, []).append(promise)


def call_all(app: Sphinx, env: BuildEnvironment) -> None:
    """Make every call that is new, in children; one that gives another result stops the build."""
    waiting = [promise for kept in CLAIMS.of(env).values() for promise in kept]
    if not waiting:
        return
    jobs = [
        Job(
            call_result.measure,
            {
                "name": promise.name,
                "call": promise.call,
                "shape": promise.shape,
                "dtypes": list(promise.dtypes),
            },
        )
        for promise in waiting
    ]
    seen = pool_of(app).run(jobs)
    for promise, observed in zip(waiting, seen, strict=True):
        if observed.ended == "done":
            for fault in promise.broken_by(observed.result):
                report(env, fault)
        else:
            fault = KeysError(
                f"the call {promise.call} fails",
                where=promise.place,
                found=observed.message or observed.ended,
                fix="correct :call: here",
            )
            report(env, fault)
    CLAIMS.of(env).clear()


class Eyebrow(SphinxPostTransform):
    """On a function's own page, its module stands small above its name.

    Only where a page is written: in the tree of contents the name stands alone.
    """

    default_priority = 400

    def run(self, **_kwargs: object) -> None:
        """Put it there."""
        described = next(self.document.findall(desc_signature), None)
        title = next(self.document.findall(nodes.title), None)
        if described is None or title is None or not described.get("fullname"):
            return
        module, _, name = described["fullname"].rpartition(".")
        if module and title.astext() == name:
            title.insert(0, nodes.inline(module, module, classes=["mk-eyebrow"]))


def setup_reference(app: Sphinx) -> None:
    """Register the directive, the links of its types, and the calls."""
    app.add_directive("mlx-function", MlxFunction)
    app.add_post_transform(Eyebrow)
    app.connect("env-updated", call_all)
