// Notes above the Make button, or over the empty studio: what happened, what is safe, what next.
import { $, icon, make } from "./page.js";
import { say } from "./words.js";

const place = () => ($("#main").dataset.at === "work" ? $("#notes") : $("#drop .set-say"));

/** Show a note; one of each `kind` at a time. `acts` are [words, what to do] or elements. Returns the note. */
export function note(kind, { title, text = "", look = "", symbol = "alert", acts = [], closes = true }) {
  dismiss(kind);
  const buttons = acts.map((act) => (act instanceof Node ? act : make("button", { class: "btn", type: "button", onclick: act[1] }, act[0])));
  const close = closes ? make("button", { class: "btn quiet sq", type: "button", "aria-label": say("notes.close"), onclick: () => dismiss(kind) }, icon("x", true)) : null;
  const box = make(
    "div",
    { class: `note ${look}`, role: look === "bad" ? "alert" : "status", "data-note": kind },
    icon(symbol), make("div", {}, make("b", {}, title), make("p", {}, text)), close ?? make("span"), make("div", { class: "acts" }, ...buttons),
  );
  place().prepend(box);
  return box;
}

export function dismiss(...kinds) {
  for (const kind of kinds) document.querySelectorAll(`[data-note="${kind}"]`).forEach((box) => box.remove());
}
