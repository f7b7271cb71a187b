// Names of places while somebody types: the browser's own list of proposals, filled from the open interface.
const field = document.querySelector("[data-place-names]");
const list = field && document.getElementById(field.getAttribute("list"));
let asked = "";
let waiting = 0;

async function propose() {
  const text = field.value.trim();
  if (text.length < 2 || text === asked) return;
  asked = text;
  const country = document.getElementById("place-country")?.value ?? "";
  const query = new URLSearchParams({ q: text, country, profiled: "false", limit: "10" });
  const answer = await fetch(`/api/v1/cities?${query}`);
  // What was asked before may come later.
  if (!answer.ok || text !== field.value.trim()) return;
  const { items } = await answer.json();
  list.replaceChildren(
    ...items.map((city) => {
      const option = document.createElement("option");
      option.value = city.name;
      option.label = `${city.name} (${city.country})`;
      return option;
    }),
  );
}

if (list) {
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => propose().catch(() => {}), 200);
  });
}
