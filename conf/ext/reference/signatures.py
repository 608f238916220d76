"""Stops a build whose mlx takes other parameters than the pages were written for.

Every build compares the installed mlx with ``signatures.json`` in the folder of
``mlx_keys_trust``; a project without that file has nothing to compare.
"""

from __future__ import annotations

import os.path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from mlx_keys.errors import KeysError, Location
from mlx_keys.sphinxext.config import trust_folder
from mlx_keys.sphinxext.diagnostics import display_path, report
from mlx_keys.upstream.installed import snapshot


def compare_signatures(_app: Sphinx, env: BuildEnvironment) -> None:
    """Report each changed signature at the page to curate, or at the record."""
    path = trust_folder(env) / "signatures.json"
    if not path.is_file():
        return
    try:
        changes = snapshot.signature_changes(snapshot.load_snapshot(path), snapshot.take_snapshot())
    except KeysError as error:
        report(env, error)
        return
    described = env.domains.python_domain.objects
    for change in changes:
        function = described.get(change.function)
        page = env.doc2path(function.docname) if function else os.path.normpath(path)
        report(env, change.fault(Location(display_path(page))))


def setup_signatures(app: Sphinx) -> None:
    """Register the comparison."""
    app.connect("env-updated", compare_signatures)
