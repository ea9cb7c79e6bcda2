// <light-dial>: the set seen from above. 0 degrees is the camera, 90 the right, 180 behind, 270 the left.
import { say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const element = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};
// On the dial the camera is below and the right is on the right.
const at = (degrees, radius) => [82 + radius * Math.sin((degrees * Math.PI) / 180), 82 + radius * Math.cos((degrees * Math.PI) / 180)];

export class LightDial extends HTMLElement {
  #degrees = null;

  connectedCallback() {
    const drawing = element("svg", { viewBox: "0 0 164 164", "aria-hidden": "true" });
    drawing.append(element("circle", { class: "ring", cx: 82, cy: 82, r: 72 }));
    for (let i = 0; i < 24; i++) {
      const [x1, y1] = at(i * 15, 72), [x2, y2] = at(i * 15, i % 6 ? 67 : 63);
      drawing.append(element("line", { class: "tickm", x1, y1, x2, y2 }));
    }
    for (const [word, y] of [[say("light.back"), 32], [say("light.front"), 139]]) {
      const text = element("text", { x: 82, y });
      text.textContent = word;
      drawing.append(text);
    }
    this.beam = element("path", { class: "beam" });
    this.lamp = element("circle", { class: "lamp", r: 11 });
    drawing.append(this.beam, element("circle", { class: "prod", cx: 82, cy: 82, r: 9 }), this.lamp);
    this.append(drawing);
    this.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, PageUp: 45, PageDown: -45 }[event.key];
      if (event.key === "Home") this.#set(0);
      else if (step) this.#set((this.#degrees ?? 0) + step);
      else return;
      event.preventDefault();
    });
    const follow = (event) => {
      const box = this.getBoundingClientRect();
      const angle = Math.atan2(event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2);
      this.#set(Math.round((angle * 36) / Math.PI) * 5);
    };
    this.addEventListener("pointerdown", (event) => { this.setPointerCapture(event.pointerId); this.focus({ preventScroll: true }); follow(event); });
    this.addEventListener("pointermove", (event) => { if (this.hasPointerCapture(event.pointerId)) follow(event); });
    this.#draw();
  }

  /** Degrees 0..359, or null where the look decides. */
  get degrees() { return this.#degrees; }
  set degrees(value) { this.#degrees = value === null ? null : ((Math.round(value) % 360) + 360) % 360; this.#draw(); }

  #set(value) {
    this.degrees = value;
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #draw() {
    const shown = this.#degrees ?? 325;
    const words = this.#degrees === null ? say("light.auto") : say("light.words")[Math.round(shown / 45) % 8];
    this.classList.toggle("unset", this.#degrees === null);
    const [x, y] = at(shown, 56), [ax, ay] = at(shown + 62, 9), [bx, by] = at(shown - 62, 9);
    this.lamp.setAttribute("cx", x);
    this.lamp.setAttribute("cy", y);
    this.beam.setAttribute("d", `M${x} ${y}L${ax} ${ay}L${bx} ${by}Z`);
    this.setAttribute("aria-valuenow", this.#degrees ?? 0);
    this.setAttribute("aria-valuetext", words);
    const label = document.getElementById("dial-words");
    if (label) label.textContent = words;
  }
}
customElements.define("light-dial", LightDial);
