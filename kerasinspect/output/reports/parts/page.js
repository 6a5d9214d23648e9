const data = dataOf("data");

const THEMES = ["auto", "light", "dark"];

function setUpTheme() {
  const button = document.getElementById("theme");
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const next = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    root.dataset.theme = next;
    button.textContent = `Theme: ${next}`;
    document.dispatchEvent(new Event("themechange"));
  });
}

/** The tables of the page, and the layer that is chosen in one of them. */
function setUpModel() {
  const detail = document.getElementById("detail");
  const places = Object.fromEntries([...document.querySelectorAll("[data-table]")].map((one) => [one.dataset.table, one]));
  const go = (number) => {
    if (location.hash === `#layer-${number}`) show(number);
    else location.hash = `layer-${number}`;
  };
  const layers = new DataTable(places.layers, data.layers, { label: "Layers", onChoose: go, filters: ["class", "trainable", "training"], flagged: new Set(data.layers.flagged) });
  const arrays = new DataTable(places.arrays, data.arrays, {
    label: "Arrays",
    filters: ["dtype"],
    onChoose: (number) => {
      go(data.arrays.layers[number]);
      detail.scrollIntoView({ block: "nearest" });
      detail.focus({ preventScroll: true });
    },
  });

  function show(number) {
    const blocks = dataOf(`data-${number}`);
    if (blocks === null) {
      if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => show(number), { once: true });
      return;
    }
    layers.choose(number);
    drawBlocks(detail, blocks);
  }

  function follow() {
    const match = /^#layer-(\d+)$/.exec(location.hash);
    if (match === null) return;
    show(Number(match[1]));
    document.getElementById("layers").scrollIntoView({ block: "start" });
  }

  window.addEventListener("hashchange", follow);
  const printed = [layers, arrays];
  if (data.network.nodes.length) printed.push(new NetworkView(document.getElementById("drawing"), data.network));
  window.addEventListener("beforeprint", () => printed.forEach((part) => part.print(true)));
  window.addEventListener("afterprint", () => printed.forEach((part) => part.print(false)));
  if (/^#layer-/.test(location.hash)) follow();
  else if (data.layers.rows.length) show(firstWithWeights());

  /** The first layer that has something to show. */
  function firstWithWeights() {
    return data.arrays.layers[0] ?? 0;
  }
}

setUpTheme();
if (data.layers) setUpModel();
if (data.blocks) drawBlocks(document.getElementById("blocks"), data.blocks);
