// Keys and ticks for the table of problems. Keys act only while a row is in focus (WCAG 2.1.4); without this file
// the table is a form with boxes to tick.
const table = document.querySelector("[data-desk]");

const rows = () => [...table.querySelectorAll("[data-row]")];
const boxes = () => [...table.querySelectorAll("input[name=id]")];

function count() {
  const words = document.querySelector("[data-count]");
  const ticked = boxes().filter((box) => box.checked).length;
  const text = ticked === 0 ? words.dataset.none : ticked === 1 ? words.dataset.one : words.dataset.many;
  words.textContent = text.replace("#", String(ticked));
  for (const box of boxes()) box.closest("[data-row]").classList.toggle("ct-desk-table__ticked", box.checked);
}

function focus(row) {
  if (!row) return;
  for (const other of rows()) other.setAttribute("tabindex", "-1");
  row.setAttribute("tabindex", "0");
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function press(action) {
  document.querySelector(`[data-bulk] button[value="${action}"]`)?.click();
}

function pressed(event) {
  const row = event.target.closest("[data-row]");
  if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = rows();
  const at = all.indexOf(row);
  const onRow = event.target === row;
  const keys = {
    j: () => focus(all[at + 1]),
    k: () => focus(all[at - 1]),
    x: () => row.querySelector("input[name=id]").click(),
    s: () => press("status"),
    d: () => press("route"),
    "?": () => document.querySelector("[data-help-box]").showModal(),
  };
  if (event.key === "Enter" && onRow) {
    row.querySelector("a").click();
  } else if (keys[event.key]) {
    keys[event.key]();
  } else return;
  event.preventDefault();
}

if (table) {
  rows().forEach((row, index) => row.setAttribute("tabindex", index === 0 ? "0" : "-1"));
  table.addEventListener("keydown", pressed);
  table.addEventListener("change", count);
  const all = document.querySelector("[data-all]");
  all.hidden = false;
  all.addEventListener("click", () => {
    const every = boxes().every((box) => box.checked);
    for (const box of boxes()) box.checked = !every;
    count();
  });
  const help = document.querySelector("[data-help]");
  help.hidden = false;
  help.addEventListener("click", () => document.querySelector("[data-help-box]").showModal());
  count();
}
