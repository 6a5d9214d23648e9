const ROW_HEIGHT = 30;
const ROWS_BEYOND = 8;
const MOST_PRINTED = 2000;

/**
 * A table that makes elements only of the rows in view: searched, sorted by any column, and used by keyboard.
 *
 * Where rows have depths it is a tree, whose branches open and close; sorted or searched it is a list of paths.
 */
class DataTable {
  constructor(place, table, { label, onChoose = null }) {
    this.table = table;
    this.onChoose = onChoose;
    this.label = label;
    this.closed = new Set();
    this.sorted = null;
    this.words = "";
    this.active = 0;
    this.chosen = -1;
    this.parents = parentsOf(table.depths);
    this.place = place;
    place.append(...this.#frame());
    this.#arrange();
  }

  /** Whether rows are shown as a tree now. */
  get isTree() {
    return this.table.depths !== null && this.sorted === null && this.words === "";
  }

  /** Show a row, and mark it as the chosen one. */
  choose(number) {
    this.chosen = number;
    if (!this.rows.includes(number)) this.#openTo(number);
    const at = this.rows.indexOf(number);
    if (at >= 0) {
      this.active = at;
      this.#reveal(at);
    }
    this.#draw();
  }

  /** Put all rows on the page, as far as a printer has patience; false takes them away again. */
  print(whole) {
    this.printed = whole;
    this.#draw();
  }

  #frame() {
    const search = element("input", {
      type: "search",
      placeholder: `Search ${this.label.toLowerCase()}`,
      "aria-label": `Search ${this.label.toLowerCase()}`,
      autocomplete: "off",
      spellcheck: false,
    });
    search.addEventListener("input", () => {
      this.words = search.value.trim().toLowerCase();
      this.active = 0;
      this.#arrange();
    });
    this.count = element("p", { className: "quiet", role: "status" });
    this.heads = this.table.titles.map((title, at) => this.#head(title, at));
    this.body = element("div", { className: "body", role: "rowgroup" });
    const head = element("div", { role: "rowgroup", className: "head" }, element("div", { role: "row", className: "cells" }, ...this.heads));
    this.grid = element(
      "div",
      { className: "grid", role: this.table.depths === null ? "grid" : "treegrid", "aria-label": this.label, "aria-colcount": this.table.titles.length },
      head,
      this.body,
    );
    const lengths = columnLengths(this.table);
    this.grid.style.setProperty("--columns", columnWidths(lengths));
    this.grid.style.setProperty("--printed-columns", lengths.map((length) => `minmax(0, ${length + 4}fr)`).join(" "));
    this.view = element("div", { className: "scroll" }, this.grid);
    this.view.addEventListener("scroll", () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(this.view);
    this.body.addEventListener("click", (event) => this.#clicked(event));
    this.body.addEventListener("keydown", (event) => this.#pressed(event));
    return [element("div", { className: "tools" }, search, this.count), this.view];
  }

  #head(title, at) {
    const button = element("button", { type: "button", title: `Sort by ${title || "this column"}` }, title || "\u00a0");
    button.addEventListener("click", () => this.#sortBy(at));
    return element("div", { role: "columnheader", className: this.table.numeric[at] ? "number" : "", "aria-sort": "none" }, button);
  }

  #sortBy(column) {
    const numeric = this.table.numeric[column];
    const first = numeric ? "descending" : "ascending";
    const second = numeric ? "ascending" : "descending";
    const now = this.sorted?.column === column ? this.sorted.order : null;
    const order = now === null ? first : now === first ? second : null;
    this.sorted = order === null ? null : { column, order };
    this.heads.forEach((head, at) => head.setAttribute("aria-sort", at === column && order ? order : "none"));
    this.active = 0;
    this.#arrange();
  }

  /** Decide which rows are listed, in which order. */
  #arrange() {
    const { rows } = this.table;
    let listed = [...rows.keys()];
    if (this.words) {
      const words = this.words.split(/\s+/);
      listed = listed.filter((number) => {
        const text = [this.path(number), ...rows[number].slice(1)].join(" ").toLowerCase();
        return words.every((word) => text.includes(word));
      });
    }
    if (this.sorted) listed = sortedRows(listed, this.table, this.sorted, (number) => this.path(number));
    else if (this.isTree) listed = listed.filter((number) => !this.#isHidden(number));
    this.rows = listed;
    this.active = Math.min(this.active, Math.max(0, listed.length - 1));
    const shown = listed.length.toLocaleString("en");
    const all = rows.length.toLocaleString("en");
    this.count.textContent = listed.length === rows.length ? `${all} rows` : `${shown} of ${all} rows`;
    this.grid.setAttribute("aria-rowcount", listed.length + 1);
    this.#draw();
  }

  #isHidden(number) {
    for (let up = this.parents[number]; up >= 0; up = this.parents[up]) if (this.closed.has(up)) return true;
    return false;
  }

  #hasBranches(number) {
    return this.parents[number + 1] === number;
  }

  #openTo(number) {
    for (let up = this.parents[number]; up >= 0; up = this.parents[up]) this.closed.delete(up);
    if (this.isTree) this.#arrange();
  }

  /** The name of a row with those of the rows that it lies below. */
  path(number) {
    const names = [];
    for (let up = number; up >= 0; up = this.parents[up]) names.unshift(this.table.rows[up][0]);
    return names.join("/");
  }

  #draw() {
    const many = this.rows.length;
    const height = this.view.clientHeight || 600;
    const first = this.printed ? 0 : Math.max(0, Math.floor(this.view.scrollTop / ROW_HEIGHT) - ROWS_BEYOND);
    const last = Math.min(many, this.printed ? MOST_PRINTED : first + Math.ceil(height / ROW_HEIGHT) + 2 * ROWS_BEYOND);
    const focused = this.body.contains(document.activeElement);
    this.body.style.height = this.printed ? "auto" : `${many * ROW_HEIGHT}px`;
    const shown = [];
    for (let at = first; at < last; at += 1) shown.push(this.#row(at));
    if (this.active < first || this.active >= last) if (many && !this.printed) shown.push(this.#row(this.active));
    this.body.replaceChildren(...shown);
    if (this.printed && many > last) this.body.append(element("p", {}, `and ${(many - last).toLocaleString("en")} more rows`));
    if (focused) this.#focus();
  }

  #row(at) {
    const number = this.rows[at];
    const cells = this.table.rows[number].map((text, column) => this.#cell(number, column, text));
    const row = element("div", {
      role: "row",
      className: `cells ${at % 2 ? "striped" : ""} ${this.table.tones[number] ?? ""}`,
      "aria-rowindex": at + 2,
      "aria-selected": this.onChoose ? String(number === this.chosen) : null,
      tabIndex: at === this.active ? 0 : -1,
    }, ...cells);
    if (this.isTree) {
      row.setAttribute("aria-level", this.table.depths[number] + 1);
      if (this.#hasBranches(number)) row.setAttribute("aria-expanded", String(!this.closed.has(number)));
    }
    row.dataset.at = at;
    if (!this.printed) row.style.top = `${at * ROW_HEIGHT}px`;
    return row;
  }

  #cell(number, column, text) {
    const isName = column === 0;
    const said = isName && this.table.depths !== null && !this.isTree ? this.path(number) : text;
    const cell = element("div", { role: isName ? "rowheader" : "gridcell", className: this.table.numeric[column] ? "number" : "", title: said }, said);
    if (isName && this.isTree) {
      const depth = this.table.depths[number];
      const mark = this.#hasBranches(number) ? (this.closed.has(number) ? "▸" : "▾") : "";
      cell.prepend(element("span", { className: "twig", "aria-hidden": "true" }, mark));
      cell.style.setProperty("--depth", depth);
    }
    return cell;
  }

  #clicked(event) {
    const row = event.target.closest('[role="row"]');
    if (row === null) return;
    this.active = Number(row.dataset.at);
    const number = this.rows[this.active];
    if (event.target.classList.contains("twig") && this.#hasBranches(number)) this.#toggle(number, !this.closed.has(number));
    else this.#chosen();
    this.#focus();
  }

  #chosen() {
    this.chosen = this.rows[this.active];
    this.#draw();
    this.onChoose?.(this.chosen);
  }

  #toggle(number, close) {
    if (close) this.closed.add(number);
    else this.closed.delete(number);
    this.#arrange();
  }

  #pressed(event) {
    const page = Math.max(1, Math.floor(this.view.clientHeight / ROW_HEIGHT) - 2);
    const number = this.rows[this.active];
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) this.#move(this.active + steps[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.#chosen();
    else if (this.isTree && event.key === "ArrowRight" && this.closed.has(number)) this.#toggle(number, false);
    else if (this.isTree && event.key === "ArrowLeft") this.#closeOrLeave(number);
    else return;
    event.preventDefault();
    this.#focus();
  }

  #closeOrLeave(number) {
    if (this.#hasBranches(number) && !this.closed.has(number)) this.#toggle(number, true);
    else if (this.parents[number] >= 0) this.#move(this.rows.indexOf(this.parents[number]));
  }

  #move(to) {
    this.active = Math.max(0, Math.min(this.rows.length - 1, to));
    this.#reveal(this.active);
    this.#draw();
  }

  #reveal(at) {
    const top = at * ROW_HEIGHT;
    const room = this.view.clientHeight - 2 * ROW_HEIGHT;
    if (top < this.view.scrollTop) this.view.scrollTop = top;
    else if (top > this.view.scrollTop + room) this.view.scrollTop = top - room;
  }

  #focus() {
    this.body.querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  }
}

/** For each row of a tree the number of the one that it lies below; -1 at the top. */
function parentsOf(depths) {
  if (depths === null) return new Proxy([], { get: () => -1 });
  const above = [];
  return depths.map((depth, number) => {
    above[depth] = number;
    return depth === 0 ? -1 : above[depth - 1];
  });
}

/** Numbers of rows in the order of a column, those without a value last. */
function sortedRows(listed, table, { column, order }, path) {
  const sign = order === "ascending" ? 1 : -1;
  const numeric = table.numeric[column];
  const key = (number) => {
    const text = column === 0 ? path(number) : table.rows[number][column];
    return numeric ? leadingNumber(text) : text;
  };
  const keys = new Map(listed.map((number) => [number, key(number)]));
  const compare = numeric ? (a, b) => a - b : new Intl.Collator("en", { numeric: true }).compare;
  const isEmpty = (value) => value === "" || Number.isNaN(value);
  return listed.sort((one, other) => {
    const [a, b] = [keys.get(one), keys.get(other)];
    if (isEmpty(a) || isEmpty(b)) return isEmpty(a) - isEmpty(b) || one - other;
    return sign * compare(a, b) || one - other;
  });
}

const UNITS = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** The number that a text begins with, with its unit: 1,024 or 12.5 kB or 0.1%; NaN where there is none. */
function leadingNumber(text) {
  const match = /^<?([-+\d.,eE]+|-?inf)\s*([kMGT]?B)?/.exec(text);
  if (match === null) return NaN;
  if (match[1].endsWith("inf")) return match[1].startsWith("-") ? -Infinity : Infinity;
  return Number(match[1].replaceAll(",", "")) * (UNITS[match[2]] ?? 1);
}

/** How many characters each column needs: its longest text, within reason. */
function columnLengths(table) {
  return table.titles.map((title, column) => {
    let longest = title.length + (column === 0 ? 0 : 1);
    table.rows.forEach((row, number) => {
      const indent = column === 0 && table.depths !== null ? 2 * table.depths[number] + 2 : 0;
      longest = Math.max(longest, row[column].length + indent);
    });
    return Math.min(longest, column === 0 ? 48 : 40);
  });
}

/** Widths of columns on the screen, where a table may be wider than its place. */
function columnWidths(lengths) {
  const widths = lengths.map((length) => `calc(${length}ch + 1.2rem)`);
  return [`minmax(${widths[0]}, 1fr)`, ...widths.slice(1)].join(" ");
}
