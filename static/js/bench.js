// The workbench: marks become words, keys choose, what is typed is saved. All of it works without this script too.

const bench = () => document.getElementById("bench");
const picker = () => document.querySelector("[data-picker]");
const typing = (element) => element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select");

// Words marked in a sentence: where they begin and end in the source. Labels drawn into the text do not count.
function place(node, offset, words) {
  const range = document.createRange();
  range.setStart(words, 0);
  range.setEnd(node, offset);
  const inside = range.cloneContents();
  for (const label of inside.querySelectorAll("[data-mark]")) label.remove();
  return [...inside.textContent].length;
}

function marked() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const [words, last] = [range.startContainer, range.endContainer].map((each) =>
    (each instanceof Element ? each : each.parentElement)?.closest("[data-words]"));
  if (!words || !last) return null;
  const [sentence, behind] = [words, last].map((each) => each.closest("[data-sentence]"));
  if (sentence.dataset.source !== behind.dataset.source) return null;
  const start = Number(sentence.dataset.start) + place(range.startContainer, range.startOffset, words);
  const end = Number(behind.dataset.start) + place(range.endContainer, range.endOffset, last);
  const text = said(range);
  return text && end > start ? { sentence, start, end, text } : null;
}

// The words of a stretch, of several sentences perhaps: without their numbers, labels, and what is offered between them.
function said(range) {
  const part = range.cloneContents();
  for (const other of part.querySelectorAll("[data-no], [data-mark], form")) other.remove();
  return part.textContent.replace(/\s+/g, " ").trim();
}

function take(found) {
  const form = picker();
  if (!form || !found || form.closest("[data-sentence]")?.id !== found.sentence?.id) return false;
  form.querySelector("[data-start]").value = found.start;
  form.querySelector("[data-end]").value = found.end;
  form.querySelector("[name=only]").value = found.text;
  return true;
}

let waiting = null;
document.addEventListener("mouseup", () => {
  const found = marked();
  waiting = null;
  if (!found || take(found)) return;
  waiting = { ...found, id: found.sentence.id };
  found.sentence.querySelector("[data-no]").click();
});

// What was typed by hand is looked for in the whole sentence.
document.addEventListener("input", ({ target }) => {
  if (target.name !== "only") return;
  const sentence = target.closest("[data-sentence]");
  const form = picker();
  form.querySelector("[data-start]").value = sentence.dataset.start;
  form.querySelector("[data-end]").value = form.querySelector("[data-end]").defaultValue;
});

// Keys: arrows between sentences, digits choose, Esc closes; never while something is typed.
const numbers = () => [...document.querySelectorAll("[data-no]")];
const choices = () => [...(picker()?.querySelectorAll(".opts button") ?? [])];

document.addEventListener("keydown", (event) => {
  if (event.altKey && event.key.toLowerCase() === "z") {
    event.preventDefault();
    document.querySelector(`[data-key=${event.shiftKey ? "redo" : "undo"}]:not(:disabled)`)?.click();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !bench()) return;
  if (event.key === "Escape" && picker()) {
    const id = picker().closest("[data-sentence]").id;
    picker().remove();
    document.getElementById(id)?.classList.remove("sel");
    const number = document.getElementById(id)?.querySelector("[data-no]");
    number?.setAttribute("aria-expanded", "false");
    number?.focus();
    return;
  }
  if (typing(event.target)) return;
  const own = event.target.closest?.("[data-no], [data-picker]");
  const all = numbers();
  const here = own ? all.indexOf(own.closest("[data-sentence]")?.querySelector("[data-no]")) : -1;
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && own) {
    event.preventDefault();
    all[Math.min(all.length - 1, Math.max(0, here + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
  } else if (event.key === "a" && picker()) {
    const first = picker().parentElement.querySelector("[data-accept]");
    if (!first) return;
    event.preventDefault();
    first.click();
  } else if (/^[0-9]$/.test(event.key) && picker()) {
    const chosen = event.key === "0" ? picker().querySelector("[data-ignore]") : choices()[Number(event.key) - 1];
    if (!chosen || (event.key !== "0" && chosen.matches("[data-ignore]"))) return;
    event.preventDefault();
    chosen.click();
  }
});

// After a swap: folds stay as they were, marked words are taken along, the focus stands at the sentence in hand.
let folds = new Map();
let focus = "";
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "bench") return;
  folds = new Map([...bench().querySelectorAll("details[data-kept]")].map((each) => [each.dataset.kept, each.open]));
  focus = document.activeElement?.closest("[data-sentence]")?.id ?? "";
});
document.addEventListener("htmx:afterSettle", () => {
  if (!bench()) return;
  for (const details of bench().querySelectorAll("details[data-kept]")) {
    if (folds.get(details.dataset.kept)) details.open = true;
  }
  draw();
  if (waiting && take({ ...waiting, sentence: document.getElementById(waiting.id) })) waiting = null;
  const lost = !document.activeElement || document.activeElement === document.body;
  if (lost && focus) (picker()?.querySelector("button") ?? document.getElementById(focus)?.querySelector("[data-no]"))?.focus({ preventScroll: true });
  document.querySelector("#clashes, #errors")?.focus();
});

// The digit of each choice, and one stop for the keyboard among the sentences.
function draw() {
  choices().forEach((button, index) => {
    const key = button.querySelector("kbd");
    if (key && !button.matches("[data-ignore]")) key.textContent = index < 9 ? index + 1 : "";
  });
  const all = numbers();
  const current = all.find((each) => each.getAttribute("aria-expanded") === "true") ?? all[0];
  for (const each of all) each.tabIndex = each === current ? 0 : -1;
}
document.addEventListener("focusin", ({ target }) => {
  if (target.matches?.("[data-no]")) for (const each of numbers()) each.tabIndex = each === target ? 0 : -1;
});

// Saving: what could not be sent is kept on this device and tried again; nobody leaves unsaved work unwarned.
const name = () => `draft-${bench().dataset.draft}`;
const say = (state) => {
  for (const part of document.querySelectorAll("#saved [data-when]")) part.hidden = part.dataset.when !== state;
};
let unsaved = false;
const isRecord = (element) => element?.id === "record";

// The fields stand beside their form, not in it: what changes in them is told to it.
const save = (when = "typed") => document.getElementById("record")?.dispatchEvent(new Event(when));

// What is typed is saved before anything else happens on the bench; where it cannot be saved, nothing else does.
let next = null;
function first(then) {
  next = then;
  save("now");
}
document.addEventListener("htmx:confirm", (event) => {
  const { elt, issueRequest } = event.detail;
  if (!unsaved || isRecord(elt) || elt.matches(".alike")) return;
  event.preventDefault();
  first(() => issueRequest(true));
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]:not([hx-get], [download], [target])");
  if (!link || !unsaved || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  first(() => location.assign(link.href));
});
document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (!unsaved || isRecord(target) || target.matches("[hx-boost]")) return;
  event.preventDefault();
  first(() => target.requestSubmit(submitter));
});
document.addEventListener("input", ({ target }) => {
  if (isRecord(target.form)) unsaved = true;
});
document.addEventListener("change", ({ target }) => {
  if (!isRecord(target.form)) return;
  unsaved = true;
  save();
});
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (isRecord(detail.elt)) say("saving");
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!isRecord(detail.requestConfig?.elt) || ![409, 422].includes(detail.xhr.status)) return;
  detail.shouldSwap = true;
  detail.target = bench();
  detail.swapOverride = "outerHTML";
  detail.selectOverride = "#bench";
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!isRecord(detail.elt)) return;
  const then = next;
  next = null;
  if (!detail.successful) return;
  unsaved = false;
  say("saved");
  forget();
  then?.();
});
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, ({ detail }) => {
    if (!isRecord(detail.elt)) return;
    say("kept");
    try {
      localStorage.setItem(name(), JSON.stringify([...new FormData(detail.elt).entries()]));
    } catch { /* closed, or full */ }
    setTimeout(again, 4000);
  });
}
function forget() {
  try { localStorage.removeItem(name()); } catch { /* closed */ }
}
function again() {
  if (unsaved) save();
}
addEventListener("online", again);
addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
document.addEventListener("submit", ({ target }) => {
  if (isRecord(target)) unsaved = false;
});

// What was kept on this device from a page that could not send it any more: put back into its fields.
function restore() {
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem(name())); } catch { /* closed, or not ours */ }
  if (!Array.isArray(kept)) return;
  for (const [field, value] of kept) {
    const input = document.querySelector(`[form=record][name="${CSS.escape(field)}"]:not([type=hidden], [type=checkbox])`);
    if (input && input.value !== value) {
      input.value = value;
      unsaved = true;
    }
  }
  if (unsaved) again();
  else forget();
}
draw();
restore();
