const MOST_DOTS = 80;
const LINE_SIZE = [240, 56];
const MARGIN = 4;

/** Lines side by side, one for each layer. */
function drawnLines({ files, lines }) {
  return element("div", { className: "lines-of" }, ...lines.map((line) => drawnLine(line, files)));
}

/** How something changed from file to file: a line from 0 to its largest change, broken where nothing was compared. */
function drawnLine({ name, about, changes, odd }, files) {
  const [width, height] = LINE_SIZE;
  const most = Math.max(...changes.filter((change) => change !== null), Number.MIN_VALUE);
  const across = (at) => MARGIN + (at / Math.max(1, files.length - 1)) * (width - 2 * MARGIN);
  const up = (change) => height - MARGIN - (change / most) * (height - 2 * MARGIN);
  const points = changes.map((change, at) => (change === null ? null : [across(at), up(change)]));
  const runs = [[]];
  points.forEach((point) => (point ? runs.at(-1).push(point.join(",")) : runs.push([])));
  const paths = runs.filter((run) => run.length > 1).map((run) => drawn("polyline", { points: run.join(" ") }));
  const said = (at, what) => drawn("title", {}, `${files[at]}: ${what}`);
  const dots = points.map((point, at) => point && drawn("circle", { cx: point[0], cy: point[1], r: files.length > MOST_DOTS ? 1 : 2.5 }, said(at, shortNumber(changes[at]))));
  const marks = odd.map((at) => {
    const [x, y, size] = [across(at), height - MARGIN - 3, 3];
    return drawn("path", { class: "mark", d: `M${x - size} ${y - size}L${x + size} ${y + size}M${x - size} ${y + size}L${x + size} ${y - size}` }, said(at, "NaN or infinite"));
  });
  const ground = drawn("path", { class: "ground", d: `M0 ${height - MARGIN}H${width}` });
  const parts = [ground, ...paths, ...dots.filter(Boolean), ...marks];
  const picture = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Changes of ${name} over ${files.length} files: ${about}` }, ...parts);
  return element("figure", {}, element("p", { className: "name" }, name), picture, element("figcaption", {}, about));
}
