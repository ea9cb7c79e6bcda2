// The page of one job: looks again until the job has ended. Works without this, by a refresh of the page.
import { $ } from "./page.js";

const main = $("#main");
async function look() {
  try {
    const answer = await fetch(main.dataset.self, { headers: { Accept: "application/json" } });
    const job = await answer.json();
    if (!answer.ok || !["waiting", "working"].includes(job.state)) return location.reload();
    $("progress", main).value = Math.round(job.progress.part * 100);
  } catch {
    // Offline: look again below.
  }
  setTimeout(look, 2000);
}
if (main.dataset.going === "yes") setTimeout(look, 1500);
