// The account page: the switch acts at once, and the list of sections follows the scrolling.
import { $, $$ } from "./page.js";

const counting = $("#counting");
counting?.addEventListener("change", () => counting.requestSubmit());

const links = $$(".acct > nav a");
const sections = links.map((link) => $(link.getAttribute("href")));
const mark = (chosen) => {
  for (const link of links) {
    if (link === chosen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
};
const follow = () => {
  const end = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
  const above = sections.filter((section) => section.getBoundingClientRect().top < 140).length;
  mark(links[end ? links.length - 1 : Math.max(0, above - 1)]);
};
addEventListener("scroll", follow, { passive: true });
for (const link of links) link.addEventListener("click", () => setTimeout(() => mark(link), 80));
follow();
