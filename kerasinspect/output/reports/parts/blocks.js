const MOST_LABEL = 24;
const FEW_ROWS = 8;
const LEFT_OUT = "⋯";
const HEADINGS = { 1: "h2", 2: "h3", 3: "h4" };

/** Draw blocks into a place, one below the other. */
function drawBlocks(place, blocks) {
  place.replaceChildren(...blocks.map(drawnBlock));
}

/** The element of one block. */
function drawnBlock(block) {
  return DRAWERS[block.kind](block);
}

const DRAWERS = {
  heading: ({ level, word, name, facts }) => {
    const said = facts.map((fact) => element("span", { className: "fact" }, fact));
    const kind = word ? element("span", { className: "word" }, `${word} `) : null;
    return element("div", { className: `heading level-${level}` }, element(HEADINGS[level], {}, kind, ...breakable(name)), ...said);
  },
  paragraph: ({ text, tone, level }) => element("p", { className: `${tone} level-${level}` }, text),
  grid: drawnGrid,
  table: drawnTable,
  heatmap: (block) => new HeatMap(block).figure,
  histogram: drawnHistogram,
  lines: drawnLines,
  pictures: ({ pictures }) => element("div", { className: "pictures" }, ...pictures.map(drawnBlock)),
};

/** A part of an array as tables of numbers: one, or where its columns have no room side by side several, which have no
 *  table for columns that are left out: a sentence says how many these are. */
function drawnGrid(grid) {
  const place = element("div", { className: "grids", role: "group", "aria-label": `Values ${grid.title}`.trim() });
  let room = 0;
  const fill = () => {
    if (place.clientWidth === room || isPrinting) return;
    room = place.clientWidth;
    const whole = gridTable(grid, 0, grid.columns.length);
    place.replaceChildren(whole);
    const [label, ...widths] = [...whole.tHead.rows[whole.tHead.rows.length - 1].cells].map((cell) => cell.getBoundingClientRect().width);
    if (whole.getBoundingClientRect().width <= room) return;
    const parts = grid.groups.length ? grid.groups.map(([, width]) => width) : [widths.length];
    let begin = 0;
    const tables = parts.flatMap((width) => {
      const start = begin;
      begin += width;
      if (grid.columns.slice(start, begin).every((label) => label === LEFT_OUT)) return [];
      const runs = pagesOf([label, ...widths.slice(start, begin)], label, room);
      return runs.map((run) => gridTable(grid, start + run[0] - 1, start + run.at(-1)));
    });
    place.replaceChildren(...tables);
  };
  new ResizeObserver(fill).observe(place);
  return place;
}

/** Some of the columns of a grid, from one up to another, as a table. */
function gridTable({ title, columns, groups, rows }, from, to) {
  const labelled = (scope, label, more = {}) => element("th", { scope, className: label.length > MOST_LABEL ? "" : "short", ...more }, label);
  const head = element("thead");
  if (groups.length) head.append(element("tr", {}, element("td"), ...groupHeads(groups, from, to, labelled)));
  const corner = title ? element("th", {}, title) : element("td");
  head.append(element("tr", {}, corner, ...columns.slice(from, to).map((label) => labelled("col", label))));
  const body = element("tbody", {}, ...rows.map(([label, ...cells]) => {
    const shown = cells.length ? cells : columns.map(() => LEFT_OUT);
    return element("tr", {}, label ? labelled("row", label) : element("td"), ...shown.slice(from, to).map((cell) => element("td", {}, cell)));
  }));
  return element("table", { className: "values" }, head, body);
}

/** What stands over some of the columns, as wide as there are columns of it among them. */
function groupHeads(groups, from, to, labelled) {
  let begin = 0;
  return groups.map(([label, width]) => {
    const colSpan = Math.min(begin + width, to) - Math.max(begin, from);
    begin += width;
    if (colSpan <= 0) return null;
    return label ? labelled("colgroup", label, { colSpan, className: "" }) : element("td", { colSpan });
  });
}

/** A table of the page: sorted, and searched where it has more than a few rows. */
function drawnTable(table) {
  const place = element("div", { className: "table" });
  new DataTable(place, table, { label: table.titles[0] || "rows", tools: table.rows.length > FEW_ROWS });
  return place;
}
