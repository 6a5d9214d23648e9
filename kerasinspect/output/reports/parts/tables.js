const MOST_NAME = 48;
const MOST_TEXT = 40;
const MOST_WRAPPED = 240;
const MOST_INDENTED = 10;
const MOST_CHOICES = 60;
const MOST_PRINTED_ABREAST = 8;
const MOST_PRINTED_LENGTH = 24;
const LETTER = 0.9;
const LEAST_SHARE = 0.6;
const SHARE_OF_NAME = 0.45;
const LEAST_NAME = 150;

/**
 * A table that makes elements only of the rows in view: searched, filtered, sorted by any column, used by keyboard.
 *
 * Where rows have depths it is a tree, whose branches open and close; sorted or searched it is a list of paths. Columns
 * that have no room beside the first one are on further pages, so that none is ever cut.
 */
class DataTable {
  constructor(place, table, { label, onChoose = null, filters = [], flagged = null, tools = true }) {
    this.table = table;
    this.onChoose = onChoose;
    this.label = label;
    this.closed = new Set();
    this.sorted = null;
    this.words = "";
    this.wanted = new Map();
    this.active = 0;
    this.chosen = -1;
    this.parents = parentsOf(table.depths);
    this.marks = table.marks ?? {};
    this.lengths = columnLengths(table, this.marks);
    this.pages = [this.#others];
    this.page = 0;
    place.append(...this.#frame(tools, filters, flagged));
    this.#drawHead();
    this.#arrange();
    this.#fit();
    new ResizeObserver(() => this.#fit()).observe(this.view);
  }

  /** Whether rows are shown as a tree now. */
  get isTree() {
    return this.table.depths !== null && this.sorted === null && this.words === "" && this.wanted.size === 0;
  }

  get #others() {
    return this.table.titles.map((_, at) => at).slice(1);
  }

  /** The columns that are on the page now. */
  get #columns() {
    return [0, ...(this.printed ? this.#others : this.pages[this.page])];
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

  /** Put all rows and columns on the page, as far as a printer has patience; false takes them away again. */
  print(whole) {
    this.printed = whole;
    this.#drawHead();
    this.#draw();
  }

  #frame(tools, filters, flagged) {
    this.count = element("p", { className: "quiet", role: "status" });
    this.body = element("div", { className: "body", role: "rowgroup" });
    this.titles = element("div", { role: "row", className: "cells", "aria-rowindex": 1 });
    const role = this.table.depths === null ? "grid" : "treegrid";
    const head = element("div", { role: "rowgroup", className: "head" }, this.titles);
    this.grid = element("div", { className: "grid", role, "aria-label": this.label, "aria-colcount": this.table.titles.length }, head, this.body);
    if (this.table.titles.length > MOST_PRINTED_ABREAST) this.grid.classList.add("stacked");
    this.view = element("div", { className: "scroll" }, this.grid);
    this.view.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.body.addEventListener("click", (event) => this.#clicked(event));
    this.body.addEventListener("keydown", (event) => this.#pressed(event));
    const asked = tools ? [this.#search(), ...this.#choices(filters), flagged?.size ? this.#flag(flagged) : null] : [];
    return [element("div", { className: "tools" }, ...asked, tools ? this.count : null, this.#pager()), this.view];
  }

  #search() {
    const words = `Search ${this.label.toLowerCase()}`;
    const search = element("input", { type: "search", placeholder: words, "aria-label": words, autocomplete: "off", spellcheck: false });
    search.addEventListener("input", () => {
      this.words = search.value.trim().toLowerCase();
      this.#narrowed();
    });
    return search;
  }

  /** A list of the values of each column by which rows can be chosen, where it has several. */
  #choices(filters) {
    return filters.map((title) => {
      const column = this.table.titles.indexOf(title);
      const values = column < 0 ? [] : [...new Set(this.table.rows.map((row) => row[column]))].filter(Boolean);
      if (values.length + this.table.rows.some((row) => row[column] === "") < 2 || values.length > MOST_CHOICES) return null;
      const options = values.sort(new Intl.Collator("en", { numeric: true }).compare).map((value) => element("option", { value }, value));
      const choice = element("select", {}, element("option", { value: "" }, "any"), ...options);
      choice.addEventListener("change", () => this.#want(title, choice.value && ((number) => this.table.rows[number][column] === choice.value)));
      return element("label", {}, `${title} `, choice);
    });
  }

  #flag(flagged) {
    const box = element("input", { type: "checkbox" });
    box.addEventListener("change", () => this.#want("flagged", box.checked && ((number) => flagged.has(number))));
    return element("label", {}, box, " with findings");
  }

  /** Keep only rows for which a function holds, or no longer ask for it. */
  #want(what, holds) {
    if (holds) this.wanted.set(what, holds);
    else this.wanted.delete(what);
    this.#narrowed();
  }

  #narrowed() {
    this.active = 0;
    this.view.scrollTop = 0;
    this.#arrange();
  }

  /** Which columns are on the page, and buttons that go to the others; nothing where all have room. */
  #pager() {
    const button = (sign, words, step) => {
      const made = element("button", { type: "button", "aria-label": words, title: words }, sign);
      made.addEventListener("click", () => this.#turn(this.page + step));
      return made;
    };
    this.earlier = button("◂", `Earlier columns of ${this.label.toLowerCase()}`, -1);
    this.later = button("▸", `Later columns of ${this.label.toLowerCase()}`, 1);
    this.where = element("span", { role: "status" });
    this.pager = element("p", { className: "pager quiet", hidden: true }, this.earlier, this.where, this.later);
    return this.pager;
  }

  #turn(page) {
    this.page = page;
    this.#drawHead();
    this.#draw();
  }

  /** Put as many columns on each page as there is room for, and stay where the page begins. */
  #fit() {
    const room = this.view.clientWidth;
    if (room === 0 || room === this.room) return;
    this.room = room;
    const first = this.pages[this.page][0];
    const widths = columnWidths(this.view, this.lengths, this.table);
    this.widths = widths;
    this.name = nameWidth(widths, room);
    this.pages = pagesOf(widths, this.name, room);
    this.page = Math.max(0, this.pages.findIndex((page) => page.includes(first)));
    this.#drawHead();
    this.places = new RowPlaces(this.rows.length);
    this.#draw();
  }

  /** Draw the titles of the columns that are on the page. */
  #drawHead() {
    const columns = this.#columns;
    this.heads = new Map(columns.map((at) => [at, this.#head(at)]));
    this.titles.replaceChildren(...this.heads.values());
    this.pager.hidden = this.pages.length < 2;
    this.earlier.disabled = this.page === 0;
    this.later.disabled = this.page === this.pages.length - 1;
    const [from, to] = [columns[1], columns.at(-1)].map((at) => at + 1);
    this.where.textContent = `${from === to ? `column ${from}` : `columns ${from} to ${to}`} of ${this.table.titles.length}`;
    this.grid.style.setProperty("--columns", this.#template(columns));
  }

  #template(columns) {
    const paper = columns.slice(this.grid.classList.contains("stacked") ? 1 : 0);
    if (this.printed) return paper.map((at) => `minmax(0, ${Math.min(this.lengths[at], MOST_PRINTED_LENGTH) + 3}fr)`).join(" ");
    if (!this.widths) return columns.map(() => "minmax(0, 1fr)").join(" ");
    const others = columns.slice(1).map((at) => (this.table.numeric[at] ? `${this.widths[at]}px` : `minmax(0, ${this.widths[at]}fr)`));
    return [`minmax(${Math.floor(Math.min(this.name, this.room))}px, ${this.name}fr)`, ...others].join(" ");
  }

  #head(at) {
    const title = this.table.titles[at];
    const button = element("button", { type: "button", title: `Sort by ${title || "this column"}` }, title || "\u00a0");
    button.addEventListener("click", () => this.#sortBy(at));
    const order = this.sorted?.column === at ? this.sorted.order : "none";
    return element("div", { role: "columnheader", className: this.table.numeric[at] ? "number" : "", "aria-colindex": at + 1, "aria-sort": order }, button);
  }

  #sortBy(column) {
    const numeric = this.table.numeric[column];
    const first = numeric ? "descending" : "ascending";
    const second = numeric ? "ascending" : "descending";
    const now = this.sorted?.column === column ? this.sorted.order : null;
    const order = now === null ? first : now === first ? second : null;
    this.sorted = order === null ? null : { column, order };
    this.heads.forEach((head, at) => head.setAttribute("aria-sort", at === column && order ? order : "none"));
    this.#narrowed();
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
    for (const holds of this.wanted.values()) listed = listed.filter(holds);
    if (this.sorted) listed = sortedRows(listed, this.table, this.sorted, (number) => this.path(number));
    else if (this.isTree && this.closed.size) listed = listed.filter((number) => !this.#isHidden(number));
    this.rows = listed;
    this.places = new RowPlaces(listed.length);
    this.active = Math.min(this.active, Math.max(0, listed.length - 1));
    const shown = listed.length.toLocaleString("en");
    const all = rows.length.toLocaleString("en");
    this.count.textContent = listed.length === rows.length ? `${all} row${rows.length === 1 ? "" : "s"}` : `${shown} of ${all} rows`;
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
    const [first, last] = this.printed ? [0, Math.min(many, MOST_PRINTED)] : this.places.drawn(this.view);
    const focused = this.body.contains(document.activeElement);
    const shown = [];
    for (let at = first; at < last; at += 1) shown.push(this.#row(at));
    const apart = !this.printed && many && (this.active < first || this.active >= last) ? this.#row(this.active) : null;
    this.body.replaceChildren(...shown, ...(apart ? [apart] : []));
    if (this.printed) {
      this.body.style.height = "auto";
      if (many > last) this.body.append(element("p", {}, `and ${(many - last).toLocaleString("en")} more rows`));
    } else {
      const grown = this.places.measure(shown, first, this.places.at(this.view.scrollTop));
      shown.forEach((row, index) => (row.style.top = `${this.places.top(first + index)}px`));
      if (apart) apart.style.top = `${this.places.top(this.active)}px`;
      this.body.style.height = `${this.places.top(many)}px`;
      if (grown) this.view.scrollTop += grown;
    }
    if (focused) this.#focus();
  }

  #row(at) {
    const number = this.rows[at];
    const row = element("div", {
      role: "row",
      className: `cells ${at % 2 ? "striped" : ""} ${this.table.tones[number] ?? ""}`,
      "aria-rowindex": at + 2,
      "aria-selected": this.onChoose ? String(number === this.chosen) : null,
      tabIndex: at === this.active ? 0 : -1,
    }, ...this.#columns.map((column) => this.#cell(number, column)));
    if (this.isTree) {
      row.setAttribute("aria-level", this.table.depths[number] + 1);
      if (this.#hasBranches(number)) row.setAttribute("aria-expanded", String(!this.closed.has(number)));
    }
    row.dataset.at = at;
    return row;
  }

  #cell(number, column) {
    const isName = column === 0;
    const said = isName && this.table.depths !== null && !this.isTree ? this.path(number) : this.table.rows[number][column];
    const kind = `${this.table.numeric[column] ? "number" : ""} ${said.length > MOST_WRAPPED ? "clamped" : ""}`;
    const cell = element("div", { role: isName ? "rowheader" : "gridcell", className: kind, "aria-colindex": column + 1 }, ...(isName ? breakable(said) : [said]));
    if (said.length > MOST_WRAPPED) cell.title = said;
    if (isName && this.marks[number]) {
      const [severity, words] = this.marks[number];
      cell.append(" ", element("span", { className: `badge ${severity}` }, words));
    }
    if (isName && this.isTree) {
      const mark = this.#hasBranches(number) ? (this.closed.has(number) ? "▸" : "▾") : "";
      cell.prepend(element("span", { className: "twig", "aria-hidden": "true" }, mark));
      cell.style.setProperty("--depth", Math.min(this.table.depths[number], MOST_INDENTED));
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
    const [top, bottom] = [this.places.top(at), this.places.top(at + 1)];
    const room = this.view.clientHeight - this.titles.offsetHeight;
    if (top < this.view.scrollTop) this.view.scrollTop = top;
    else if (bottom > this.view.scrollTop + room) this.view.scrollTop = bottom - room;
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
function columnLengths(table, marks) {
  return table.titles.map((title, column) => {
    let longest = title.length;
    table.rows.forEach((row, number) => {
      const indent = column === 0 && table.depths !== null ? 2 * Math.min(table.depths[number], MOST_INDENTED) + 2 : 0;
      const mark = column === 0 && marks[number] ? marks[number][1].length + 3 : 0;
      longest = Math.max(longest, row[column].length + indent + mark);
    });
    return table.numeric[column] ? longest : Math.min(longest, column === 0 ? MOST_NAME : MOST_TEXT);
  });
}

/** How wide each column is, in pixels, its title included: names are in letters of one width, numbers in digits. */
function columnWidths(view, lengths, { numeric, titles }) {
  const cell = (...children) => element("div", {}, ...children);
  const row = element("div", { className: "cells" }, cell("0".repeat(50)), cell("0".repeat(50)), ...titles.map((title) => cell(element("strong", {}, `${title} ▲`))));
  const probe = element("div", { className: "grid probe" }, row);
  view.append(probe);
  const [name, text, ...heads] = [...row.children].map((one) => widthOf(one.firstChild));
  const around = parseFloat(getComputedStyle(row.lastChild).paddingLeft) * 2 + 2;
  probe.remove();
  const letters = lengths.map((length, at) => (length * (at === 0 ? name : numeric[at] ? text : LETTER * text)) / 50);
  return letters.map((width, at) => Math.ceil(Math.max(width, heads[at]) + around));
}

/** How wide the first column is: as it needs to be, or narrower, where its names break, if others lack the room. */
function nameWidth([wanted, ...others], room) {
  const left = room - others.reduce((sum, width) => sum + width, 0);
  if (left >= Math.min(wanted, Math.max(LEAST_NAME, LEAST_SHARE * wanted))) return Math.min(left, wanted);
  return Math.min(wanted, Math.max(room * SHARE_OF_NAME, LEAST_NAME));
}

function widthOf(node) {
  const range = document.createRange();
  range.selectNode(node);
  return range.getBoundingClientRect().width;
}

/** Columns after the first in runs, each of which has room beside it; a run has one at least. */
function pagesOf(widths, name, room) {
  const pages = [[]];
  let used = name;
  for (let at = 1; at < widths.length; at += 1) {
    if (used + widths[at] > room && pages.at(-1).length) {
      pages.push([]);
      used = name;
    }
    pages.at(-1).push(at);
    used += widths[at];
  }
  return pages;
}
