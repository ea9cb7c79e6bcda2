// What makes the background: which are ticked, what each costs and sends, and consent before anything is sent.
import { $, $$, make } from "./page.js";
import { say } from "./words.js";
import * as api from "./api.js";

/** Names of the backends that are ticked; ["auto"] where none is, or where there is only one to choose. */
export function chosen() {
  const names = $$("[name=backend]:checked").map((box) => box.value);
  return names.length ? names : ["auto"];
}

/** The boxes: "choose for me" and the others exclude each other; `changed` is told after each change. */
export function choices(changed) {
  const boxes = $$("[name=backend]");
  const auto = $("[name=backend][value=auto]");
  for (const box of boxes) {
    box.addEventListener("change", () => {
      if (box === auto) { for (const other of boxes) other.checked = other === auto; } else auto.checked = !boxes.some((one) => one !== auto && one.checked);
      changed();
    });
  }
}

export const title = (name) => $(`[name=backend][value="${CSS.escape(name)}"]`)?.dataset.title || name;

/** Ask for consent to each service that is needed and not agreed to yet; false where somebody does not agree. */
export async function agreed(names) {
  const needed = [...new Set(names.map((name) => $(`[name=backend][value="${CSS.escape(name)}"]`)?.dataset.service).filter(Boolean))];
  if (!needed.length) return true;
  const { services } = await api.outside();
  for (const service of services.filter((one) => needed.includes(one.name) && !one.agreed)) {
    if (!(await ask(service))) return false;
    await api.agree(service.name, service.digest);
  }
  return true;
}

function ask(service) {
  const dialog = $("#consent");
  $("#h-consent").textContent = say("backends.consent_title", { service: service.title });
  $("#consent-words").replaceChildren(...service.words.map((line) => make("li", {}, line)));
  const terms = $("#consent-terms");
  terms.hidden = !service.terms;
  if (service.terms) { terms.href = service.terms; terms.textContent = say("backends.consent_terms", { service: service.title }); }
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}
