"""The quiet line under an example as HTML: what was verified where, opening to the evidence."""

from __future__ import annotations

from html import escape

from mlx_keys.trust.status import BackendEvidence, Status


def details(status: Status) -> str:
    """A line that opens, with no script.

    Args:
        status: What may be said of the example.
    """
    evidence = "".join(map(_evidence, status.evidence))
    return (
        f'<details class="mk-status"><summary>{escape(status.line)}</summary>'
        f"<dl>{evidence}</dl></details>\n"
    )


def _evidence(one: BackendEvidence) -> str:
    said = [one.agreement, one.system, one.chip, f"mlx {one.mlx}" if one.mlx else ""]
    said.append(f"attested {one.date}" if one.attested else "this build")
    line = ", ".join(filter(None, said))
    return (
        f"<dt>{escape(one.label)}</dt><dd>{escape(line)}<br>"
        f"SHA-256 of the output: <code>{escape(one.digest)}</code></dd>"
    )
