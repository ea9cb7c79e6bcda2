// The studio: takes a photo, starts jobs, follows them, and connects everything on the page.
import { $, $$, make } from "./page.js";
import { clock, say, wait } from "./words.js";
import * as api from "./api.js";
import { decode, draw, problemWith } from "./photo.js";
import { Direction } from "./wish.js";
import { Stage } from "./stage.js";
import { Strip, downloads, receipt } from "./strip.js";
import { dismiss, note } from "./notes.js";
import { agreed, choices, chosen, title } from "./backends.js";
import { Favourites } from "./favourites.js";
import "./place.js";
import "./refine.js";

const main = $("#main");
const stage = new Stage();
const direction = new Direction();
const strip = new Strip();
const state = { queue: [], side: null, photo: null, reference: null, jobs: new Map(), focus: null, retry: 0, limit: Number(main.dataset.limit), left: Number(main.dataset.left), resets: main.dataset.resets };

// ---- taking a photo
async function take(file, { look = "" } = {}) {
  const why = problemWith(file);
  dismiss("bad", "failed", "cancelled", "limit", "busy");
  if (why) { bad(why); return; }
  await stopAll();
  const photo = { file, drawn: await decode(file), cutout: null, cutImage: null, marks: [], strokes: null, box: null };
  direction.placement = null;
  if (look) direction.look = look;
  enter(photo);
  document.title = `${say("studio.h1")}: ${file.name}`;
  await submit();
}

function enter(photo) {
  state.photo = photo;
  strip.clear();
  main.dataset.at = "work";
  $("#empty").hidden = true;
  $("#work").hidden = false;
  scrollTo(0, 0);
  stage.set(photo);
  placed();
}

// ---- going on with the last pictures: the photo is not kept, so new ones are made from the cut-out
async function resume(job) {
  const [first] = job.pictures;
  const told = first?.recipe ? await api.recipe(first).catch(() => null) : null;
  enter({ file: null, job, drawn: null, cutout: null, cutImage: null, marks: [], strokes: null, box: null });
  if (told) {
    direction.apply(told.brief);
    if (told.brief.placement?.x != null) { direction.placement = told.brief.placement; placed(); }
  }
  listen(job, state.photo);
  fresh(true);
}

function bad(text, title = say("notes.bad_title")) {
  const other = make("button", { class: "btn", type: "button", onclick: () => $(main.dataset.at === "work" ? "#change" : "#file").click() }, say("notes.choose_other"));
  note("bad", { title, text, look: "bad", acts: [other] });
}

async function sample(name, url, look = "") {
  try {
    const answer = await fetch(url);
    await take(new File([await answer.blob()], `${name}.jpg`, { type: "image/jpeg" }), { look });
  } catch { offline(() => sample(name, url, look)); }
}

function files(list) {
  const all = [...list];
  if (!all.length) return;
  take(all[0]).then(() => { if (all.length > 1) note("many", { title: say("notes.many", { name: all[0].name }), symbol: "image" }); });
}

for (const id of ["file", "camera", "change"]) {
  const input = $(`#${id}`);
  input.addEventListener("change", () => { files(input.files); input.value = ""; });
}
for (const prop of $$("[data-sample][data-url]")) prop.addEventListener("click", () => sample(prop.dataset.sample, prop.dataset.url));
for (const example of $$(".ex[data-look]")) {
  example.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    sample(example.dataset.sample, $(`.prop[data-sample="${example.dataset.sample}"]`).dataset.url, example.dataset.look);
  });
}
let depth = 0;
const carries = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragenter", (event) => { if (carries(event)) { depth++; main.classList.add("over"); } });
addEventListener("dragleave", () => { if (--depth <= 0) { depth = 0; main.classList.remove("over"); } });
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  depth = 0;
  main.classList.remove("over");
  if (event.target.closest?.("#ref")) follow(event.dataTransfer.files[0]); else files(event.dataTransfer.files);
});
addEventListener("paste", (event) => { if (event.clipboardData?.files.length) { event.preventDefault(); files(event.clipboardData.files); } });
if (matchMedia("(hover: hover) and (prefers-reduced-motion: no-preference)").matches) {
  const set = $("#drop");
  set.addEventListener("pointermove", (event) => set.style.setProperty("--lx", (event.clientX / set.clientWidth).toFixed(3)));
}

// ---- a picture to follow
async function follow(file) {
  if (!file) return;
  const why = problemWith(file);
  if (why) { bad(why); return; }
  state.reference = file;
  const drawn = await decode(file);
  draw($("#ref-canvas"), drawn?.canvas, { cover: true });
  $("#ref-canvas").hidden = !drawn;
  $("#ref-name").textContent = file.name;
  $("#ref-remove").hidden = $("#strength-row").hidden = false;
  changed();
}
$("#ref-file").addEventListener("change", (event) => { follow(event.target.files[0]); event.target.value = ""; });
$("#ref-remove").addEventListener("click", () => {
  state.reference = null;
  $("#ref-canvas").hidden = $("#ref-remove").hidden = $("#strength-row").hidden = true;
  $("#ref-name").textContent = say("look.reference_drop");
  $("#ref-file").focus();
  changed();
});
$("#ref").addEventListener("dragenter", () => $("#ref").classList.add("over"));
for (const name of ["dragleave", "drop"]) $("#ref").addEventListener(name, () => $("#ref").classList.remove("over"));

// ---- jobs
async function submit(key = crypto.randomUUID()) {
  const photo = state.photo;
  if (!photo) return;
  if (state.left <= 0) { await limited(new api.Problem(429)); if (state.left <= 0) return; }
  const names = chosen();
  try {
    if (!(await agreed(names))) { stage.say(say("backends.not_sent")); note("unsent", { title: say("backends.not_sent"), text: say("backends.not_sent_text"), symbol: "lock" }); return; }
  } catch (problem) { refused(problem, key); return; }
  if (photo !== state.photo) return;
  state.queue = names.slice(1);
  state.side = names.length > 1 ? { jobs: [], told: new Set() } : null;
  await send(names[0], key);
}

// Several backends: one picture of each, one after the other, then side by side.
async function send(backend, key = crypto.randomUUID()) {
  const photo = state.photo;
  clearTimeout(state.retry);
  dismiss("failed", "cancelled", "busy", "offline", "bad", "gone", "unsent");
  const wish = direction.read();
  delete wish.brief.backend;
  if (backend !== "auto") wish.brief.backend = backend;
  if (state.side) wish.brief.count = 1;
  if (photo.box) wish.box = photo.box;
  stage.moving = false;
  stage.sending();
  fresh(true);
  let job;
  try {
    job = photo.file
      ? await api.start(wish, { photo: photo.file, reference: state.reference, strokes: photo.strokes }, key)
      : await api.again(photo.job, wish);
  } catch (problem) {
    stage.idle();
    refused(problem, key);
    return;
  }
  if (photo !== state.photo) { api.cancel(job).catch(() => {}); return; }
  state.side?.jobs.push(job.id);
  listen(job, photo);
  usage();
}

function listen(job, photo) {
  strip.open(job, photo);
  if (api.ended(job)) { heard(job, photo); return; }
  state.focus = job.id;
  const stop = api.watch(job, {
    job: (news) => heard(news, photo),
    progress: (progress) => {
      const known = state.jobs.get(job.id);
      if (!known || api.ended(known.job)) return;
      known.job.progress = progress;
      if (progress.doing === "picture") strip.part(known.job, progress.number, progress.part);
      if (state.focus === job.id) stage.progress(known.job, progress);
    },
    lost: () => offline(null),
    back: () => dismiss("offline"),
    gone: (problem) => { state.jobs.delete(job.id); strip.remove(job); stage.idle(); failed(problem); running(); },
  });
  state.jobs.set(job.id, { job, stop });
  running();
  heard(job, photo);
}

function heard(job, photo) {
  const known = state.jobs.get(job.id);
  if (known) known.job = job;
  if (job.cutout) {
    stage.cutout(photo, job.cutout);
    if (photo === state.photo) { direction.palette = job.cutout.palette; $("#refine-open").disabled = !photo.drawn || !job.cutout.files?.cutout; }
  }
  const come = strip.news(job);
  if (job.state === "waiting" && job.position > 1) {
    note("line", { title: say("notes.line_title", { n: job.position }), text: say("notes.line_text"), look: "wait", symbol: "clock", closes: false, acts: [[say("notes.line_leave"), () => leave(job)]] });
  } else dismiss("line");
  for (const item of come) stage.say(job.count > 1 ? say("progress.ready_n", { n: item.number + 1, count: job.count }) : say("progress.ready"));
  const current = strip.current;
  if (current?.job.id === job.id) stage.show(current);
  if (!api.ended(job)) { if (state.focus === job.id) stage.progress(job, job.progress); return; }
  state.jobs.delete(job.id);
  if (state.focus === job.id) { state.focus = null; stage.idle(); }
  if (job.state === "failed") failed(job.error || {}, job.receipt?.refunded);
  if (job.state === "cancelled") note("cancelled", { title: say("notes.cancelled_title"), text: say("notes.cancelled_text"), symbol: "x", acts: [[say("notes.again"), () => submit()]] });
  if (job.state !== "done" && strip.current) stage.show(strip.current);
  running();
  usage();
  next(job);
}

function next(job) {
  if (!state.side?.jobs.includes(job.id) || !api.ended(job) || state.side.told.has(job.id)) return;
  state.side.told.add(job.id); // its end may be heard twice
  if (job.state === "cancelled") { state.queue = []; state.side = null; return; }
  const following = state.queue.shift();
  if (following) { send(following); return; }
  const made = state.side.jobs;
  state.side = null;
  const items = strip.items.filter((item) => item.picture && made.includes(item.job.id)).reverse();
  if (items.length > 1) sideBySide(items);
}

/** Up to four pictures beside each other, with what made each of them. */
function sideBySide(items) {
  const named = new Set(items.map((item) => item.picture.backend)).size > 1;
  $("#allpics").replaceChildren(...items.slice(0, 4).map((item) => make("button", { type: "button", "aria-label": named ? `${title(item.picture.backend)}: ${item.picture.title}` : item.picture.title, onclick: () => strip.pick(item) },
    make("img", { src: item.picture.files.jpeg || item.picture.files.png || item.picture.thumb, alt: "" }),
    named ? make("span", { class: "by" }, say("backends.by", { title: title(item.picture.backend), s: Math.max(1, Math.round(item.picture.seconds)) })) : null)));
  $("#allpics").hidden = false;
  stage.frame.view = "all";
}

function running() {
  const busy = state.jobs.size > 0;
  $("#stop").hidden = !busy;
}

async function leave(job) {
  dismiss("line");
  try { await api.cancel(job); } catch (problem) { if (problem.status !== 409) offline(null); }
}

async function stopAll() {
  state.queue = [];
  state.side = null;
  for (const { job, stop } of state.jobs.values()) { stop(); api.cancel(job).catch(() => {}); }
  state.jobs.clear();
  state.focus = null;
  dismiss("line");
  running();
}
$("#stop").addEventListener("click", () => { for (const { job } of state.jobs.values()) leave(job); });
$("#make").addEventListener("click", () => submit());
choices(() => fresh(false));

// ---- what can go wrong
function refused(problem, key) {
  if (problem.code === "offline") return offline(() => submit(key));
  if (problem.status === 503) return busy(problem, key);
  if (problem.status === 429) return limited(problem);
  if ([400, 401, 403, 410].includes(problem.status) && /session/.test(problem.code)) {
    // The session has ended; asking for it begins a new one.
    return api.session().then(() => submit(), () => failed(problem));
  }
  if ([408, 413, 415, 422].includes(problem.status)) return bad([problem.detail, problem.remedy].filter(Boolean).join(" "), problem.title || say("notes.bad_title"));
  return failed(problem);
}

function busy(problem, key) {
  let left = problem.retry || 5;
  const box = note("busy", { title: problem.title || say("notes.busy_title"), text: say("notes.busy_text", { s: left }), look: "wait", symbol: "clock", acts: [[say("notes.busy_now"), () => submit(key)]] });
  const tick = () => {
    if (!box.isConnected) return;
    if (--left <= 0) { submit(key); return; }
    $("p", box).textContent = say("notes.busy_text", { s: left });
    state.retry = setTimeout(tick, 1000);
  };
  state.retry = setTimeout(tick, 1000);
}

async function limited(problem) {
  await usage();
  if (state.left > 0) {
    note("limit", { title: problem.title || say("notes.limit_rate"), text: say("notes.limit_soon", { wait: wait(problem.retry || 60) }), symbol: "clock" });
    return;
  }
  const text = state.resets ? say("notes.limit_text", { time: clock(state.resets) }) : say("notes.limit_soon", { wait: wait(problem.retry) });
  note("limit", { title: say("notes.limit_title", { limit: state.limit }), text, symbol: "clock", closes: false });
}

function failed(problem, refunded = false) {
  const text = [problem.detail, problem.remedy, refunded ? say("notes.refunded") : ""].filter(Boolean).join(" ");
  const intake = /format|picture|decoder|intake|product|cutout/.test(problem.code || "") && problem.code !== "backend_error";
  const acts = [[say("notes.again"), () => submit()]];
  if (intake) acts.unshift([say("notes.choose_other"), () => $("#change").click()]);
  note("failed", { title: problem.title || say("notes.failed_title"), text, look: "bad", acts });
}

let again = null;
function offline(retry) {
  again = retry;
  if ($("[data-note=offline]")) return;
  note("offline", { title: say("notes.offline_title"), text: say("notes.offline_text"), look: "bad", symbol: "offline", closes: false, acts: [[say("notes.offline_now"), goOn]] });
}
function goOn() {
  dismiss("offline");
  const retry = again;
  again = null;
  retry?.();
}
addEventListener("online", goOn);
addEventListener("offline", () => { if (main.dataset.at === "work") offline(again); });

async function usage() {
  try {
    const told = await api.session();
    Object.assign(state, { limit: told.limit, left: told.left, resets: told.resets });
  } catch { return; }
  const words = state.left > 0 ? say("usage.left", { left: state.left, limit: state.limit }) : say("usage.none");
  $("#left").textContent = words;
  if ($("#meter-text")) { $("#meter-text").textContent = words; $("#meter progress").value = state.left; }
  const none = state.left <= 0;
  $("#make").setAttribute("aria-disabled", none);
  if (!none) dismiss("limit");
}

// ---- direction, strip and stage
function changed() { fresh(false); }
function fresh(yes) {
  $("#make").classList.toggle("stale", !yes && Boolean(strip.items.length));
  const several = chosen().length;
  $("#make-text").textContent = several > 1 ? say("backends.make", { n: several }) : direction.count > 1 ? say("go.make", { n: direction.count }) : say("go.make_one");
}
direction.addEventListener("changed", changed);
strip.addEventListener("pick", () => { $("#allpics").hidden = true; stage.moving = false; if (stage.frame.view === "all") stage.frame.view = "picture"; stage.show(strip.current); });
strip.addEventListener("all", () => sideBySide(strip.items.filter((item) => item.picture)));
stage.frame.addEventListener("view", () => { if (stage.frame.view !== "all") $("#allpics").hidden = true; });
$("#m-dl").addEventListener("beforetoggle", (event) => { if (event.newState === "open" && strip.current?.picture) downloads($("#m-dl"), strip.current); });
$("#receipt-open").addEventListener("click", () => { receipt($("#receipt-facts"), strip.current); $("#receipt").showModal(); });
$("#receipt-delete").addEventListener("click", async () => {
  const { job } = strip.current;
  try { await api.remove(job); } catch (problem) { if (problem.status !== 404 && problem.status !== 410) { $("#receipt").close(); offline(null); return; } }
  $("#receipt").close();
  strip.remove(job);
  stage.say(say("receipt.deleted"));
  note("gone", { title: say("receipt.deleted"), symbol: "trash" });
  const left = strip.current;
  stage.set(state.photo);
  stage.cutout(state.photo, null);
  if (left) stage.show(left);
  else { $("#dl").disabled = $("#receipt-open").disabled = $("#keep-open").disabled = $("#move").disabled = $("#refine-open").disabled = true; }
});

// ---- moving the product
function placed() {
  const at = direction.placement;
  const pct = (value) => Math.round(value * 100);
  $("#xy").textContent = at ? say("set.at", { x: pct(at.x), y: pct(at.base), h: pct(at.height) }) : say("set.at_auto");
  $("#unplace").disabled = !at;
}
const round = (at) => Object.fromEntries(Object.entries(at).map(([key, value]) => [key, Math.min({ x: 0.9, base: 0.98, height: 0.95 }[key], Math.max({ x: 0.1, base: 0.2, height: 0.05 }[key], Number(value.toFixed(4))))]));
function beginMove() {
  const item = strip.current;
  if (!item?.place) return false;
  if (!stage.moving) {
    const mine = direction.placement;
    stage.box.show(mine || item.place, item.wide);
    if (mine) stage.box.classList.add("moved");
  }
  stage.moving = true;
  return stage.moving;
}
function move() {
  if (stage.moving) stage.moving = false;
  else beginMove();
}
// The key may come before it is known where the product stands, and before the button may be pressed.
async function moveSoon(item) {
  await item?.placing;
  if (strip.current === item) move();
}
$("#move").addEventListener("click", move);
stage.box.addEventListener("placed", () => { direction.placement = round(stage.box.at); placed(); changed(); });
stage.box.addEventListener("keydown", (event) => { if (event.key === "Escape" || event.key === "Enter") { stage.moving = false; $("#move").focus(); event.preventDefault(); } });
for (const button of $$("[data-nudge]")) button.addEventListener("click", () => { if (beginMove()) { stage.box.nudge(button.dataset.nudge); button.focus(); } });
$("#unplace").addEventListener("click", () => { direction.placement = null; placed(); changed(); if (stage.moving) { stage.box.show(strip.current.place, strip.current.wide); } });

// ---- refining the cut-out
const brush = $("refine-brush");
$("#refine-open").addEventListener("click", () => {
  const { photo } = state;
  if (!photo?.drawn || !photo.cutout) return;
  $("#refine").showModal();
  brush.open(photo.drawn.canvas, photo.cutout, photo.marks).catch(() => offline(null));
});
$("#use-cut").addEventListener("click", async () => {
  const { photo } = state;
  photo.marks = brush.marks;
  photo.strokes = await brush.strokes();
  photo.box = brush.box;
  $("#refine").close();
  submit();
});

// ---- keys
addEventListener("keydown", (event) => {
  if (main.dataset.at !== "work" || $("dialog[open]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); submit(); return; }
  if (event.target.closest("input:not([type=range]),textarea,select,button,a,summary,[role=tab],light-dial,move-box,.menu") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " ") {
    event.preventDefault();
    const to = stage.frame.view === "photo" ? "picture" : "photo";
    if (!$(`[name=view][value=${to}]`).disabled) stage.frame.view = to;
  }
  if (event.key.toLowerCase() === "m") { event.preventDefault(); moveSoon(strip.current); }
});

// ---- what the server can do
const wanted = new URLSearchParams(location.search).get("look");
if (wanted) direction.look = wanted;
fresh(true);
const saved = new URLSearchParams(location.search).get("saved");
new Favourites({
  settings: () => direction.read().brief,
  picture: () => strip.current,
  use: (look) => { direction.apply(look.brief); stage.say(say("mine.used", { name: look.name })); },
  saved: (look) => note("kept", { title: say("mine.saved", { name: look.name }), text: say("mine.saved_text"), symbol: "check" }),
});
const cameBack = ["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type);
api.jobs(5).then(({ jobs }) => {
  const last = jobs.find((job) => job.kind === "picture" && (job.pictures.length || !api.ended(job)));
  if (!last || main.dataset.at === "work") return;
  if (cameBack && !saved && !wanted) { resume(last); return; }
  $("#resume").hidden = false;
  $("#resume").addEventListener("click", async () => {
    const now = await api.jobs(5).catch(() => null);
    resume(now?.jobs.find((job) => job.id === last.id) || last);
  });
}).catch(() => {});
api.capabilities().then(async (told) => {
  direction.surfaces = told.surfaces;
  if (!saved) return;
  const look = (await api.looks()).find((one) => one.id === saved);
  if (look) direction.apply(look.brief);
}).catch(() => {});
