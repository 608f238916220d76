"""What the extension keeps per document: one Sphinx domain, with a store for each kind of thing.

Sphinx pickles a domain's data with its environment, clears the data of a document before it reads
the document again, and merges what parallel readers collected. So no directive has a purge or
a merge handler of its own: it declares a :class:`Store` at the top of its module and uses it::

    PLOTS = Store[list[Plot]]("plots")

    PLOTS.of(env).setdefault(env.docname, []).append(plot)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar, cast

from sphinx.application import Sphinx
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment

Value = TypeVar("Value")


class KeysDomain(Domain):
    """The data of all stores; it has no roles, directives or objects."""

    name = "mlx-keys"
    label = "MLX Keys"
    #: Raise it when a class that a store holds changes its form: Sphinx then reads all pages anew.
    data_version = 4
    #: ``stores``: by the store's name, then by the document's. ``addresses``: the document that
    #: defines each label and each object.
    initial_data: ClassVar[dict[str, Any]] = {"stores": {}, "addresses": {}}

    def clear_doc(self, docname: str) -> None:
        """Forget a document that is gone or about to be read again."""
        for store in self.data["stores"].values():
            store.pop(docname, None)

    def merge_domaindata(self, docnames: Iterable[str], otherdata: dict[str, Any]) -> None:
        """Take over what a parallel reader collected of its documents."""
        for name, theirs in otherdata["stores"].items():
            ours = self.data["stores"].setdefault(name, {})
            ours.update((docname, theirs[docname]) for docname in docnames if docname in theirs)

    def resolve_any_xref(self, *_args: object, **_kwargs: object) -> list[Any]:
        """Nothing here can be referred to."""
        return []


class Store(Generic[Value]):
    """One kind of thing that is kept per document, by document name.

    Args:
        name: A name that no other store has.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def of(self, env: BuildEnvironment) -> dict[str, Value]:
        """The value of each document. The mapping is the environment's own: change it in place."""
        stores = env.domains[KeysDomain.name].data["stores"]
        return cast("dict[str, Value]", stores.setdefault(self.name, {}))


def addresses(env: BuildEnvironment) -> dict[str, str]:
    """The document that defined each label and each object when the last build had read all."""
    return cast("dict[str, str]", env.domains[KeysDomain.name].data["addresses"])


def setup_domain(app: Sphinx) -> None:
    """Register the domain."""
    app.add_domain(KeysDomain)
