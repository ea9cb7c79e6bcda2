// The studio's HTTP API, as the page uses it. Everything else is documented in /openapi.json.
export const ended = (job) => ["done", "failed", "cancelled"].includes(job.state);

/** A refusal of the server (application/problem+json), or no connection: then `code` is "offline". */
export class Problem extends Error {
  constructor(status, body = {}, retry = 0) {
    super(body.title || "");
    Object.assign(this, { status, code: body.code || "", title: body.title || "", detail: body.detail || "", remedy: body.remedy || "", retry });
  }
}

async function ask(method, url, body, headers = {}) {
  let answer;
  try {
    answer = await fetch(url, { method, body, headers: { Accept: "application/json", ...headers } });
  } catch {
    throw new Problem(0, { code: "offline" });
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const told = await answer.json().catch(() => ({}));
  throw new Problem(answer.status, told, Number(answer.headers.get("Retry-After")) || 0);
}

const send = (method, url, body) => ask(method, url, JSON.stringify(body), { "Content-Type": "application/json" });

export const session = () => ask("GET", "/v1/session");
export const capabilities = () => ask("GET", "/v1/capabilities");
export const cancel = (job) => ask("POST", job.links.cancel);
export const remove = (job) => ask("DELETE", job.links.delete);
export const recipe = (picture) => ask("GET", picture.recipe);
export const looks = () => ask("GET", "/v1/looks");
export const saveLook = (look) => send("POST", "/v1/looks", look);
export const outside = () => ask("GET", "/v1/outside");
export const agree = (service, digest) => send("PUT", `/v1/outside/${service}/consent`, { digest });
export const jobs = (limit) => ask("GET", `/v1/jobs?limit=${limit}`);

/** Make a job again from the cut-out that was kept of it: the photo never is. */
export const again = (job, wish) => send("POST", `${job.links.self}/again`, wish);

/** Start a job. `key` makes a repeated try the same job. */
export function start(wish, files, key) {
  const form = new FormData();
  form.append("wish", JSON.stringify(wish));
  for (const [name, file] of Object.entries(files)) if (file) form.append(name, file, file.name || `${name}.png`);
  return ask("POST", "/v1/jobs", form, { "Idempotency-Key": key });
}

/** Follow a job by server-sent events, by asking every second where those fail. Returns what ends it.
    `heard`: job(job), progress({step, part, doing, number}), lost(), back(), gone(problem). */
export function watch(job, heard) {
  let over = false, source = null, timer = 0, faults = 0;
  const stop = () => { over = true; source?.close(); clearTimeout(timer); };
  const take = (news) => {
    faults = 0;
    heard.back();
    heard.job(news);
    if (ended(news)) stop();
  };
  const poll = async () => {
    if (over) return;
    try {
      const news = await ask("GET", job.links.self);
      if (!over) { take(news); heard.progress(news.progress); }
    } catch (problem) {
      if (problem.code !== "offline" && problem.status < 500 && problem.status !== 429) { stop(); heard.gone(problem); return; }
      heard.lost();
    }
    if (!over) timer = setTimeout(poll, 1000);
  };
  if (!("EventSource" in window)) { poll(); return stop; }
  source = new EventSource(job.links.events);
  source.addEventListener("job", (event) => take(JSON.parse(event.data)));
  source.addEventListener("progress", (event) => { faults = 0; heard.progress(JSON.parse(event.data)); });
  source.addEventListener("open", () => heard.back());
  source.addEventListener("error", () => {
    if (over) return;
    if (!navigator.onLine) heard.lost();
    if (source.readyState === EventSource.CLOSED || ++faults > 1) { source.close(); poll(); }
  });
  return stop;
}
