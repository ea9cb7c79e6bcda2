// What is wished for: reads every control of the direction into the wish that the API takes.
import { $, $$, make } from "./page.js";
import { say } from "./words.js";
import { chosen } from "./backends.js";
import "./dial.js";

const sizes = JSON.parse(document.getElementById("sizes-data").content.textContent);
const picked = (name) => $(`[name=${name}]:checked`)?.value ?? "";
const MOST_COLOURS = 4;

export class Direction extends EventTarget {
  placement = null; // {x, base, height} or null
  #order = []; // colours in the order they were picked

  constructor() {
    super();
    this.dial = $("#dial");
    this.prompt = $("#prompt");
    for (const range of $$(".direct .range input")) this.#speak(range);
    for (const chip of $$(".chip")) chip.addEventListener("click", () => this.#chip(chip));
    this.prompt.addEventListener("input", () => this.#chips());
    $("#dice").addEventListener("click", () => { $("#seed").value = Math.floor(Math.random() * 90000 + 10000); this.#changed(); });
    $("#light-reset").addEventListener("click", () => this.resetLight());
    $("#colour-add").addEventListener("click", () => { this.#dot($("#colour").value, "light.colour_free", true); this.#changed(); });
    for (const radio of $$("[name=size]")) radio.addEventListener("change", () => this.#size());
    const box = $(".direct");
    box.addEventListener("input", () => this.#changed());
    box.addEventListener("change", () => this.#changed());
  }

  #changed() { this.dispatchEvent(new Event("changed")); }

  #speak(range) {
    const out = $("output", range.parentNode);
    const tell = () => {
      const unset = range.classList.contains("unset");
      const words = range.dataset.words?.split("|");
      const part = (range.value - range.min) / (range.max - range.min);
      const stops = range.dataset.stops?.split(",").map(Number);
      const at = stops ? stops.filter((stop) => range.value >= stop).length : Math.min(words?.length - 1, Math.floor(part * words?.length));
      const text = unset ? say("light.unset") : words ? words[at] : `${range.value}${range.dataset.unit || ""}`;
      out.textContent = text;
      range.setAttribute("aria-valuetext", text);
      range.style.setProperty("--fill", `${part * 100}%`);
    };
    if (range.dataset.unset !== undefined) range.classList.add("unset");
    range.addEventListener("input", () => { range.classList.remove("unset"); tell(); });
    range.addEventListener("tell", tell);
    tell();
  }

  #set(id, value, unset = false) {
    const range = $(`#${id}`);
    range.value = value;
    range.classList.toggle("unset", unset);
    range.dispatchEvent(new Event("tell"));
  }

  #chip(chip) {
    const words = chip.dataset.add;
    const has = this.prompt.value.includes(words);
    const kept = has ? this.prompt.value.split(words).join("") : this.prompt.value;
    const tidy = kept.replace(/\s*,\s*(,\s*)*/g, ", ").replace(/^[,\s]+|[,\s]+$/g, "");
    this.prompt.value = has ? tidy : [tidy, words].filter(Boolean).join(", ");
    this.#chips();
    this.#changed();
  }

  #chips() { for (const chip of $$(".chip")) chip.setAttribute("aria-pressed", this.prompt.value.includes(chip.dataset.add)); }

  #size() {
    const size = sizes.find((row) => row.name === picked("size"));
    $("#own").hidden = Boolean(size);
    if (size?.look) this.look = size.look;
  }

  resetLight() {
    this.dial.degrees = null;
    for (const radio of $$("[name=height]")) radio.checked = false;
    this.#set("softness", 40, true);
    this.#set("warmth", 50, true);
    this.#set("shadow", 100);
    this.#set("reflection", 100);
    for (const box of $$("#dots input")) box.checked = false;
    this.#order = [];
    this.#changed();
  }

  /** The product's own colours, as dots to pick. */
  set palette(colours) {
    for (const dot of $$("#dots label[data-own]")) if (!$("input", dot).checked) dot.remove();
    for (const hex of [...(colours || [])].slice(0, 6).reverse()) this.#dot(hex, "light.colour_own", false);
  }

  #dot(hex, words, on) {
    const known = $(`#dots input[value="${hex}"]`);
    if (known) { if (on && !known.checked) known.click(); return; }
    const box = make("input", { type: "checkbox", value: hex, "aria-label": say(words, { hex }) });
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 32 32");
    svg.setAttribute("aria-hidden", "true");
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [key, value] of Object.entries({ cx: 16, cy: 16, r: 15.5, fill: hex })) circle.setAttribute(key, value);
    svg.append(circle);
    const label = make("label", { title: hex, "data-own": words.endsWith("own") }, box, svg);
    box.addEventListener("change", () => {
      this.#order = this.#order.filter((one) => one !== hex);
      if (box.checked) this.#order.push(hex);
      while (this.#order.length > MOST_COLOURS) $(`#dots input[value="${this.#order.shift()}"]`).checked = false;
    });
    if (on) $("#dots").append(label); else $("#dots").prepend(label);
    if (on) { box.checked = true; box.dispatchEvent(new Event("change")); }
  }

  /** The surfaces that the renderer can build: [{name, title}]. */
  set surfaces(rows) {
    for (const row of rows || []) {
      const [name, title] = typeof row === "string" ? [row, row.replaceAll("-", " ")] : [row.name, row.title || row.label || row.name];
      $("#surfaces").append(make("label", {}, make("input", { type: "radio", name: "surface", value: name }), make("span", {}, title)));
    }
  }

  get look() { return picked("look"); }
  set look(name) {
    const radio = $(`[name=look][value="${CSS.escape(name)}"]`);
    if (radio) radio.checked = true;
  }

  get count() { return Number(picked("count")) || 1; }

  /** [width, height] in pixels. */
  get size() {
    const row = sizes.find((one) => one.name === picked("size"));
    if (row) return [row.width, row.height];
    return ["own-w", "own-h"].map((id) => Math.min(4096, Math.max(64, Math.round(Number($(`#${id}`).value)) || 1024)));
  }

  /** Sets every control as a brief says: the other way round than `read`. */
  apply(brief) {
    this.resetLight();
    this.prompt.value = brief.prompt || "";
    this.#chips();
    this.look = brief.preset || "";
    const row = sizes.find((one) => one.width === brief.width && one.height === brief.height);
    const size = $(row ? `[name=size][value="${CSS.escape(row.name)}"]` : "[name=size][value=own]");
    if (size) size.checked = true;
    if (!row) { $("#own-w").value = brief.width; $("#own-h").value = brief.height; }
    $("#own").hidden = Boolean(row);
    for (const box of $$("[name=backend]")) box.checked = box.value === (brief.backend || "auto");
    $("#seed").value = brief.seed;
    const light = brief.light || {};
    if (light.azimuth != null) this.dial.degrees = light.azimuth;
    const height = light.height && $(`[name=height][value="${CSS.escape(light.height)}"]`);
    if (height) height.checked = true;
    if (light.softness != null) this.#set("softness", light.softness * 100);
    if (light.warmth != null) this.#set("warmth", (light.warmth + 1) * 50);
    if (brief.shadow != null) this.#set("shadow", brief.shadow * 100);
    if (brief.reflection != null) this.#set("reflection", brief.reflection * 100);
    if (brief.harmonise) this.#set("match", brief.harmonise * 100);
    const surface = brief.surface && $(`[name=surface][value="${CSS.escape(brief.surface)}"]`);
    if (surface) surface.checked = true;
    for (const hex of brief.colours || []) this.#dot(hex, "light.colour_free", true);
    this.#changed();
  }

  /** The wish of `POST /v1/jobs`; only what was said is in it. */
  read() {
    const value = (id) => { const range = $(`#${id}`); return range.classList.contains("unset") ? null : Number(range.value); };
    const [width, height] = this.size;
    const brief = { width, height, count: this.count, seed: Math.min(2147483647, Math.max(0, Math.round(Number($("#seed").value)) || 0)) };
    const light = {};
    if (this.prompt.value.trim()) brief.prompt = this.prompt.value.trim();
    if (this.look) brief.preset = this.look;
    if (!$("#strength-row").hidden) brief.reference_strength = value("strength") / 100;
    if (this.dial.degrees !== null) light.azimuth = this.dial.degrees;
    if (picked("height")) light.height = picked("height");
    if (value("softness") !== null) light.softness = value("softness") / 100;
    if (value("warmth") !== null) light.warmth = value("warmth") / 50 - 1;
    if (Object.keys(light).length) brief.light = light;
    if (value("shadow") !== 100) brief.shadow = value("shadow") / 100;
    if (value("reflection") !== 100) brief.reflection = value("reflection") / 100;
    if (picked("surface")) brief.surface = picked("surface");
    if (this.#order.length) brief.colours = this.#order;
    if (this.placement) brief.placement = this.placement;
    if (value("match")) brief.harmonise = value("match") / 100;
    const formats = $$("[name=format]:checked").map((box) => box.value);
    const [backend] = chosen();
    if (backend !== "auto") brief.backend = backend;
    return { kind: "picture", brief, preview: true, formats: formats.length ? formats : ["png"], layers: $("#layers").checked };
  }
}
