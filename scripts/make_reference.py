"""Writes the reference pages that the code knows best: ``python -m scripts.make_reference``.

A test compares them with what this would write.
"""

from __future__ import annotations

import json
from enum import Enum
from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr

from bgstudio.bootstrap import build_director
from bgstudio.cli.app import app
from bgstudio.direction import load_presets
from bgstudio.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def presets_page() -> str:
    """The presets as a table."""
    lines = [
        "# Presets",
        "",
        "`bgstudio presets` prints this list. Each has as many variants as there are seeds: palette, light and props",
        "vary within the look. [How to add one](../how-to/presets.md).",
        "",
        "| name | look | what it is | suits |",
        "| --- | --- | --- | --- |",
    ]
    usable = {preset.name for preset in build_director().presets()}
    for preset in load_presets():
        if preset.name in usable:
            resting = ", ".join(preset.suits.resting)
            lines.append(f"| `{preset.name}` | {preset.title} | {preset.description} | {resting} products |")
    return "\n".join(lines) + "\n"


_FOLDERS = {
    "weights_dir": "the user's cache folder, `bgstudio/weights`",
    "models_dir": "the user's cache folder, `bgstudio/models`",
    "data_dir": "the user's data folder, `bgstudio`",
    "blob_options": "`{}`",
    "outside_keys": "`{}`",
}


def settings_page() -> str:
    """Every setting with its default."""
    lines = [
        "# Settings",
        "",
        "Environment variables with the prefix `BGSTUDIO_`, or the same names without it in a TOML file named by",
        "`BGSTUDIO_CONFIG`. The environment wins over the file. The defaults are safe.",
        "",
        "| variable | default | meaning |",
        "| --- | --- | --- |",
    ]
    for name, field in Settings.model_fields.items():
        shown = _FOLDERS[name] if field.default_factory is not None else _written(field.default)
        lines.append(f"| `BGSTUDIO_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"


def _written(default: Any) -> str:
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default is None or default == "":
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, float):
        return f"`{default:g}`"
    if isinstance(default, tuple):
        return f"`{json.dumps(default)}`"
    return f"`{default}`"


def command_page() -> str:
    """Every command with its arguments and options."""
    root: Any = typer.main.get_command(app)
    lines = ["# Command line", "", "Written from the program itself; `bgstudio COMMAND --help` says the same.", ""]
    for name, command in _commands(root, "bgstudio"):
        lines += [
            f"## `{name}`",
            "",
            (command.help or "").split("\f")[0].strip(),
            "",
            "| | | default |",
            "| --- | --- | --- |",
        ]
        lines += [_parameter_row(parameter) for parameter in command.params if parameter.name != "help"]
        lines.append("")
    return "\n".join(lines)


def _parameter_row(parameter: Any) -> str:
    argument = parameter.param_type_name == "argument"
    names = str(parameter.metavar or parameter.name.upper()) if argument else ", ".join(parameter.opts)
    kind = parameter.bare_type
    choices = [member.value for member in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []
    text = (parameter.help or "") + (f" One of: {', '.join(choices)}." if choices else "")
    default = parameter.default
    shown = (
        ""
        if default is None or callable(default) or default is False or argument
        else str(getattr(default, "value", default))
    )
    return f"| `{names}` | {text} | {shown} |"


def _commands(group: Any, prefix: str) -> list[tuple[str, Any]]:
    out = []
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            out += _commands(command, f"{prefix} {name}")
        else:
            out.append((f"{prefix} {name}", command))
    return out


PAGES = {"presets.md": presets_page, "command-line.md": command_page, "settings.md": settings_page}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (ROOT / "docs" / "reference" / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
