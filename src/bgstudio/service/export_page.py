"""The index of an export: one page that reads well offline, without script and without anything from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any, Protocol
from urllib.parse import quote

STYLE = """
:root { color-scheme: light dark; --ink: #161616; --soft: #4a4a4a; --line: #dedede; --bg: #f7f7f7; --box: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f3f3f3; --soft: #c2c2c2; --line: #323232; --bg: #121212; --box: #191919; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1000px; padding: 32px 16px 72px; background: var(--bg); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 2rem; line-height: 1.15; margin: 0 0 8px; } h2 { margin: 40px 0 12px; } h3 { margin: 0; }
p, li, td { color: var(--soft); } a { color: inherit; text-underline-offset: 3px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 10px 16px 10px 0; border-bottom: 1px solid var(--line); }
.jobs { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(280px, 100%), 1fr)); gap: 16px; }
.job { background: var(--box); border: 1px solid var(--line); border-radius: 12px; padding: 16px; }
.job img { width: 100%; height: auto; display: block; border-radius: 3px; margin-bottom: 12px; }
.job ul { margin: 8px 0 0; padding: 0; list-style: none; font-size: 14px; }
""".strip()


@dataclass(frozen=True)
class Shown:
    """A file of the archive: its path in it, its bytes, and what it is called where that is more than its name."""

    path: str
    size: int
    title: str = ""


@dataclass
class Chapter:
    """One job: its folder in the archive, its title, its day, and the files that were put in."""

    folder: str
    title: str
    day: str
    files: list[Shown] = field(default_factory=list)


class Missing(Protocol):
    """A file that was left out, and why."""

    @property
    def name(self) -> str:
        """Where it would have been."""
        ...

    @property
    def why(self) -> str:
        """In a sentence."""
        ...


def index_page(
    words: Mapping[str, Any],
    data: Mapping[str, Any],
    chapters: Sequence[Chapter],
    looks: Sequence[Shown],
    left_out: Sequence[Missing],
    at: datetime,
    picture: str = "",
) -> str:
    """The page as HTML; every word of a person's is escaped."""
    parts = [
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(words["title"])}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' file: data:; "
        "style-src 'unsafe-inline'\">",
        f"<style>{STYLE}</style></head><body>",
        f"<h1>{escape(words['title'])}</h1>",
        f"<p>{escape(words['made'].format(at=f'{at:%d %B %Y, %H:%M} UTC'))}</p>",
        *_missing(words, left_out),
        f"<h2>{escape(words['pictures'])}</h2>",
        *_jobs(words, chapters),
        *_looks(words, looks),
        *_held(words, data, picture),
        f"<h2>{escape(words['licence_h'])}</h2>",
        *(f"<p>{escape(line)}</p>" for line in words["licence"].strip().split("\n\n")),
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _missing(words: Mapping[str, Any], left_out: Sequence[Missing]) -> list[str]:
    if not left_out:
        return []
    rows = [f"<li><b>{escape(one.name)}</b>: {escape(one.why)}</li>" for one in left_out]
    return [f"<h2>{escape(words['left_out'])}</h2>", f"<p>{escape(words['left_out_why'])}</p>", "<ul>", *rows, "</ul>"]


def _jobs(words: Mapping[str, Any], chapters: Sequence[Chapter]) -> list[str]:
    filled = [chapter for chapter in chapters if chapter.files]
    if not filled:
        return [f"<p>{escape(words['no_pictures'])}</p>"]
    return ['<div class="jobs">', *(_job(chapter) for chapter in filled), "</div>"]


def _job(chapter: Chapter) -> str:
    thumbs = [file for file in chapter.files if "/thumb-" in file.path] or [
        file for file in chapter.files if "/picture-" in file.path
    ]
    image = f'<img src="{_link(thumbs[0].path)}" alt="" loading="lazy">' if thumbs else ""
    files = "".join(
        f'<li><a href="{_link(file.path)}">{escape(file.path.rpartition("/")[2])}</a> {_bytes(file.size)}</li>'
        for file in chapter.files
        if "/thumb-" not in file.path
    )
    return (
        f'<article class="job">{image}<h3>{escape(chapter.title)}</h3><p>{escape(chapter.day)}</p>'
        f"<ul>{files}</ul></article>"
    )


def _looks(words: Mapping[str, Any], looks: Sequence[Shown]) -> list[str]:
    if not looks:
        return []
    rows = [f'<li><a href="{_link(look.path)}">{escape(look.title)}</a></li>' for look in looks]
    return [f"<h2>{escape(words['looks'])}</h2>", "<ul>", *rows, "</ul>"]


def _held(words: Mapping[str, Any], data: Mapping[str, Any], picture: str) -> list[str]:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in words["columns"])
    rows = [
        f'<tr><th scope="row">{escape(told["what"])}</th><td>{len(told["rows"])}</td>'
        f"<td>{escape(told['not_linked'] or told['why'])}</td><td>{escape(told['how_long'])}</td></tr>"
        for told in data["held"].values()
    ]
    mine = f'<p><a href="{_link(picture)}">{escape(words["my_picture"])}</a></p>' if picture else ""
    return [
        f"<h2>{escape(words['held'])}</h2>",
        f'<p>{escape(words["held_why"])} <a href="account.json">account.json</a></p>{mine}',
        f"<table><thead><tr>{head}</tr></thead><tbody>",
        *rows,
        "</tbody></table>",
    ]


def _link(path: str) -> str:
    return escape(quote(path))


def _bytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"
