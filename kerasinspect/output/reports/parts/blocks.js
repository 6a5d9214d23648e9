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
    return element("div", { className: `heading level-${level}` }, element(HEADINGS[level], {}, kind, name), ...said);
  },
  paragraph: ({ text, tone, level }) => element("p", { className: `${tone} level-${level}` }, text),
  grid: drawnGrid,
  table: drawnTable,
  heatmap: (block) => new HeatMap(block).figure,
  histogram: drawnHistogram,
  pictures: ({ pictures }) => element("div", { className: "pictures" }, ...pictures.map(drawnBlock)),
};

/** A part of an array as a table of numbers. */
function drawnGrid({ title, columns, groups, rows }) {
  const head = element("thead");
  if (groups.length) {
    const labels = groups.map(([label, width]) => label ? element("th", { colSpan: width, scope: "colgroup" }, label) : element("td", { colSpan: width }));
    head.append(element("tr", {}, element("td"), ...labels));
  }
  const corner = title ? element("th", {}, title) : element("td");
  head.append(element("tr", {}, corner, ...columns.map((label) => element("th", { scope: "col" }, label))));
  const body = element("tbody", {}, ...rows.map(([label, ...cells]) => {
    const shown = cells.length ? cells : columns.map(() => "⋯");
    const named = label ? element("th", { scope: "row" }, label) : element("td");
    return element("tr", {}, named, ...shown.map((cell) => element("td", {}, cell)));
  }));
  return element("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": `Values ${title}`.trim() }, element("table", { className: "values" }, head, body));
}

/** A table of the page: searched and sorted where it has more than a few rows. */
function drawnTable(table) {
  const place = element("div", { className: "table" });
  new DataTable(place, table, { label: table.titles[0] || "rows" });
  return place;
}
