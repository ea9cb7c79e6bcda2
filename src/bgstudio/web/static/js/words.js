// The page's English, handed over by the server.
const all = JSON.parse(document.getElementById("words").content.textContent);

/** A text by its path, with `{names}` filled in; a list stays a list. */
export function say(path, values = {}) {
  const found = path.split(".").reduce((at, key) => at[key], all);
  return typeof found === "string" ? found.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole) : found;
}

/** A wait in words, from seconds. */
export function wait(seconds) {
  if (seconds < 90) return say("units.s", { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return say("units.min", { n: Math.round(seconds / 60) });
  return say("units.h", { h: Math.floor(seconds / 3600), m: Math.round((seconds % 3600) / 60) });
}

/** A time of day, with the date where it is not today. */
export function clock(iso) {
  const time = new Date(iso);
  const today = time.toDateString() === new Date().toDateString();
  const how = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(document.documentElement.lang, how).format(time);
}
