"""Documentation is tested: settings and pages are complete, links lead somewhere, nothing private slips in."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bgstudio.settings import Settings
from scripts.make_reference import PAGES

ROOT = Path(__file__).resolve().parents[2]
PAGES_OF_TEXT = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("name", sorted(PAGES))
def test_reference_pages_are_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run: python -m scripts.make_reference"


def test_every_setting_says_what_it_is_for() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"| `BGSTUDIO_{name.upper()}` |" in page


@pytest.mark.parametrize("page", PAGES_OF_TEXT, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{target} in {page.name}"


def test_the_first_command_stands_early_in_the_readme() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert next(i for i, line in enumerate(lines, 1) if line.startswith("    python3 make.py")) <= 20


def test_python_examples_compile_and_name_what_exists() -> None:
    for page in PAGES_OF_TEXT:
        for code in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
            compile(code, str(page), "exec")
            for module, names in re.findall(r"^from (bgstudio[\w.]*) import ([\w, ]+)$", code, re.M):
                imported = __import__(module, fromlist=["_"])
                for name in names.split(","):
                    assert hasattr(imported, name.strip()), f"{name} in {page.name}"


def test_no_path_of_a_machine_and_no_package_host_is_in_the_sources() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    private = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/|pypi\.org|npmjs\.|pythonhosted")
    for name in listed.stdout.split():
        path = ROOT / name
        if (
            path.suffix in (".py", ".md", ".toml", ".yml", ".sh")
            and name != Path(__file__).name
            and "test_docs" not in name
        ):
            found = private.search(path.read_text(encoding="utf-8"))
            assert not found, f"{found.group(0)} in {name}" if found else ""
