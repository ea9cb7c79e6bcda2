// Every page: the theme, menus, tabs. No framework.
const root = document.documentElement;
root.classList.add("js");
export const $ = (selector, from = document) => from.querySelector(selector);
export const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const icons = document.body.dataset.icons;

/** An icon from the page's own sheet. */
export function icon(name, small = false) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", small ? "i i-s" : "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${icons}#${name}`);
  svg.append(use);
  return svg;
}

/** An element with properties and children; `class`, `data-*` and `aria-*` go in as attributes. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
const toggle = $("#theme");
if (toggle) {
  const draw = () => {
    toggle.setAttribute("aria-label", dark() ? toggle.dataset.light : toggle.dataset.dark);
    $("use", toggle).setAttribute("href", `${icons}#${dark() ? "sun" : "moon"}`);
  };
  toggle.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
    draw();
  });
  draw();
}

// Menus: native popover, put next to its button; arrow keys inside.
for (const menu of $$(".menu[popover]")) {
  const button = $(`[popovertarget="${menu.id}"]`);
  menu.addEventListener("toggle", (event) => {
    const open = event.newState === "open";
    button?.setAttribute("aria-expanded", open);
    if (!open || !button) return;
    const at = button.getBoundingClientRect();
    const [w, h] = [menu.offsetWidth, menu.offsetHeight];
    menu.style.setProperty("left", `${Math.max(8, Math.min(innerWidth - w - 8, at.right - w))}px`);
    menu.style.setProperty("top", `${at.bottom + h + 8 > innerHeight ? Math.max(8, at.top - h - 6) : at.bottom + 6}px`);
    $("a,button", menu)?.focus();
  });
  menu.addEventListener("keydown", (event) => {
    const all = $$("a,button", menu);
    const now = all.indexOf(document.activeElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all.length) return;
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  });
}

for (const list of $$("[role=tablist]")) {
  const tabs = $$("[role=tab]", list);
  const pick = (tab, focus) => {
    for (const other of tabs) {
      const on = other === tab;
      other.setAttribute("aria-selected", on);
      other.tabIndex = on ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
    }
    if (focus) tab.focus();
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => pick(tab));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      pick(tabs[(to + tabs.length) % tabs.length], true);
    });
  });
}

for (const dialog of $$("dialog")) {
  for (const close of $$("[data-close]", dialog)) close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
