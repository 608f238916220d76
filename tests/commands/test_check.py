"""``mlx-keys check``: its report where all is equal, and where something differs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import metadata

import mlx.core as mx
import pytest
from click.testing import CliRunner, Result

from mlx_keys import prng
from mlx_keys.__main__ import cli
from mlx_keys.errors import INSTALL_MLX
from mlx_keys.prng.conformance import check as conformance
from mlx_keys.prng.conformance.known_answers import known_draws


def check(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", *arguments])


def test_on_this_machine_all_is_equal_or_differs_for_a_known_reason() -> None:
    done = check()
    assert done.exit_code == 0
    assert f"mlx {metadata.version('mlx')} on {mx.default_device().type.name}" in done.output
    assert (
        "split                    20 of 20        20 of 20                16 of 16" in done.output
    )
    reasons = dict(re.findall(r"^(\w+) differs, by \S+ at most: (.*)", done.output, re.MULTILINE))
    assert "no reason is known" not in reasons.values()
    rows = json.loads(check("--json").output)["functions"]
    assert reasons.items() <= {row["function"]: row["reason"] for row in rows}.items()
    all_equal = f"All equal: {len(known_draws()) + 6} known answers, and" in done.output
    assert all_equal is not bool(reasons)


def test_json_holds_the_same_counts() -> None:
    done = check("--json")
    found = json.loads(done.output)
    assert done.exit_code == 0
    assert found["right"] is True
    assert [row["function"] for row in found["functions"]][:3] == ["block", "key", "split"]
    split = found["functions"][2]
    assert (split["answers"], split["ours"], split["theirs"], split["right"]) == (20, 20, 20, True)


def test_other_numbers_from_mlx_are_reported_and_exit_with_status_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uniform = mx.random.uniform
    monkeypatch.setattr(mx.random, "uniform", lambda *a, **k: uniform(*a, **k) + 1)
    done = check()
    assert done.exit_code == 1
    assert (
        "uniform                  22 of 22         0 of 22                 0 of 48" in done.output
    )
    assert "\nuniform differs, by 1.0e+00 at most: no reason is known" in done.output
    assert "All equal" not in done.output


def test_other_numbers_from_prng_are_reported_and_exit_with_status_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prng, "fold_in", lambda key, data: prng.split(key, 3)[0])
    done = check()
    assert done.exit_code == 1
    assert (
        "fold_in                   0 of 18          9 of 9                 0 of 12" in done.output
    )


def test_floats_that_differ_in_both_have_a_known_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both give the same here, and neither what the other backend gave: log differs."""

    def last_place(function):
        return lambda *a, **k: function(*a, **k) * 1.0000002

    for module in (prng, mx.random):
        monkeypatch.setattr(module, "gumbel", last_place(module.gumbel))
    done = check()
    assert done.exit_code == 0
    assert (
        "gumbel                     0 of 1          0 of 1                48 of 48" in done.output
    )
    assert "at most: log, log1p, erf and erfinv differ between backends" in done.output


def test_a_float_that_differs_in_mlx_alone_has_no_known_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gumbel = mx.random.gumbel
    monkeypatch.setattr(mx.random, "gumbel", lambda *a, **k: gumbel(*a, **k) * 1.0000002)
    done = check()
    assert done.exit_code == 1
    assert "no reason is known: please report it" in done.output


@pytest.mark.parametrize(
    ("version", "status", "reason"),
    [("0.32.0", 0, "mlx drew otherwise before 0.32.1"), ("0.32.1", 1, "no reason is known")],
)
def test_categories_from_mlx_before_0_32_1_differ_for_a_known_reason(
    monkeypatch: pytest.MonkeyPatch, version: str, status: int, reason: str
) -> None:
    installed = metadata.version
    monkeypatch.setattr(
        conformance.metadata, "version", lambda name: version if name == "mlx" else installed(name)
    )
    categorical = mx.random.categorical
    monkeypatch.setattr(mx.random, "categorical", lambda *a, **k: categorical(*a, **k) ^ 1)
    done = check()
    assert done.exit_code == status
    assert f"categorical differs, by 1.0e+00 at most: {reason}" in done.output


def test_without_mlx_the_error_says_what_to_install() -> None:
    code = """
import sys
sys.modules["mlx"] = None
sys.argv = ["mlx-keys", "check"]
from mlx_keys.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("mlx-keys: there is no mlx here to check\n")
    assert f"fix: {INSTALL_MLX}" in done.stderr
