"""``bgstudio shoot``: photos in, pictures out."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from bgstudio.bootstrap import build_studio, settings
from bgstudio.cli.files import parse_size, read_photo, stem_of, write_file
from bgstudio.cli.terminal import err, interrupted, out, print_json, progress, tell_error
from bgstudio.domain.brief import Brief, FileFormat, Placement, Quality
from bgstudio.domain.outside import known
from bgstudio.domain.picture import Picture
from bgstudio.domain.ports import Backend
from bgstudio.domain.render import Render
from bgstudio.errors import Cancelled, ConsentNeeded, StudioError, UsageError
from bgstudio.export import EXTENSIONS, shadow_png
from bgstudio.export.recipe import Recipe
from bgstudio.studio import Studio

EXTRAS = ("recipe", "layers", "shadow", "cutout")


def command(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="Photos of products; '-' reads one from standard input.")],
    prompt: Annotated[str | None, typer.Option("--prompt", "-p", help="The scene in your own words.")] = None,
    preset: Annotated[str | None, typer.Option(help="A preset by name; see 'bgstudio presets'.")] = None,
    reference: Annotated[Path | None, typer.Option(help="A picture whose light and colours are to be followed.")] = None,
    strength: Annotated[float, typer.Option(min=0, max=1, help="How closely the reference is followed, 0 to 1.")] = 0.8,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=16, help="Pictures per photo.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same picture.")] = 0,
    size: Annotated[str, typer.Option(help="Pixels: 1024, or WIDTHxHEIGHT.")] = "1024",
    quality: Annotated[Quality, typer.Option(help="How long it may take.")] = Quality.FINAL,
    file_format: Annotated[FileFormat, typer.Option("--format", help="File format.")] = FileFormat.PNG,
    output: Annotated[Path, typer.Option("--out", "-o", help="Folder for the pictures.")] = Path(),
    colour: Annotated[list[str] | None, typer.Option(help="Colour, #rrggbb: of the backdrop; repeated, of surface, accent and second accent.")] = None,
    surface: Annotated[str | None, typer.Option(help="Material under the product by name, such as marble-white.")] = None,
    key: Annotated[str | None, typer.Option(help="Side of the key light, left or right; follows the photo without it.")] = None,
    light_from: Annotated[str | None, typer.Option(help="Where the light comes from: left, right, front, back, front-left, ..., or degrees seen from above (0 camera, 90 right, 180 behind, 270 left).")] = None,
    light_height: Annotated[str | None, typer.Option(help="How high it stands: low, mid or high.")] = None,
    softness: Annotated[float | None, typer.Option(min=0, max=1, help="Of the light: 0 hard sun, 1 a large window.")] = None,
    warmth: Annotated[float | None, typer.Option(min=-1, max=1, help="Of the light: -1 cold, 1 warm.")] = None,
    shadow: Annotated[float, typer.Option(min=0, max=1.5, help="Strength of the product's shadow: 0 none, 1 natural.")] = 1.0,
    reflection: Annotated[float | None, typer.Option(min=0, max=2, help="Factor on the product's reflection: 0 none, 1 natural.")] = None,
    height_cm: Annotated[float | None, typer.Option(help="Height of the product in centimetres, for true scale.")] = None,
    scale: Annotated[float | None, typer.Option(help="Height of the product as a part of the picture's, 0.05 to 0.95.")] = None,
    backend: Annotated[str, typer.Option(help="What makes the background, by name; auto chooses and says why. See 'bgstudio backends'.")] = "auto",
    agree: Annotated[list[str] | None, typer.Option(help="Agree that the product and your words are sent to this outside service.")] = None,
    harmonise: Annotated[float, typer.Option(min=0, max=1, help="Pull the product's colour to the scene's light; 0 keeps every pixel.")] = 0.0,
    save: Annotated[list[str] | None, typer.Option(help=f"Save besides the picture: {', '.join(EXTRAS)}. May be repeated.")] = None,
    recipe: Annotated[Path | None, typer.Option(help="Repeat the picture of a saved recipe; other wishes are ignored.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON report.")] = False,
) -> None:  # fmt: skip
    """Turn photos of products into studio pictures."""
    extras = _extras(save)
    width, height = parse_size(size)
    brief = _brief(
        prompt=prompt, preset=preset, reference_strength=strength, product_cm=height_cm, key_side=key,
        colours=tuple(colour or ()), surface=surface, shadow=shadow, reflection=reflection,
        light={"azimuth": _azimuth(light_from), "height": light_height, "softness": softness, "warmth": warmth},
        placement=Placement(height=scale) if scale else Placement(),
        width=width, height=height, count=count, seed=seed, quality=quality, harmonise=harmonise,
        backend=backend,
    )  # fmt: skip
    repeated = Recipe.from_json(read_photo(recipe, 1 << 20).decode("utf-8", "replace")) if recipe else None
    config = settings()
    reports: list[dict[str, Any]] = []
    failed: StudioError | None = None
    with build_studio(config) as studio:
        _check_agreed(studio.choose(brief).backend, set(agree or ()))
        studio.marker.prepare()  # a key that cannot be used is told before anything is done
        wish = repeated.brief if repeated else brief
        studio.warm_up(words=wish.prompt is not None and not repeated, preview=wish.quality is Quality.PREVIEW)
        look = studio.open(read_photo(reference, config.max_bytes)) if reference else None
        for photo in photos:
            job = _Job(studio, photo, output, file_format, extras, as_json)
            try:
                reports += job.repeat(repeated) if repeated else job.run(brief, look)
            except StudioError as error:
                if isinstance(error, Cancelled):
                    raise
                failed = error
                tell_error(error, str(photo))
                reports.append({"photo": str(photo), "error": _error(error)})
    if as_json:
        print_json(reports)
    if failed is not None:
        raise typer.Exit(failed.exit_code)


class _Job:
    """One photo on its way."""

    def __init__(
        self, studio: Studio, photo: Path, output: Path, file_format: FileFormat, extras: set[str], quiet: bool
    ) -> None:
        self._studio = studio
        self._photo = photo
        self._output = output
        self._format = file_format
        self._extras = extras
        self._quiet = quiet

    def run(self, brief: Brief, look: Picture | None) -> list[dict[str, Any]]:
        """Shoot as the brief asks."""
        data = read_photo(self._photo, settings().max_bytes)
        with progress(stem_of(self._photo), quiet=self._quiet) as tell:
            picture = self._studio.open(data)
            renders = self._studio.shoot(picture, brief, look, progress=tell, cancel=interrupted)
            reports = [
                self._save(render, brief, data, picture) for render in renders
            ]  # each saved as soon as it is made
        self._present(reports)
        return reports

    def repeat(self, recipe: Recipe) -> list[dict[str, Any]]:
        """Make the very picture of a recipe again."""
        data = read_photo(self._photo, settings().max_bytes)
        with progress(stem_of(self._photo), quiet=self._quiet) as tell:
            picture = self._studio.open(data)
            brief = recipe.brief.model_copy(update={"backend": recipe.backend})
            render = self._studio.repeat(picture, brief, recipe.scene, recipe.seed, tell, interrupted)
        reports = [self._save(render, recipe.brief, data, picture)]
        if recipe.photo_sha256 != hashlib.sha256(data).hexdigest():
            note = "This is not the photo the recipe was made with: the picture follows the recipe, not its bytes."
            reports[0]["notes"].insert(0, note)
        self._present(reports)
        return reports

    def _save(self, render: Render, brief: Brief, data: bytes, picture: Picture) -> dict[str, Any]:
        name = f"{stem_of(self._photo)}-{render.shot.scene.name}-{render.shot.seed}"
        path = self._output / f"{name}{EXTENSIONS[self._format]}"
        write_file(path, self._studio.picture_file(render, self._format))
        files = [path]
        for extra, content in self._extra_files(render, brief, data).items():
            files.append(self._output / f"{name}{extra}")
            write_file(files[-1], content)
        report = _report(self._photo, files, render, picture)
        report["notes"] += self._studio.marker.notes
        return report

    def _extra_files(self, render: Render, brief: Brief, data: bytes) -> dict[str, bytes]:
        out: dict[str, bytes] = {}
        if "recipe" in self._extras:
            out[".json"] = self._studio.recipe(render, brief, data).to_json().encode()
        if "layers" in self._extras:
            out |= {f"-{layer}.png": content for layer, content in self._studio.layer_files(render).items()}
        if "shadow" in self._extras:
            out["-shadow.png"] = shadow_png(render.layers)
        if "cutout" in self._extras:
            out["-cutout.png"] = self._studio.cutout_file(render.shot.cutout)
        return out

    def _present(self, reports: list[dict[str, Any]]) -> None:
        if self._quiet:
            return
        told: set[str] = set()
        for report in reports:
            out.print(report["files"][0], markup=False)
            for finding in report["findings"]:
                if finding["message"] not in told and (err.is_terminal or finding["level"] != "note"):
                    told.add(finding["message"])
                    err.print(f"  {finding['level']}: {finding['message']}", markup=False)


def _check_agreed(backend: Backend, agreed: set[str]) -> None:
    """Nothing is sent to an outside service that was not named; raises ``ConsentNeeded`` with what is known of it."""
    name = backend.capabilities.service
    if not name or name in agreed:
        return
    service = known(name)
    raise ConsentNeeded(
        f"'{backend.name}' sends the product and your words to {service.title}.",
        " ".join(service.words()),
        f"If you agree, run the command again with --agree {name}.",
    )


def _extras(save: list[str] | None) -> set[str]:
    wanted = {part.strip() for item in save or [] for part in item.split(",") if part.strip()}
    unknown = wanted - set(EXTRAS)
    if unknown:
        raise UsageError(f"'{sorted(unknown)[0]}' cannot be saved.", "", f"Choose from: {', '.join(EXTRAS)}.")
    return wanted


DIRECTIONS = {
    "front": 0, "camera": 0, "front-right": 45, "right": 90, "back-right": 135, "back": 180, "behind": 180,
    "back-left": 225, "left": 270, "front-left": 315,
}  # fmt: skip
"""Words for where the light comes from, in degrees seen from above."""


def _azimuth(said: str | None) -> float | None:
    """Degrees of a direction in words or in degrees; raises ``UsageError``."""
    if said is None:
        return None
    word = said.strip().lower().replace("_", "-").replace(" ", "-")
    if word in DIRECTIONS:
        return float(DIRECTIONS[word])
    try:
        return float(word)
    except ValueError:
        raise UsageError(
            f"'{said}' is no direction for the light.", "", f"Give degrees, or one of: {', '.join(DIRECTIONS)}."
        ) from None


def _brief(**fields: Any) -> Brief:
    try:
        return Brief(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"The value of {name} is not possible: {first['msg']}.", "", "See 'bgstudio shoot --help'."
        ) from None


def _report(photo: Path, files: list[Path], render: Render, picture: Picture) -> dict[str, Any]:
    return {
        "photo": str(photo),
        "files": [str(file) for file in files],
        "preset": render.shot.scene.name,
        "seed": render.shot.seed,
        "backend": render.plate.backend,
        "size": [render.shot.width, render.shot.height],
        "notes": [*picture.source.notes],
        **render.report.model_dump(mode="json"),
        "seconds": render.plate.seconds,
    }


def _error(error: StudioError) -> dict[str, str]:
    return {"code": error.code, "what": error.what, "meaning": error.meaning, "remedy": error.remedy}
