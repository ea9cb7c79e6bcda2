// The filmstrip, the downloads and the receipt of a picture.
import { $, icon, make } from "./page.js";
import { clock, say } from "./words.js";

/** A picture or a place for one: {id, job, number, photo, picture|null, part}. */
export class Strip extends EventTarget {
  items = [];
  current = null;

  constructor() {
    super();
    this.box = $("#reel");
  }

  /** Places for the pictures of a job that has begun, first in line. */
  open(job, photo) {
    const fresh = Array.from({ length: job.count }, (_, number) => ({ job, number, photo, picture: null, part: -1 }));
    this.items = [...fresh, ...this.items];
    this.current = fresh[0];
    this.draw();
  }

  /** News of a job; returns the items whose picture has just come. */
  news(job) {
    const come = [];
    for (const item of this.items.filter((one) => one.job.id === job.id)) {
      item.job = job;
      const picture = job.pictures.find((one) => one.number === item.number) || null;
      if (picture && !item.picture) come.push(item);
      item.picture = picture;
    }
    if (["failed", "cancelled"].includes(job.state)) this.#drop((item) => item.job.id === job.id && !item.picture);
    if (come.length || job.state !== "working") this.draw();
    return come;
  }

  part(job, number, part) {
    const item = this.items.find((one) => one.job.id === job.id && one.number === number && !one.picture);
    if (!item || Math.round(item.part * 100) === Math.round(part * 100)) return;
    item.part = part;
    const words = item.button && $("span", item.button);
    if (words) this.#pending(item);
  }

  remove(job) { this.#drop((item) => item.job.id === job.id); this.draw(); }
  clear() { this.items = []; this.current = null; this.draw(); }

  #drop(gone) {
    this.items = this.items.filter((item) => !gone(item));
    if (this.current && !this.items.includes(this.current)) this.current = this.items[0] || null;
  }

  pick(item) {
    this.current = item;
    this.draw();
    this.dispatchEvent(new Event("pick"));
  }

  #pending(item) {
    const pct = Math.max(0, Math.round(item.part * 100));
    $("span", item.button).textContent = item.part < 0 ? say("studio.reel_waiting") : say("units.percent", { n: pct });
    item.button.setAttribute("aria-label", item.part < 0 ? say("studio.reel_waiting") : say("studio.reel_pending", { pct }));
  }

  draw() {
    const had = this.box.contains(document.activeElement) ? [...this.box.children].indexOf(document.activeElement) : -1;
    const total = this.items.length;
    const buttons = this.items.map((item, i) => {
      const { picture } = item;
      const button = make("button", { type: "button", class: picture ? "" : "pend", "aria-current": item === this.current ? "true" : "false", onclick: () => this.pick(item) });
      item.button = button;
      if (picture) {
        button.append(make("img", { src: picture.thumb, alt: "", width: 84, height: 84 }));
        button.setAttribute("aria-label", say("studio.reel_item", { n: total - i, title: picture.title }));
      } else {
        button.append(make("span", {}));
        this.#pending(item);
      }
      return button;
    });
    const done = this.items.filter((item) => item.picture);
    if (done.length > 1) {
      buttons.push(make("button", { type: "button", class: "more", "aria-label": say("studio.all"), onclick: () => this.dispatchEvent(new Event("all")) }, icon("grid"), say("studio.all")));
    }
    this.box.replaceChildren(...buttons);
    if (had >= 0) this.box.children[Math.min(had, this.box.children.length - 1)]?.focus();
  }
}

const named = { png: "PNG", jpeg: "JPEG", webp: "WebP", avif: "AVIF" };
const saved = (url) => `${url}${url.includes("?") ? "&" : "?"}download=1`;

/** Fill the downloads menu for one picture. */
export function downloads(menu, item) {
  const { picture, job } = item;
  const link = (url, symbol, words, small = "") => make("a", { href: saved(url), download: "" }, icon(symbol), words, small ? make("small", {}, small) : null);
  const rows = Object.entries(picture.files).map(([format, url]) => link(url, "image", named[format] || format, `${picture.width} × ${picture.height}`));
  rows.push(make("hr"));
  const product = picture.layers?.product ? job.cutout?.files?.cutout || picture.layers.product : job.cutout?.files?.cutout;
  if (product) rows.push(link(product, "cut", say("studio.dl_product"), say("studio.dl_product_note")));
  if (picture.layers?.shadow) rows.push(link(picture.layers.shadow, "shadow", say("studio.dl_shadow"), say("studio.dl_product_note")));
  if (picture.layers?.background) rows.push(link(picture.layers.background, "layers", say("studio.dl_background"), "PNG"));
  if (picture.recipe) rows.push(link(picture.recipe, "recipe", say("studio.dl_recipe"), say("studio.dl_recipe_note")));
  if (!picture.layers) rows.push(make("p", { class: "hint" }, say("studio.dl_more")));
  rows.push(make("hr"), make("a", { href: "/terms" }, icon("check"), menu.dataset.terms));
  menu.replaceChildren(...rows);
}

/** Fill the receipt: what came in, where it was worked on, when it was dropped. */
export function receipt(list, item) {
  const { receipt: told, expires } = item.job;
  const report = item.picture?.report;
  const rows = [];
  const row = (words, value) => rows.push(make("div", {}, make("dt", {}, words), make("dd", {}, value)));
  for (const part of told.came_in || []) row(say("receipt.came"), say("receipt.came_item", { what: part.what, kb: Math.round(part.bytes / 1000) }));
  row(say("receipt.where"), say(told.left_machine ? "receipt.elsewhere" : "receipt.here", { backend: told.left_machine ? told.sent_to.join(", ") : told.backend }));
  row(say("receipt.dropped"), told.inputs_dropped ? say("receipt.dropped_at", { time: clock(told.inputs_dropped) }) : say("receipt.not_yet"));
  if (report) row(say("receipt.changed"), say("receipt.changed_of", { n: report.changed_pixels, all: report.product_pixels.toLocaleString("en") }));
  row(say("receipt.results"), say("receipt.results_at", { time: clock(told.results_expire || expires) }));
  row(say("receipt.refund"), say(told.refunded ? "receipt.refunded" : "receipt.counted"));
  list.replaceChildren(...rows);
}
