// Favourite looks: saved from a picture or from the settings, listed, used again. Each holds settings and no picture.
import { $, make } from "./page.js";
import { say } from "./words.js";
import * as api from "./api.js";

export class Favourites {
  #from = null; // what is saved: {job, number} or {brief}

  /** `settings()`: the brief as it is now; `picture()`: the picture on the stage; `use(look)`, `saved(look)`: told. */
  constructor({ settings, picture, use, saved }) {
    this.use = use;
    this.saved = saved;
    $("#keep-open").addEventListener("click", () => { const { job, picture: shown } = picture(); this.#ask({ job: job.id, number: shown.number }, shown.title); });
    $("#mine-save").addEventListener("click", () => this.#ask({ brief: settings() }, ""));
    $("#keep-form").addEventListener("submit", (event) => { event.preventDefault(); this.#save(); });
    this.#list();
  }

  #ask(from, name) {
    this.#from = from;
    $("#keep-fault").textContent = "";
    $("#keep-name").value = name || say("mine.name_new");
    $("#keep").showModal();
    $("#keep-name").select();
  }

  async #save() {
    const button = $("#keep-form button:not([type])");
    button.disabled = true;
    try {
      const look = await api.saveLook({ name: $("#keep-name").value, ...this.#from });
      $("#keep").close();
      this.saved(look);
      await this.#list();
    } catch (problem) {
      $("#keep-fault").textContent = [problem.title, problem.remedy].filter(Boolean).join(" ") || say("mine.failed");
    }
    button.disabled = false;
  }

  async #list() {
    const looks = await api.looks().catch(() => null);
    if (!looks) return;
    $("#mine-none").hidden = looks.length > 0;
    $("#mine-all").hidden = looks.length === 0;
    $("#mine-list").replaceChildren(...looks.map((look) => make("li", {}, this.#button(look))));
  }

  #button(look) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 30 20");
    svg.setAttribute("aria-hidden", "true");
    look.colours.forEach((colour, i) => {
      const band = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [key, value] of Object.entries({ x: i * 10, width: 10, height: 20, fill: colour })) band.setAttribute(key, value);
      svg.append(band);
    });
    return make("button", { class: "btn", type: "button", "aria-label": say("mine.use", { name: look.name }), onclick: () => this.use(look) }, look.colours.length ? svg : null, make("span", {}, look.name));
  }
}
