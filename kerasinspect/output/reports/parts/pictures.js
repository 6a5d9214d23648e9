const MISSING = -32768;
const STEPS = 32767;
const GAP = 6;
const LINE = 16;
const LARGEST_CELL = 26;
const MOST_HEIGHT = 340;

/** Colours from the lowest to the highest value: blue, none, orange, which most people can tell apart. */
const COLOURS = {
  light: { low: ["#08306b", "#4292c6"], middle: "#f4f4f2", high: ["#f16913", "#7f2704"], odd: "#c2127f" },
  dark: { low: ["#c6dbef", "#3182bd"], middle: "#262b33", high: ["#e6550d", "#fdd0a2"], odd: "#ff4fb0" },
};

/** Paper is light, whatever the screen is. */
let isPrinting = false;
for (const [event, printing] of [["beforeprint", true], ["afterprint", false]]) {
  window.addEventListener(event, () => {
    isPrinting = printing;
    document.dispatchEvent(new Event("themechange"));
  });
}

/** Calls a function once an element comes into view, when there is nothing else to do, or when the page is printed. */
const whenSeen = (() => {
  const waiting = new Map();
  const see = (place) => {
    const draw = waiting.get(place);
    waiting.delete(place);
    observer.unobserve(place);
    draw?.();
  };
  const observer = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => see(one.target)), { rootMargin: "200px" });
  window.addEventListener("beforeprint", () => [...waiting.keys()].forEach(see));
  const seeIdly = (deadline) => {
    for (const place of waiting.keys()) {
      if (deadline.timeRemaining() < 5) break;
      see(place);
    }
    if (waiting.size) requestIdleCallback(seeIdly);
  };
  return (place, draw) => {
    if (!waiting.size) globalThis.requestIdleCallback?.(seeIdly);
    waiting.set(place, draw);
    observer.observe(place);
  };
})();

function isDark() {
  if (isPrinting) return false;
  const { theme } = document.documentElement.dataset;
  return theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
}

/** Calls a function whenever the page changes between light and dark; true from it says to go on doing so. */
function onTheme(redraw) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const changed = () => {
    if (redraw()) return;
    dark.removeEventListener("change", changed);
    document.removeEventListener("themechange", changed);
  };
  dark.addEventListener("change", changed);
  document.addEventListener("themechange", changed);
}

function parsedColour(text) {
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}

/** The colour of each level from -1 to 1, as 256 triples of bytes. */
function colourTable({ low, middle, high }) {
  const stops = [...low, middle, ...high].map(parsedColour);
  return Array.from({ length: 257 }, (_, at) => {
    const place = (at / 256) * (stops.length - 1);
    const from = Math.min(Math.floor(place), stops.length - 2);
    return stops[from].map((value, channel) => Math.round(value + (stops[from + 1][channel] - value) * (place - from)));
  });
}

/** A number with few digits. */
function shortNumber(value) {
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(4)));
}

/** The positions that a cell covers, where equal parts of an axis are given to so many cells, the longer ones first. */
function covered({ name, start, size, cells }, at) {
  const each = Math.floor(size / cells);
  const longer = size % cells;
  const first = start + at * each + Math.min(at, longer);
  const last = first + each - (at < longer ? 0 : 1);
  return first === last ? `${name} ${first}` : `${name} ${first} to ${last}`;
}

/** A title in lines of a width, broken between its words. */
function linesOf(paint, title, width) {
  const lines = [];
  for (const word of title.split(" ")) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && paint.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The numbers of a panel, as levels from -STEPS to STEPS. */
function levelsOf(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}

/** A heat map: panels of cells side by side, a legend, and the value of the cell that is pointed at or moved to. */
class HeatMap {
  constructor(block) {
    this.block = block;
    this.panels = block.panels.map((panel) => ({ ...panel, levels: levelsOf(panel.levels) }));
    this.canvas = element("canvas", { tabIndex: 0, role: "img", "aria-label": block.label });
    this.legend = element("canvas", { className: "legend", role: "presentation" });
    this.told = element("output", { className: "told" });
    this.figure = element("figure", { className: block.wide && !block.name ? "heatmap wide" : "heatmap" }, block.name ? element("p", { className: "name" }, block.name) : null, this.canvas, this.#key(), element("figcaption", {}, block.about), this.told);
    this.cursor = null;
    this.canvas.addEventListener("pointermove", (event) => this.#pointed(event));
    this.canvas.addEventListener("pointerleave", () => this.#tell(null));
    this.canvas.addEventListener("keydown", (event) => this.#moved(event));
    whenSeen(this.figure, () => {
      this.#draw();
      onTheme(() => this.figure.isConnected && (this.#draw(), true));
    });
  }

  #key() {
    const { scale } = this.block;
    const ends = [scale ? `−${shortNumber(scale)}` : "", "0", scale ? shortNumber(scale) : ""];
    const odd = this.panels.some((panel) => panel.odd.length) ? element("span", { className: "odd" }, "NaN or infinite") : null;
    return element("p", { className: "key" }, element("span", {}, ends[0]), this.legend, element("span", {}, ends[2]), odd);
  }

  /** Where the panels go: as many side by side as there is room for, in cells of a size that fits. */
  #arrange(paint) {
    const room = Math.max(200, this.figure.clientWidth);
    const { rows, columns } = this.panels[0];
    const words = this.block.titled ? this.panels.flatMap(({ title }) => title.split(" ")) : [];
    const word = Math.min(room, Math.ceil(Math.max(0, ...words.map((one) => paint.measureText(one).width))));
    const most = Math.max(1, Math.floor((room + GAP) / (Math.max(word, columns) + GAP)));
    const across = Math.min(this.block.across || this.panels.length, this.panels.length, most);
    const high = Math.ceil(this.panels.length / across);
    const wide = (room - (across - 1) * GAP) / (across * columns);
    const tall = (MOST_HEIGHT - (high - 1) * GAP) / (high * rows);
    const size = Math.max(1, Math.min(LARGEST_CELL, Math.floor(Math.min(wide, rows > 1 ? tall : LARGEST_CELL))));
    const height = rows === 1 ? Math.max(size, 16) : size;
    const width = Math.max(columns * size, word) + GAP;
    const titles = this.panels.map(({ title }) => (this.block.titled ? linesOf(paint, title, width - GAP) : []));
    const title = LINE * Math.max(...titles.map((lines) => lines.length));
    return { across, size, height, rows, columns, titles, title, width, depth: rows * height + GAP + title, high };
  }

  #draw() {
    const paint = this.canvas.getContext("2d");
    const font = `12px ${getComputedStyle(this.told).fontFamily}`;
    paint.font = font;
    this.place = this.#arrange(paint);
    const { across, high, width, depth } = this.place;
    const ratio = window.devicePixelRatio || 1;
    const [wide, tall] = [across * width - GAP, high * depth - GAP];
    this.canvas.width = wide * ratio;
    this.canvas.height = tall * ratio;
    this.canvas.style.width = `${wide}px`;
    paint.scale(ratio, ratio);
    paint.font = font;
    const colours = COLOURS[isDark() ? "dark" : "light"];
    const table = colourTable(colours).map((colour) => `rgb(${colour.join(" ")})`);
    this.panels.forEach((panel, at) => this.#drawPanel(paint, panel, at, table, colours.odd));
    this.#drawLegend(table);
  }

  #drawPanel(paint, panel, at, table, odd) {
    const { across, size, height, width, depth, columns, title } = this.place;
    const [left, top] = [(at % across) * width, Math.floor(at / across) * depth + title];
    paint.fillStyle = getComputedStyle(this.figure.querySelector("figcaption")).color;
    this.place.titles[at].forEach((line, number, lines) => paint.fillText(line, left, top - 4 - (lines.length - 1 - number) * LINE, this.place.width - GAP));
    panel.levels.forEach((level, cell) => {
      paint.fillStyle = level === MISSING ? odd : table[Math.round(((level + STEPS) / (2 * STEPS)) * 256)];
      paint.fillRect(left + (cell % columns) * size, top + Math.floor(cell / columns) * height, size, height);
    });
    panel.odd.forEach(([cell]) => {
      paint.fillStyle = odd;
      const mark = Math.max(1, size / 2);
      paint.fillRect(left + (cell % columns) * size, top + Math.floor(cell / columns) * height, mark, mark);
    });
  }

  #drawLegend(table) {
    this.legend.width = table.length;
    this.legend.height = 1;
    const paint = this.legend.getContext("2d");
    table.forEach((colour, at) => {
      paint.fillStyle = colour;
      paint.fillRect(at, 0, 1, 1);
    });
  }

  #pointed(event) {
    if (!this.place) return;
    const { across, size, height, width, depth, rows, columns, title } = this.place;
    const shrunk = (across * width - GAP) / this.canvas.clientWidth;
    const [x, y] = [event.offsetX * shrunk, event.offsetY * shrunk - title];
    const column = Math.floor((x % width) / size);
    const row = Math.floor((y % depth) / height);
    const panel = Math.floor(y / depth) * across + Math.floor(x / width);
    const inside = y >= 0 && column < columns && row < rows && panel < this.panels.length && panel >= 0;
    this.#tell(inside ? { panel, row, column } : null);
  }

  #moved(event) {
    const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    if (!(event.key in steps) || !this.place) return;
    event.preventDefault();
    const { rows, columns } = this.place;
    const { panel, row, column } = this.cursor ?? { panel: 0, row: 0, column: -steps[event.key][1] };
    const [down, right] = steps[event.key];
    const over = column + right < 0 ? -1 : column + right >= columns ? 1 : 0;
    const next = Math.max(0, Math.min(this.panels.length - 1, panel + over));
    const to = next === panel ? Math.max(0, Math.min(columns - 1, column + right)) : over > 0 ? 0 : columns - 1;
    this.#tell({ panel: next, row: Math.max(0, Math.min(rows - 1, row + down)), column: to });
  }

  #tell(cursor) {
    this.cursor = cursor;
    this.told.textContent = cursor === null ? "" : this.#said(cursor);
  }

  #said({ panel, row, column }) {
    const { title, levels, odd, columns, axes } = this.panels[panel];
    const cell = row * columns + column;
    const level = levels[cell];
    const flawed = odd.find(([at]) => at === cell)?.[1] ?? 0;
    const value = level === MISSING ? "" : `≈ ${shortNumber((level / STEPS) * this.block.scale)}`;
    const bad = flawed ? `${flawed.toLocaleString("en")} NaN or infinite` : "";
    const where = axes.map((axis, at) => axis && covered(axis, at ? column : row)).filter(Boolean);
    return `${[title, ...where].filter(Boolean).join(", ")}: ${[value, bad].filter(Boolean).join(", ")}`;
  }
}

const SVG = "http://www.w3.org/2000/svg";

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A histogram: a bar for each bin, and as a line what the initializer would have given. */
function drawnHistogram({ counts, low, high, label, about, expected }) {
  const [width, height] = [100, 40];
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const most = Math.max(...counts.map((count) => count / total), ...(expected ?? []), Number.MIN_VALUE);
  const step = width / counts.length;
  const tall = (share) => (share / most) * (height - 1);
  const bars = counts.map((count, at) => {
    const top = tall(count / total);
    return drawn("rect", { x: at * step, y: height - top, width: Math.max(step - 0.15, step / 2), height: top });
  });
  const picture = drawn("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": label }, ...bars);
  if (expected) {
    const points = expected.flatMap((share, at) => [`${at * step},${height - tall(share)}`, `${(at + 1) * step},${height - tall(share)}`]);
    picture.append(drawn("polyline", { points: points.join(" "), "vector-effect": "non-scaling-stroke" }));
  }
  const ends = element("p", { className: "ends" }, element("span", {}, low), element("span", {}, high));
  return element("figure", { className: "histogram" }, picture, ends, element("figcaption", {}, about));
}
