// The whole client script: everything else is HTML and CSS, and the page works without it.
const root = document.documentElement;
const stored = (name, value) => {
  try { value === null ? localStorage.removeItem(name) : localStorage.setItem(name, value); } catch { /* closed */ }
};

// Theme: back to the system's wish when the choice is the same as it, else kept.
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);

function switchTheme() {
  const dark = !isDark();
  if (dark === systemDark.matches) {
    delete root.dataset.theme;
    stored("theme", null);
  } else {
    root.dataset.theme = dark ? "dark" : "light";
    stored("theme", root.dataset.theme);
  }
}

// Menus: one at a time; a click outside and Esc close them, Esc gives the focus back.
const openMenus = () => document.querySelectorAll("details.menu[open]");

function closeMenus(except) {
  for (const menu of openMenus()) if (menu !== except) menu.open = false;
}

// Show the password: the button says what it does, and hides it again before the form leaves.
function showPassword(button, show) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  if (!input) return;
  input.type = show ? "text" : "password";
  button.setAttribute("aria-pressed", show);
  for (const part of button.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== (show ? "shown" : "hidden");
}

// Copy what the button controls, and say so where it is heard too.
async function copyText(button) {
  const words = document.getElementById(button.getAttribute("aria-controls"))?.textContent.trim();
  await navigator.clipboard.writeText(words);
  button.querySelector("[role=status]").textContent = button.querySelector("template").content.textContent;
  button.querySelector("[data-when=before]").hidden = true;
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  const button = event.target.closest("[data-act]");
  if (button?.dataset.act === "theme") switchTheme();
  if (button?.dataset.act === "password") showPassword(button, button.getAttribute("aria-pressed") !== "true");
  if (button?.dataset.act === "print") print();
  if (button?.dataset.act === "copy") copyText(button);
  const link = event.target.closest("a[href^='#']");
  if (link && link.hash === location.hash) showTarget();
});

document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("[data-act=password]")) showPassword(button, false);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const [menu] = openMenus();
    closeMenus();
    menu?.querySelector("summary").focus();
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = [...document.querySelectorAll("[data-search]")].find((input) => input.checkVisibility());
    if (!search) return;
    event.preventDefault();
    search.focus();
  }
});

// What the address points at may lie in closed details: open them, then go there.
function showTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  let opened = false;
  for (let details = target.closest("details"); details; details = details.parentElement.closest("details")) {
    opened ||= !details.open;
    details.open = true;
  }
  if (target.tagName === "DETAILS" || opened) target.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", showTarget);
showTarget();

// Print what is folded away; afterwards fold it again.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open], .menu, .noprint)")];
  for (const details of unfolded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of unfolded) details.open = false;
});

// What needs this script is hidden without it; passkeys need a browser that knows them too.
for (const part of document.querySelectorAll("[data-act]")) {
  part.hidden = part.dataset.act === "passkey" && !window.PublicKeyCredential;
}
document.addEventListener("allauth.error", (event) => {
  const words = document.querySelector("[data-passkey-failed]");
  if (!words) return;
  event.preventDefault();
  words.hidden = false;
});

// Search boxes that suggest: the focus stays in the box while arrows move, Enter opens, Esc closes.
const box = (list) => document.querySelector(`[role=combobox][aria-controls="${list.id}"]`);
const list = (input) => document.getElementById(input.getAttribute("aria-controls"));
const isBox = (element) => element.matches?.("[role=combobox][hx-get]");

function choose(input, option) {
  for (const each of list(input).querySelectorAll("[role=option]")) each.setAttribute("aria-selected", each === option);
  option ? input.setAttribute("aria-activedescendant", option.id) : input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function suggest(input, open) {
  list(input).hidden = !open;
  input.setAttribute("aria-expanded", open);
  choose(input, null);
}

document.addEventListener("htmx:configRequest", (event) => {
  if (!isBox(event.target) || event.target.value.trim().length > 1) return;
  event.preventDefault();
  suggest(event.target, false);
});
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  const input = target.id && target.matches("[role=listbox]") && box(target);
  if (input) suggest(input, target.childElementCount > 0 && document.activeElement === input);
});
document.addEventListener("suggested", ({ target, detail }) => {
  const said = document.getElementById(`${target.id}-said`);
  if (said) said.textContent = detail.said;
});
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (isBox(target) && !list(target).contains(relatedTarget)) suggest(target, false);
});
document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!isBox(input) || list(input).hidden || event.isComposing) return;
  const options = [...list(input).querySelectorAll("[role=option]")];
  const at = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  // One step past either end is the box itself, with what was typed.
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(input, options[(at + 1 + step + options.length + 1) % (options.length + 1) - 1]);
  else if (event.key === "Escape") suggest(input, false);
  else if (event.key === "Enter" && at >= 0) options[at].click();
  else return;
  event.preventDefault();
});
