"""A small glTF 2.0 reader: triangles, base colours, roughness. No Draco, no KTX2, no skins, no animation.

After the Khronos glTF 2.0 specification.
"""

from __future__ import annotations

import base64
import io
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from bgstudio.backends.raytrace.kit.material import Material, Shape, Texture
from bgstudio.backends.raytrace.kit.mesh import Mesh
from bgstudio.pixels.colour import bytes_to_linear
from bgstudio.pixels.types import Byte, Double, Float

_COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_LARGEST_TEXTURE = 1024

JSON = dict[str, Any]


class Unreadable(Exception):
    """The file needs something that this reader does not have."""


@dataclass(frozen=True, eq=False)
class Document:
    """A parsed file: its JSON, its buffers and the folder it lies in."""

    json: JSON
    buffers: list[bytes]
    folder: Path

    def accessor(self, index: int) -> npt.NDArray[Any]:
        """An accessor as (count, width), float32 or int64; normalised integers become floats."""
        a = self.json["accessors"][index]
        if "sparse" in a or "bufferView" not in a:
            raise Unreadable("sparse accessors")
        view = self.json["bufferViews"][a["bufferView"]]
        kind = np.dtype(_COMPONENTS[a["componentType"]])
        size = kind.itemsize * _WIDTHS[a["type"]]
        stride = view.get("byteStride", size)
        start = view.get("byteOffset", 0) + a.get("byteOffset", 0)
        raw = np.frombuffer(self.buffers[view["buffer"]], np.uint8, (a["count"] - 1) * stride + size, start)
        rows = np.lib.stride_tricks.as_strided(raw, (a["count"], size), (stride, 1))
        values = np.ascontiguousarray(rows).view(kind)
        if a.get("normalized"):
            return (values / float(np.iinfo(kind).max)).astype(np.float32)
        return values.astype(np.float32 if kind.kind == "f" else np.int64)

    def picture(self, texture: JSON) -> Byte | None:
        """A texture's picture (H, W, 3), reduced; None where it is of a kind that Pillow does not read."""
        source = self.json["textures"][texture["index"]].get("source")
        if source is None:
            return None
        image = self.json["images"][source]
        if "uri" in image:
            raw = _payload(image["uri"], self.folder)
        else:
            view = self.json["bufferViews"][image["bufferView"]]
            start = view.get("byteOffset", 0)
            raw = self.buffers[view["buffer"]][start : start + view["byteLength"]]
        try:
            opened = Image.open(io.BytesIO(raw)).convert("RGB")
        except OSError:
            return None
        opened.thumbnail((_LARGEST_TEXTURE, _LARGEST_TEXTURE))
        return np.asarray(opened, np.uint8)


def read(path: Path) -> list[Shape]:
    """All meshes of the default scene; z up, the front faces -y, as in the path tracer's world.

    Raises ``Unreadable`` where the file needs an extension that is missing here.
    """
    document = _parse(path)
    shapes: list[Shape] = []
    for root in document.json["scenes"][document.json.get("scene", 0)]["nodes"]:
        _visit(document, root, np.eye(4), shapes)
    return shapes


def _parse(path: Path) -> Document:
    raw = path.read_bytes()
    first: bytes | None = None
    if raw[:4] == b"glTF":
        length = struct.unpack("<I", raw[12:16])[0]
        parsed, first = json.loads(raw[20 : 20 + length]), raw[28 + length :]
    else:
        parsed = json.loads(raw)
    missing = {"KHR_draco_mesh_compression", "EXT_meshopt_compression"} & set(parsed.get("extensionsRequired", []))
    if missing:
        raise Unreadable(", ".join(sorted(missing)))
    buffers = []
    for buffer in parsed["buffers"]:
        if "uri" in buffer:
            buffers.append(_payload(buffer["uri"], path.parent))
        elif first is not None:
            buffers.append(first)
        else:
            raise Unreadable("a buffer without data")
    return Document(parsed, buffers, path.parent)


def _payload(uri: str, folder: Path) -> bytes:
    if uri.startswith("data:"):
        return base64.b64decode(uri.split(",", 1)[1])
    return (folder / uri).read_bytes()


def _visit(document: Document, index: int, above: Double, shapes: list[Shape]) -> None:
    node = document.json["nodes"][index]
    here = above @ _transform(node)
    if "mesh" in node:
        primitives = document.json["meshes"][node["mesh"]]["primitives"]
        shapes.extend(_shape(document, p, here) for p in primitives if p.get("mode", 4) == 4)
    for child in node.get("children", []):
        _visit(document, child, here, shapes)


def _transform(node: JSON) -> Double:
    if "matrix" in node:
        return np.array(node["matrix"], float).reshape(4, 4).T
    x, y, z, w = node.get("rotation", [0, 0, 0, 1])
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    out = np.eye(4)
    out[:3, :3] = turn * np.array(node.get("scale", [1, 1, 1]))
    out[:3, 3] = node.get("translation", [0, 0, 0])
    return out


def _upright(vectors: Double) -> Double:
    """The format's y is up; ours is z."""
    return np.stack([vectors[:, 0], -vectors[:, 2], vectors[:, 1]], -1)


def _shape(document: Document, primitive: JSON, at: Double) -> Shape:
    attributes = primitive["attributes"]
    V = document.accessor(attributes["POSITION"]) @ at[:3, :3].T + at[:3, 3]
    if "indices" in primitive:
        F = document.accessor(primitive["indices"]).reshape(-1, 3)
    else:
        F = np.arange(len(V)).reshape(-1, 3)
    N: Float | None = None
    if "NORMAL" in attributes:
        turned = _upright(document.accessor(attributes["NORMAL"]) @ np.linalg.inv(at[:3, :3]))
        N = (turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    material, scale, offset = _material(document, primitive)
    UV = np.zeros((len(V), 2))
    if "TEXCOORD_0" in attributes:
        UV = document.accessor(attributes["TEXCOORD_0"]) * scale + offset
    mesh = Mesh(_upright(V).astype(np.float32), F.astype(np.int32), UV.astype(np.float32), N)
    return Shape(mesh, material)


def _material(document: Document, primitive: JSON) -> tuple[Material, Double, Double]:
    """Metallic-roughness as a principled material, with the scale and offset of its texture.

    Glass becomes an opaque glossy surface: a cut-out is opaque too, so both sides of a comparison are alike.
    """
    scale, offset = np.ones(2), np.zeros(2)
    if "material" not in primitive:
        return Material((0.6, 0.6, 0.6), 0.5), scale, offset
    source = document.json["materials"][primitive["material"]]
    pbr = source.get("pbrMetallicRoughness", {})
    factor = np.array(pbr.get("baseColorFactor", [1, 1, 1, 1])[:3], np.float32)
    colour: Any = factor
    if "baseColorTexture" in pbr:
        moved = pbr["baseColorTexture"].get("extensions", {}).get("KHR_texture_transform", {})
        scale, offset = np.array(moved.get("scale", (1, 1)), float), np.array(moved.get("offset", (0, 0)), float)
        picture = document.picture(pbr["baseColorTexture"])
        if picture is not None:
            colour = Texture((bytes_to_linear(picture) * factor).astype(np.float32))
    roughness: Any = max(0.05, float(pbr.get("roughnessFactor", 1.0)))
    metallic = float(pbr.get("metallicFactor", 1.0))
    if "metallicRoughnessTexture" in pbr:
        picture = document.picture(pbr["metallicRoughnessTexture"])
        if picture is None:
            roughness, metallic = 0.5, min(metallic, 0.5)
        else:
            values = picture.astype(np.float32) / 255
            roughness = Texture(np.clip(values[..., 1] * roughness, 0.05, 1))
            metallic *= float(np.median(values[..., 2]))
    if "KHR_materials_transmission" in source.get("extensions", {}):
        roughness, metallic = 0.15, 0.0
    return Material(colour, roughness, 0.5, metallic), scale, offset
