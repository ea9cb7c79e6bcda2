// <refine-brush>: paint over what belongs to the product and what does not, or draw a box round the one that is meant.
import { $, $$ } from "./page.js";
import { say } from "./words.js";
import { boxIn, grayPng, load } from "./photo.js";

const COLOURS = { keep: "rgb(27 158 90 / .55)", erase: "rgb(205 40 30 / .6)" };

export class RefineBrush extends HTMLElement {
  #marks = []; // {tool, radius, points} or {tool: "box", box}, in pixels of the drawn photo
  #now = null;
  #cursor = [0, 0];

  connectedCallback() {
    this.canvas = $("canvas", this);
    this.ring = $(".cur", this);
    this.size = $("#brush");
    const say_size = () => { this.size.parentNode.querySelector("output").textContent = say("units.px", { n: this.size.value }); this.size.style.setProperty("--fill", `${((this.size.value - this.size.min) / (this.size.max - this.size.min)) * 100}%`); this.#ring(); };
    this.size.addEventListener("input", say_size);
    say_size();
    for (const radio of $$("[name=brush]")) radio.addEventListener("change", () => { this.classList.toggle("boxing", this.tool === "box"); this.#ring(); });
    $("#undo").addEventListener("click", () => { this.#marks.pop(); this.#draw(); });
    this.canvas.addEventListener("pointerdown", (event) => { this.canvas.setPointerCapture(event.pointerId); this.#begin(this.#spot(event)); });
    this.canvas.addEventListener("pointermove", (event) => { this.#cursor = this.#spot(event); this.#ring(); if (this.#now) this.#go(this.#cursor); });
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => this.#end());
    this.canvas.addEventListener("pointerleave", () => { this.ring.hidden = true; });
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  get tool() { return $("[name=brush]:checked").value; }

  /** Show a photo (a canvas) with its cut-out; earlier marks stay where the photo is the same. */
  async open(photo, cutout, marks) {
    this.photo = photo;
    this.cutout = cutout;
    this.#marks = [...marks];
    [this.canvas.width, this.canvas.height] = [photo.width, photo.height];
    this.#cursor = [photo.width / 2, photo.height / 2];
    this.layer = null;
    this.#draw();
    const image = await load(cutout.files.cutout);
    const layer = new OffscreenCanvas(photo.width, photo.height);
    const [l, t, r, b] = boxIn(image, cutout);
    const scale = photo.width / cutout.size[0];
    const [x, y, x2, y2] = cutout.box.map((value) => value * scale);
    layer.getContext("2d").drawImage(image, l, t, r - l, b - t, x, y, x2 - x, y2 - y);
    this.layer = layer;
    this.#draw();
  }

  get marks() { return this.#marks; }

  /** The strokes as an 8-bit gray PNG at the size of the cut-out's photo, or null where nothing was painted. */
  async strokes() {
    const painted = this.#marks.filter((mark) => mark.tool !== "box");
    if (!painted.length) return null;
    const [width, height] = this.cutout.size;
    const paper = new OffscreenCanvas(width, height);
    const context = paper.getContext("2d", { willReadFrequently: true });
    context.scale(width / this.photo.width, height / this.photo.height);
    context.fillStyle = "#808080";
    context.fillRect(0, 0, this.photo.width, this.photo.height);
    for (const mark of painted) this.#stroke(context, mark, mark.tool === "keep" ? "#fff" : "#000");
    const data = context.getImageData(0, 0, width, height).data;
    const gray = new Uint8Array(width * height);
    // Antialiased rims would be neither kept nor dropped: each pixel takes the nearest of the three meanings.
    for (let i = 0; i < gray.length; i++) gray[i] = data[i * 4] < 64 ? 0 : data[i * 4] > 191 ? 255 : 128;
    return grayPng(gray, width, height);
  }

  /** The box in pixels of the cut-out's photo, or null. */
  get box() {
    const mark = this.#marks.findLast((one) => one.tool === "box");
    if (!mark) return null;
    const scale = this.cutout.size[0] / this.photo.width;
    const [l, t, r, b] = mark.box.map((value) => Math.round(value * scale));
    return [Math.max(0, l), Math.max(0, t), Math.min(this.cutout.size[0], r), Math.min(this.cutout.size[1], b)];
  }

  #spot(event) {
    const at = this.canvas.getBoundingClientRect();
    return [((event.clientX - at.x) / at.width) * this.canvas.width, ((event.clientY - at.y) / at.height) * this.canvas.height];
  }

  // The brush is in pixels of the screen; marks are in pixels of the photo.
  get #radius() { return (this.size.value / 2) * (this.canvas.width / (this.canvas.getBoundingClientRect().width || 1)); }

  #begin(spot) {
    this.#now = this.tool === "box" ? { tool: "box", from: spot, box: [...spot, ...spot] } : { tool: this.tool, radius: this.#radius, points: [spot] };
    this.#draw();
  }

  #go(spot) {
    if (this.#now.tool === "box") {
      const [x, y] = this.#now.from;
      this.#now.box = [Math.min(x, spot[0]), Math.min(y, spot[1]), Math.max(x, spot[0]), Math.max(y, spot[1])];
    } else this.#now.points.push(spot);
    this.#draw();
  }

  #end() {
    const mark = this.#now;
    this.#now = null;
    if (!mark) return;
    const [l, t, r, b] = mark.box || [0, 0, 99, 99];
    if (r - l > 8 && b - t > 8) this.#marks.push(mark);
    this.#draw();
  }

  #key(event) {
    const step = event.shiftKey ? 40 : 10;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (move) {
      const [x, y] = this.#cursor;
      this.#cursor = [Math.min(this.canvas.width, Math.max(0, x + move[0])), Math.min(this.canvas.height, Math.max(0, y + move[1]))];
      if (this.#now) this.#go(this.#cursor);
    } else if (event.key === " ") {
      if (this.#now) this.#end();
      else { this.#begin(this.#cursor); if (this.tool !== "box") this.#end(); }
    } else return;
    event.preventDefault();
    this.#ring();
    const [x, y] = this.#cursor;
    $("#refine-live").textContent = say("refine.said", { tool: say(`refine.${this.tool}`), x: `${Math.round((x / this.canvas.width) * 100)} %`, y: `${Math.round((y / this.canvas.height) * 100)} %` });
  }

  #ring() {
    const at = this.canvas.getBoundingClientRect();
    if (!at.width || this.tool === "box") { this.ring.hidden = true; return; }
    const home = this.getBoundingClientRect();
    const size = Number(this.size.value);
    this.ring.hidden = false;
    this.ring.style.setProperty("width", `${size}px`);
    this.ring.style.setProperty("height", `${size}px`);
    this.ring.style.setProperty("left", `${at.x - home.x + (this.#cursor[0] / this.canvas.width) * at.width - size / 2}px`);
    this.ring.style.setProperty("top", `${at.y - home.y + (this.#cursor[1] / this.canvas.height) * at.height - size / 2}px`);
  }

  #stroke(context, mark, colour) {
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = mark.radius * 2;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    const [first, ...rest] = mark.points;
    context.moveTo(...first);
    for (const point of rest) context.lineTo(...point);
    if (!rest.length) context.lineTo(first[0] + 0.01, first[1]);
    context.stroke();
  }

  #draw() {
    const context = this.canvas.getContext("2d");
    const { width, height } = this.canvas;
    context.globalAlpha = 1;
    context.drawImage(this.photo, 0, 0);
    if (this.layer) {
      context.fillStyle = "rgb(20 20 20 / .6)";
      context.fillRect(0, 0, width, height);
      context.strokeStyle = "rgb(255 255 255 / .2)";
      context.lineWidth = Math.max(1, width / 700);
      context.beginPath();
      for (let x = -height; x < width; x += width / 50) { context.moveTo(x, height); context.lineTo(x + height, 0); }
      context.stroke();
      context.drawImage(this.layer, 0, 0);
    }
    for (const mark of [...this.#marks, ...(this.#now ? [this.#now] : [])]) {
      if (mark.tool !== "box") { this.#stroke(context, mark, COLOURS[mark.tool]); continue; }
      const [l, t, r, b] = mark.box;
      context.lineWidth = Math.max(2, width / 240);
      context.setLineDash([]);
      context.strokeStyle = "#161616";
      context.strokeRect(l, t, r - l, b - t);
      context.setLineDash([width / 60, width / 60]);
      context.strokeStyle = "#ffb81c";
      context.strokeRect(l, t, r - l, b - t);
      context.setLineDash([]);
    }
    $("#undo").disabled = !this.#marks.length;
    $("#use-cut").disabled = !this.#marks.length;
  }
}
customElements.define("refine-brush", RefineBrush);
