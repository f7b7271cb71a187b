// Keys for the queue: they act only while a case is in focus, so nobody triggers them by accident (WCAG 2.1.4).
const list = document.querySelector("[data-waiting-list]");
const told = document.querySelector("[data-chosen]");

const rows = () => [...list.querySelectorAll("[data-waiting]")];

function move(row, step) {
  const all = rows();
  const next = all[all.indexOf(row) + step];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function count() {
  const chosen = list.querySelectorAll('input[name="case"]:checked').length;
  told.textContent = chosen ? `${chosen} ${told.dataset.some}` : told.dataset.none;
}

function pressed(event) {
  const row = event.target.closest("[data-waiting]");
  if (!row || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "j") move(row, 1);
  else if (key === "k") move(row, -1);
  else {
    const target = row.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    target.click();
  }
  event.preventDefault();
}

if (list) {
  document.querySelector("[data-keys]")?.removeAttribute("hidden");
  rows().forEach((row, index) => row.setAttribute("tabindex", index === 0 ? "0" : "-1"));
  list.addEventListener("keydown", pressed);
  list.addEventListener("change", count);
  if (told) count();
  // The row that was decided is replaced; the focus goes on to the next one that waits, or stays on this one.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const row = event.target.closest?.("[data-waiting]") ?? document.getElementById(event.detail.elt?.id);
    if (!row || !list.contains(row)) return;
    if (told) count();
    const waiting = rows().slice(rows().indexOf(row) + 1).find((other) => other.querySelector('[data-key="p"]'));
    (waiting ?? row).focus();
  });
}
