// <move-box>: the product on the stage, moved and resized by drag, arrow keys and buttons.
const limit = (value, low, high) => Math.min(high, Math.max(low, value));

export class MoveBox extends HTMLElement {
  #at = { x: 0.5, base: 0.75, height: 0.4 };
  #wide = 1; // width of the product by its height, in parts of the frame

  connectedCallback() {
    this.canvas = document.createElement("canvas");
    this.append(this.canvas);
    for (const corner of ["tl", "tr", "bl", "br"]) {
      const grip = document.createElement("span");
      grip.className = `grip ${corner}`;
      this.append(grip);
    }
    let from = null;
    this.addEventListener("pointerdown", (event) => {
      this.setPointerCapture(event.pointerId);
      this.focus({ preventScroll: true });
      from = { x: event.clientX, y: event.clientY, at: { ...this.#at }, grip: event.target.classList.contains("grip") };
      event.preventDefault();
    });
    this.addEventListener("pointermove", (event) => {
      if (!from || !this.hasPointerCapture(event.pointerId)) return;
      const frame = this.parentElement.getBoundingClientRect();
      if (from.grip) {
        // The foot stays where it stands: the distance from it decides the size.
        const foot = { x: frame.left + from.at.x * frame.width, y: frame.top + from.at.base * frame.height };
        const reach = (x, y) => Math.hypot(x - foot.x, y - foot.y) || 1;
        this.#set({ height: (from.at.height * reach(event.clientX, event.clientY)) / reach(from.x, from.y) });
      } else {
        this.#set({ x: from.at.x + (event.clientX - from.x) / frame.width, base: from.at.base + (event.clientY - from.y) / frame.height });
      }
    });
    this.addEventListener("pointerup", () => { from = null; });
    this.addEventListener("pointercancel", () => { from = null; });
    this.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 0.05 : 0.005;
      const key = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", "+": "bigger", "=": "bigger", "-": "smaller" }[event.key];
      if (!key) return;
      event.preventDefault();
      this.nudge(key, key.endsWith("er") ? 0.02 : step);
    });
  }

  /** Centre x, foot and height, as parts of the frame. */
  get at() { return { ...this.#at }; }

  /** Put it without telling; `wide` is its width by its height in parts of the frame. */
  show(at, wide) {
    this.#at = { ...at };
    this.#wide = wide;
    this.classList.remove("moved");
    this.#draw();
  }

  nudge(way, step = 0.02) {
    const { x, base, height } = this.#at;
    this.#set({
      left: { x: x - step }, right: { x: x + step }, up: { base: base - step }, down: { base: base + step },
      bigger: { height: height * (1 + 2 * step) }, smaller: { height: height / (1 + 2 * step) },
    }[way]);
  }

  #set(change) {
    const next = { ...this.#at, ...change };
    this.#at = { x: limit(next.x, 0.1, 0.9), base: limit(next.base, 0.2, 0.98), height: limit(next.height, 0.05, 0.95) };
    this.classList.add("moved");
    this.#draw();
    this.dispatchEvent(new Event("placed"));
  }

  #draw() {
    const width = this.#at.height * this.#wide;
    this.style.setProperty("left", `${(this.#at.x - width / 2) * 100}%`);
    this.style.setProperty("top", `${(this.#at.base - this.#at.height) * 100}%`);
    this.style.setProperty("width", `${width * 100}%`);
    this.style.setProperty("height", `${this.#at.height * 100}%`);
  }
}
customElements.define("move-box", MoveBox);

/** Where a recipe's scene puts a product: the same rule as the studio's own. `aspect` is its width by its height. */
export function placeOf(scene, aspect, width, height) {
  const camera = scene.camera;
  const byArea = Math.sqrt(camera.area / aspect) * Math.min(width, height);
  const tall = Math.min(camera.max_height * height, (camera.max_width * width) / aspect, byArea);
  const base = camera.overhead ? camera.base + tall / height / 2 : camera.base;
  return { x: camera.x, base, height: tall / height };
}
