// Thumbs under a picture, and what stands out about it. Elements with data-rate are filled at once; others by rate().
import { $$, icon, make } from "./page.js";

const REASONS = ["cutout", "light", "shadow", "scene", "colours", "other"];

async function ask(method, url, body) {
  const answer = await fetch(url, { method, body: body && JSON.stringify(body), headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) } });
  if (!answer.ok) throw new Error(answer.status);
  return answer.status === 204 ? null : answer.json();
}

/** Show the controls for one picture of a job in `host`; with no picture they go. */
export function rate(host, job, number) {
  const place = job ? `${job}/${number}` : "";
  if (host.dataset.at === place) return;
  host.dataset.at = place;
  host.hidden = !job;
  if (!job) return;
  const words = JSON.parse(host.dataset.words);
  const url = `/v1/jobs/${job}/pictures/${number}/rating`;
  const mine = () => host.dataset.at === place;
  let now = null;
  let kept = null; // what the service knows
  let busy = false;
  let next; // what was wanted while the last wish was still on its way
  const thumbs = ["up", "down"].map((thumb) => make("button", { class: `btn quiet sq thumb ${thumb}`, type: "button", "aria-label": words[thumb], title: words[thumb], onclick: () => set(now?.thumb === thumb ? null : { thumb, reason: null }) }, icon("thumb")));
  const chips = REASONS.map((reason) => make("button", { class: "chip", type: "button", onclick: () => set({ thumb: now.thumb, reason: now.reason === reason ? null : reason }) }, words.reasons[reason]));
  const why = make("div", { class: "why", role: "group", "aria-label": words.why }, make("span", { class: "hint" }, words.why), ...chips);
  const told = make("p", { class: "hint", role: "status" });
  const draw = () => {
    thumbs.forEach((button, i) => button.setAttribute("aria-pressed", now?.thumb === ["up", "down"][i]));
    chips.forEach((button, i) => button.setAttribute("aria-pressed", now?.reason === REASONS[i]));
    why.hidden = !now;
  };
  const set = async (wanted) => {
    now = wanted;
    draw();
    if (busy) { next = { wanted }; return; }
    busy = true;
    try {
      await (wanted ? ask("PUT", url, wanted) : ask("DELETE", url));
      kept = wanted;
      told.textContent = wanted ? words.thanks : words.taken_back;
    } catch {
      now = kept;
      next = undefined;
      draw();
      told.textContent = words.failed;
    }
    busy = false;
    if (next) { const then = next.wanted; next = undefined; await set(then); }
  };
  host.setAttribute("role", "group");
  host.setAttribute("aria-label", words.label);
  host.replaceChildren(make("div", { class: "thumbs" }, ...thumbs), why, told);
  draw();
  ask("GET", `/v1/jobs/${job}/ratings`).then((found) => {
    if (!mine() || now || busy) return;
    now = kept = found.ratings[number] || null;
    draw();
  }).catch(() => {});
}

for (const host of $$("[data-rate]")) rate(host, host.dataset.job, Number(host.dataset.rate));
