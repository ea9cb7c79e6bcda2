// The stage: what stands in the frame, and the words under it.
import { $, $$, icon } from "./page.js";
import { say } from "./words.js";
import { boxIn, draw, load } from "./photo.js";
import { placeOf } from "./place.js";
import * as api from "./api.js";
import "./compare.js";
import { rate } from "./rating.js";

const STEPS = ["cutout", "preview", "picture"];

export class Stage {
  #shown = ""; // URL of what the frame shows
  #began = 0;
  #part = "";
  #peeked = false; // whether the frame shows an unfinished picture

  constructor() {
    this.frame = $("#frame");
    this.after = $("#after");
    this.before = $("#before");
    this.box = $("#place");
    this.busy = $("#busy");
    this.photo = null;
    this.item = null;
    for (const radio of $$("[name=view]")) radio.addEventListener("change", () => { this.frame.view = radio.value; });
    for (const radio of $$("[name=surround]")) radio.addEventListener("change", () => { $(".stagecol").dataset.surround = radio.value; });
    this.frame.addEventListener("view", () => { if (this.frame.view !== "picture") this.moving = false; this.drawBefore(); });
    new ResizeObserver(() => { this.drawBefore(); this.#drawCut(); }).observe(this.frame);
  }

  say(words) { $("#live").textContent = words; }

  /** A new photo: nothing of the old one stays. */
  set(photo) {
    this.photo = photo;
    this.item = null;
    rate($("#rate"));
    this.#shown = "";
    this.#peeked = false;
    this.moving = false;
    this.after.hidden = true;
    this.after.removeAttribute("src");
    this.frame.ratio = 1;
    draw($("#was"), photo.drawn?.canvas, { cover: true });
    $("#was").hidden = !photo.drawn;
    $("#cutimg").hidden = true;
    $("#lbl-r").hidden = true;
    $("#name").textContent = say("studio.waiting_picture");
    $("#what").textContent = "";
    $("#f-file").textContent = photo.file ? photo.file.name : say("mine.no_photo");
    $("#f-photo").textContent = photo.drawn ? say("studio.px", { w: photo.drawn.size[0], h: photo.drawn.size[1] }) : "–";
    $("#f-product").textContent = $("#f-light").textContent = "–";
    this.#line("spin", say("studio.cutting"));
    this.frame.view = photo.drawn ? "photo" : "picture";
    this.#allow();
    this.drawBefore();
  }

  #allow() {
    const can = { picture: !this.after.hidden, compare: !this.after.hidden && this.photo?.drawn, photo: Boolean(this.photo?.drawn), cut: Boolean(this.photo?.cutImage) };
    for (const radio of $$("[name=view]")) radio.disabled = !can[radio.value];
  }

  #line(kind, title, more = "") {
    const line = $("#okline");
    line.classList.toggle("doubt", kind === "doubt");
    line.firstElementChild.replaceWith(kind === "spin" ? Object.assign(document.createElement("span"), { className: "spin" }) : icon(kind === "doubt" ? "alert" : "check"));
    $("#okline-b").textContent = title;
    $("#okline-more").textContent = more;
  }

  /** The cut-out has come, or a better one. */
  async cutout(photo, cutout) {
    const old = photo.cutout;
    photo.cutout = cutout;
    if (!cutout?.files?.cutout || (old && old.files?.cutout === cutout.files.cutout && old.quick === cutout.quick && photo.cutImage)) return;
    const version = `${cutout.files.cutout}?v=${cutout.quick ? "quick" : "full"}`;
    photo.cutImage = await load(version).catch(() => photo.cutImage || null);
    if (photo !== this.photo) return;
    const [l, t, r, b] = cutout.box;
    $("#f-product").textContent = say("studio.px", { w: r - l, h: b - t });
    $("#f-photo").textContent = say("studio.px", { w: cutout.size[0], h: cutout.size[1] });
    $("#f-light").textContent = say(cutout.light?.sure && cutout.light.side ? `studio.light_${cutout.light.side}` : "studio.light_none");
    if (cutout.quick) this.#line("spin", say("studio.cut_quick"));
    else if (!photo.file) this.#line("ok", say("mine.from_cutout"), say("mine.from_cutout_more"));
    else if (cutout.clean) this.#line("ok", say("studio.cut_clean"), cutout.notes?.[0] || "");
    else this.#line("doubt", say("studio.cut_doubt"), cutout.doubts?.[0]?.reason || "");
    this.#drawCut();
    this.#allow();
  }

  #drawCut() {
    const image = this.photo?.cutImage;
    if (!image) return;
    const box = boxIn(image, this.photo.cutout);
    const small = $("#cutimg");
    small.hidden = false;
    this.#fit(small);
    draw(small, image, { box });
    const large = $("#cutcanvas");
    this.#fit(large, this.frame);
    draw(large, image, { box, pad: large.width * 0.06 });
    const own = this.box.canvas;
    [own.width, own.height] = [Math.max(1, Math.round(box[2] - box[0])), Math.max(1, Math.round(box[3] - box[1]))];
    draw(own, image, { box });
  }

  #fit(canvas, like = canvas) {
    const scale = Math.min(2, devicePixelRatio || 1);
    const [w, h] = [Math.round((like.clientWidth || 1) * scale), Math.round((like.clientHeight || 1) * scale)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
  }

  /** The photo, whole, or laid so that the product stands where it stands in the picture. */
  drawBefore() {
    const drawn = this.photo?.drawn;
    if (!drawn || ["picture", "cut", "all"].includes(this.frame.view)) return;
    this.#fit(this.before, this.frame);
    const { canvas } = drawn;
    const [w, h] = [this.before.width, this.before.height];
    const place = this.frame.view === "compare" ? this.item?.place : null;
    const cutout = this.photo.cutout;
    let scale = Math.min(w / canvas.width, h / canvas.height);
    let [x, y] = [(w - canvas.width * scale) / 2, (h - canvas.height * scale) / 2];
    if (place && cutout) {
      const unit = canvas.width / cutout.size[0];
      const [l, t, r, b] = cutout.box.map((value) => value * unit);
      scale = (place.height * h) / (b - t);
      [x, y] = [place.x * w - ((l + r) / 2) * scale, place.base * h - b * scale];
    }
    this.#tile(canvas, x, y, canvas.width * scale, canvas.height * scale);
  }

  // The photo in its place; where it ends, its outermost pixels go on, a little out of focus.
  #tile(image, x, y, w, h) {
    const context = this.before.getContext("2d");
    const [width, height] = [this.before.width, this.before.height];
    context.clearRect(0, 0, width, height);
    context.filter = `blur(${Math.max(1, Math.round(width / 400))}px)`;
    const columns = [[0, 1, Math.min(0, x) - width, x + 1], [0, image.width, x, x + w], [image.width - 1, 1, x + w - 1, Math.max(width, x + w) + width]];
    const rows = [[0, 1, Math.min(0, y) - height, y + 1], [0, image.height, y, y + h], [image.height - 1, 1, y + h - 1, Math.max(height, y + h) + height]];
    for (const [left, wide, from, to] of columns) {
      for (const [top, tall, above, below] of rows) context.drawImage(image, left, top, wide, tall, from, above, to - from, below - above);
    }
    context.filter = "none";
    context.drawImage(image, x, y, w, h);
  }

  /** Show a picture, or its job's preview while it is being made. */
  async show(item) {
    if (this.item !== item && this.frame.view === "all") this.frame.view = "picture";
    this.item = item;
    const { picture, job } = item;
    const url = picture ? picture.files.jpeg || picture.files.webp || picture.files.png || Object.values(picture.files)[0] : job.preview?.url;
    $("#name").textContent = picture?.title || say(job.preview ? "studio.label_preview" : "studio.waiting_picture");
    $("#what").textContent = picture
      ? say("studio.made", { w: picture.width, h: picture.height, s: Math.max(1, Math.round(picture.seconds)) })
      : job.preview ? say("studio.made_preview") : "";
    $("#dl").disabled = !picture;
    $("#receipt-open").disabled = !picture;
    $("#keep-open").disabled = !picture?.recipe;
    rate($("#rate"), picture && job.id, picture?.number);
    if (picture) item.placing ??= this.#place(item).finally(() => { if (!item.place) item.placing = null; });
    if (!url && this.#peeked) this.#clear();
    if (!url || url === this.#shown) { this.#allow(); return; }
    if (!(await this.#put(item, url, picture ? picture.title : say("studio.label_preview"), say(picture ? "studio.label_picture" : "studio.label_preview")))) return;
    this.after.classList.toggle("soft", !picture);
    this.#peeked = false;
    await item.placing;
    if (this.item !== item) return;
    $("#move").disabled = !item.place;
    this.drawBefore();
  }

  // Lay an image into the frame; false where it did not come, or something else is to be shown by now.
  async #put(item, url, alt, label) {
    const made = Boolean(item.picture);
    const image = await load(url).catch(() => null);
    if (!image || this.item !== item || Boolean(item.picture) !== made) return false; // what came late is not shown
    const first = this.after.hidden;
    this.#shown = url;
    this.after.src = url;
    this.after.alt = alt;
    this.after.hidden = false;
    this.frame.ratio = item.job.width / item.job.height;
    $("#lbl-r").textContent = label;
    $("#lbl-r").hidden = false;
    if (first && this.frame.view !== "all") this.frame.view = "picture"; // what lies side by side stays until another is asked for
    this.#allow();
    return true;
  }

  #clear() {
    this.#shown = "";
    this.#peeked = false;
    this.after.hidden = true;
    this.after.removeAttribute("src");
    $("#lbl-r").hidden = true;
    this.frame.view = this.photo?.drawn ? "photo" : "picture";
  }

  // What a model has painted so far: kept nowhere, so each is shown as it comes.
  async #peek(job, { glimpse, number }) {
    const item = this.item;
    if (!glimpse || item?.job.id !== job.id || item.number !== number || item.picture) return;
    const words = say("studio.label_glimpse");
    if (!(await this.#put(item, glimpse, words, words))) return;
    this.after.classList.add("soft");
    $("#what").textContent = say("studio.made_glimpse");
    this.#peeked = true;
  }

  // Where the product stands in the picture: from the picture's own recipe.
  async #place(item) {
    const cutout = item.photo.cutout;
    if (item.place || !item.picture.recipe || !cutout) return;
    const told = await api.recipe(item.picture).catch(() => null);
    if (!told?.scene?.camera) return;
    const [l, t, r, b] = cutout.box;
    const aspect = (r - l) / (b - t);
    item.wide = (aspect * item.picture.height) / item.picture.width;
    item.place = placeOf(told.scene, aspect, item.picture.width, item.picture.height);
  }

  get moving() { return !this.box.hidden; }
  set moving(on) {
    const can = on && this.item?.place;
    this.box.hidden = !can;
    $("#move").setAttribute("aria-pressed", Boolean(can));
    if (!can) return;
    this.frame.view = "picture";
    this.box.hidden = false;
    this.box.focus({ preventScroll: true });
  }

  /** How far the job is; each step is told once to those who listen. */
  progress(job, progress) {
    const { doing, number } = progress;
    this.#peek(job, progress);
    const part = `${job.id} ${doing} ${number}`;
    const waiting = job.state === "waiting" || progress.step === "waiting";
    const name = waiting ? "waiting" : doing;
    if (this.#part !== part + name) {
      this.#part = part + name;
      this.#began = performance.now();
      this.say(this.#words(job, name, number));
    }
    this.busy.hidden = false;
    $("#saying").textContent = this.#words(job, name, number);
    const spent = (performance.now() - this.#began) / 1000;
    const left = progress.part > 0.15 && doing === "picture" ? (spent * (1 - progress.part)) / progress.part : 0;
    $("#eta").textContent = !waiting && left > 1 ? say("progress.to_go", { s: Math.round(left) }) : "";
    const span = { cutout: [0, 100], preview: [0, 25], picture: [25 + (75 * number) / (job.count || 1), 75 / (job.count || 1)] }[doing];
    $("progress", this.busy).value = span[0] + span[1] * progress.part;
    const now = doing === "preview" && !job.cutout ? 0 : STEPS.indexOf(doing);
    $$(".steps li", this.busy).forEach((row, i) => {
      row.hidden = STEPS[i] === "preview" && doing === "picture" && !job.preview; // there was none
      row.className = i < now ? "done" : i === now && !waiting ? "now" : "";
      row.toggleAttribute("aria-current", i === now);
      if (i === now) row.setAttribute("aria-current", "step");
    });
  }

  #words(job, name, number) {
    if (name === "waiting") return job.position > 1 ? say("progress.place", { n: job.position }) : say("progress.waiting");
    if (name === "preview" && !job.cutout) return say("progress.cutout");
    if (name === "picture" && job.count > 1) return say("progress.picture_n", { n: number + 1, count: job.count });
    return say(`progress.${name}`);
  }

  /** Before the server has answered. */
  sending() {
    this.busy.hidden = false;
    this.#part = "";
    $("#saying").textContent = say("progress.sending");
    $("#eta").textContent = "";
    $("progress", this.busy).value = 1;
    for (const row of $$(".steps li", this.busy)) { row.className = ""; row.removeAttribute("aria-current"); }
    this.say(say("progress.sending"));
  }

  idle() { this.busy.hidden = true; }
}

