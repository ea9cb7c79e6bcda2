// <compare-frame>: the picture, the photo it came from, and the divider between them.
import { $ } from "./page.js";

export class CompareFrame extends HTMLElement {
  connectedCallback() {
    this.slider = $(".cut", this);
    const put = () => this.style.setProperty("--cut", `${this.slider.value}%`);
    this.slider.addEventListener("input", put);
    put();
  }

  /** picture, compare, photo, cut or all. */
  get view() { return this.dataset.view; }
  set view(view) {
    if (this.dataset.view === view) return;
    this.dataset.view = view;
    for (const radio of document.querySelectorAll("[name=view]")) radio.checked = radio.value === view;
    this.dispatchEvent(new Event("view"));
  }

  /** Width by height of what is shown. */
  set ratio(value) { this.style.setProperty("--ar", value.toFixed(4)); }
}
customElements.define("compare-frame", CompareFrame);
