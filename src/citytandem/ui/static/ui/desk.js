// Keys for the desk: they act only while a match is in focus, so nobody triggers them by accident (WCAG 2.1.4).
const list = document.querySelector("[data-waiting-list]");

const rows = () => [...list.querySelectorAll("[data-waiting]")];

function move(row, step) {
  const all = rows();
  const next = all[all.indexOf(row) + step];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function pressed(event) {
  const row = event.target.closest("[data-waiting]");
  if (!row || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "j") move(row, 1);
  else if (key === "k") move(row, -1);
  else {
    const button = row.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!button) return;
    button.click();
  }
  event.preventDefault();
}

if (list) {
  document.querySelector("[data-keys]")?.removeAttribute("hidden");
  rows().forEach((row, index) => row.setAttribute("tabindex", index === 0 ? "0" : "-1"));
  list.addEventListener("keydown", pressed);
  // The row that was decided is replaced; the focus goes on to the next one that waits, or stays on this one.
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const row = event.target.closest?.("[data-waiting]") ?? document.getElementById(event.detail.elt?.id);
    if (!row) return;
    const waiting = rows().slice(rows().indexOf(row) + 1).find((other) => other.querySelector('[data-key="c"]') && other.querySelector('[data-key="r"]'));
    (waiting ?? row).focus();
  });
}
