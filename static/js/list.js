// The list of agreements: what its filters change is swapped by htmx. Every state has an address and works without this.

const list = () => document.getElementById("list");

// What is left empty, or is as usual, says nothing: it stays out of the address.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const form = detail.elt.closest?.("form[data-bare]");
  if (!form) return;
  for (const [name, value] of [...detail.formData.entries()]) if (value === "") detail.formData.delete(name);
  const boxes = [...form.querySelectorAll("[data-usual] input")];
  if (boxes.every((box) => box.checked === box.hasAttribute("data-usually"))) detail.formData.delete("columns");
});

// What was folded or unfolded stays so; whoever reads by ear hears the new count; focus never falls into nothing.
let folds = new Map();
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target !== list()) return;
  folds = new Map([...list().querySelectorAll("details[data-kept]")].map((each) => [each.dataset.kept, each.open]));
});
document.addEventListener("htmx:afterSettle", () => {
  if (!list()) return;
  for (const details of list().querySelectorAll("details[data-kept]")) {
    if (folds.has(details.dataset.kept)) details.open = folds.get(details.dataset.kept);
  }
  folds.clear();
  const said = document.querySelector("[data-said]");
  const say = list().querySelector("[data-say]");
  if (said && say) said.textContent = say.textContent;
  if (document.activeElement === document.body) say?.focus({ preventScroll: true });
  showAll();
});

// Selection: how many are chosen, and all of the page at once.
const boxes = () => [...document.querySelectorAll("input[name=only][form=bulk]")];
function count() {
  const chosen = boxes().filter((box) => box.checked).length;
  for (const place of document.querySelectorAll("[data-chosen]")) place.textContent = chosen || "";
  const all = document.querySelector("[data-all]");
  if (!all) return;
  all.checked = chosen > 0 && chosen === boxes().length;
  all.indeterminate = chosen > 0 && !all.checked;
}
document.addEventListener("change", (event) => {
  // What is chosen belongs to another form: the list itself stays as it is.
  if (event.target.matches("[data-all]")) for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.form?.id === "bulk") count();
});
document.addEventListener("reset", (event) => event.target.id === "bulk" && setTimeout(count));
function showAll() {
  for (const label of document.querySelectorAll("[data-act=all]")) label.hidden = false;
  count();
}
showAll();
