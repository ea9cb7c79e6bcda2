"""Breaks promises in the code, one by one, and shows which test notices.

    python -m bench.mutations [--only P15,P20] [--tiny]

Each break is an exact change of one place in a copy of the source; the tests that the promise names are run against the
copy. One that no test notices is a promise that is not kept. Prints a table and one JSON line last.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.common import finish

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"


@dataclass(frozen=True)
class Break:
    """One promise broken.

    Attributes:
        promise: which.
        how: in plain words.
        file: below ``src/bgstudio``.
        old, new: the text that is there once, and what takes its place.
        tests: that should notice, as pytest takes them.
    """

    promise: str
    how: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


BREAKS = (
    Break(
        "P1", "the photo stays in memory after the job has ended", "service/desk.py",
        "            job.inputs = None\n            job.dropped = self._now()\n",
        "            job.dropped = self._now()\n",
        ("tests/web/test_jobs.py",),
    ),
    Break(
        "P3", "an e-mail that the provider has not verified is kept", "identity/claims.py",
        'said = claims.get("email_verified")', "said = True",
        ("tests/identity",),
    ),
    Break(
        "P7", "what is sealed for one place opens at every other", "vault/box.py",
        "self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode())",
        'self._cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], b"")',
        ("tests/vault",),
    ),
    Break(
        "P9", "a token made for another sign-in is taken", "identity/claims.py",
        "if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):",
        "if not isinstance(said, str):",
        ("tests/identity",),
    ),
    Break(
        "P12", "a visit goes on after its end", "service/sessions.py",
        "if row is None or row.expires <= now or not row.wrapped_key:",
        "if row is None or not row.wrapped_key:",
        ("tests/service/test_sessions.py",),
    ),
    Break(
        "P13", "the security log keeps addresses ten times as long", "service/sweeper.py",
        "await security_log.remove_before(connection, now - self._log_life)",
        "await security_log.remove_before(connection, now - 10 * self._log_life)",
        ("tests/service/test_sweeper.py", "tests/service/test_security_log.py"),
    ),
    Break(
        "P15", "pictures are served after their seven days, until the sweep comes", "service/results.py",
        "if visitor.until(row.expires) <= self._clock():", "if visitor.expires <= self._clock():",
        ("tests/service/test_results.py", "tests/service/test_bad_days.py"),
    ),
    Break(
        "P16", "the counts of a visit outlive it", "service/sweeper.py",
        "        await usage.remove_scope(connection, usage.of_owner(owner))\n", "",
        ("tests/service/test_sweeper.py",),
    ),
    Break(
        "P19", "the next sign-in overwrites a correction", "service/accounts.py",
        'for name, value in told.items() if value and name not in profile["corrected"]}',
        "for name, value in told.items() if value}",
        ("tests/service/test_accounts.py",),
    ),
    Break(
        "P20", "letters stay when their account is deleted", "service/sweeper.py",
        '            if table != "accounts":\n', '            if table not in ("accounts", "letters"):\n',
        ("tests/service/test_graves.py", "tests/service/test_deletion.py", "tests/service/test_rights.py"),
    ),
    Break(
        "P20", "an account comes back with an old backup", "service/graves.py",
        "back = [account for account in there if self._hash(account) in buried]", "back: list[str] = []",
        ("tests/service/test_graves.py",),
    ),
    Break(
        "P22", "people are counted whose browser says no", "service/events.py",
        "if asks is None or asks.signal:", "if asks is None:",
        ("tests/service/test_events.py",),
    ),
    Break(
        "P25", "the policy changes without a new version", "service/policy.py",
        "                await policies.add(connection, policies.PolicyRow(digest, at, self.text))\n",
        "                pass\n",
        ("tests/service/test_policy.py",),
    ),
    Break(
        "P26", "letters lie in the database as they were written", "service/letters.py",
        'return self._box().seal(json.dumps(said).encode(), place("letters", name, "letter")).data',
        'return json.dumps(said).encode()',
        ("tests/service/test_letters.py",),
    ),
)  # fmt: skip


def main() -> None:
    """Parse, break, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of promises, comma-separated")
    parser.add_argument("--tiny", action="store_true", help="one break: shows that it runs")
    options = parser.parse_args()
    wanted = set(filter(None, options.only.split(",")))
    chosen = [one for one in BREAKS if not wanted or one.promise in wanted]
    rows = [noticed(one) for one in (chosen[2:3] if options.tiny else chosen)]
    finish({"bench": "mutations", "broken": len(rows), "noticed": sum(row["noticed"] for row in rows), "rows": rows})


def noticed(one: Break) -> dict[str, Any]:
    """Break one promise in a copy and run its tests against it."""
    with tempfile.TemporaryDirectory(prefix="bgstudio-broken-") as name:
        copy = Path(name) / "src"
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        file = copy / "bgstudio" / one.file
        text = file.read_text("utf-8")
        if text.count(one.old) != 1:
            raise SystemExit(f"{one.file}: the text to break is there {text.count(one.old)} times: {one.old!r}")
        file.write_text(text.replace(one.old, one.new), "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *one.tests]
        environment = {**os.environ, "PYTHONPATH": str(copy)}
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    failed = re.search(r"^FAILED (\S+)", done.stdout, re.M)
    if done.returncode not in (0, 1) or (done.returncode == 1 and failed is None):
        raise SystemExit(f"{one.promise}: the tests did not run: {done.stdout[-800:]}{done.stderr[-400:]}")
    by = failed[1] if failed else ""
    print(f"| {one.promise} | {one.how} | {f'`{by}`' if by else '**nothing**'} |", flush=True)
    return {"promise": one.promise, "how": one.how, "noticed": bool(by), "by": by}


if __name__ == "__main__":
    main()
