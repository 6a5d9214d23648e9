const LANE_WIDTH = 9;
const CURVE = 8;

/** The network: a row for each node, and beside the rows the edges, of which only those in view are drawn. */
class NetworkView {
  constructor(place, { nodes, edges }) {
    this.nodes = nodes;
    this.edges = edges.map(([source, target, lane]) => ({ source, target, lane, first: Math.min(source, target), last: Math.max(source, target) }));
    this.gutter = (Math.max(0, ...edges.map(([, , lane]) => lane)) + 2) * LANE_WIDTH;
    this.lines = drawn("svg", { class: "lines", width: this.gutter + CURVE, "aria-hidden": "true" });
    this.rows = element("ol", { className: "nodes" });
    this.whole = element("div", { className: "network-body" }, this.lines, this.rows);
    this.view = element("div", { className: "scroll network", tabIndex: 0, role: "group", "aria-label": "Network" }, this.whole);
    this.view.addEventListener("scroll", () => this.#draw(), { passive: true });
    place.append(this.view);
    new ResizeObserver(() => this.#draw()).observe(this.view);
    this.#draw();
  }

  /** Put all nodes on the page, as far as a printer has patience; false takes them away again. */
  print(whole) {
    this.printed = whole;
    this.#draw();
  }

  #draw() {
    const height = this.view.clientHeight || 600;
    const first = this.printed ? 0 : Math.max(0, Math.floor(this.view.scrollTop / ROW_HEIGHT) - ROWS_BEYOND);
    const count = this.printed ? MOST_PRINTED : Math.ceil(height / ROW_HEIGHT) + 2 * ROWS_BEYOND;
    const last = Math.min(this.nodes.length, first + count);
    const shown = this.printed ? last : this.nodes.length;
    this.whole.style.height = `${shown * ROW_HEIGHT}px`;
    this.lines.style.top = `${first * ROW_HEIGHT}px`;
    this.lines.setAttribute("height", (last - first) * ROW_HEIGHT);
    const edges = this.edges.filter((edge) => edge.last >= first && edge.first < last);
    const dots = this.nodes.slice(first, last).map((_, at) => drawn("circle", { cx: this.gutter, cy: (at + 0.5) * ROW_HEIGHT, r: 4 }));
    this.lines.replaceChildren(...edges.map((edge) => this.#line(edge, first)), ...dots);
    this.rows.replaceChildren(...this.nodes.slice(first, last).map((node, at) => this.#row(node, first + at)));
  }

  #line({ source, target, lane }, first) {
    const [top, bottom] = [source, target].map((row) => (row - first + 0.5) * ROW_HEIGHT);
    const from = this.gutter;
    if (lane === 0) return drawn("path", { d: `M${from} ${top}V${bottom}` });
    const side = from - lane * LANE_WIDTH;
    const turn = bottom > top ? CURVE : -CURVE;
    const path = `M${from} ${top}Q${side} ${top} ${side} ${top + turn}V${bottom - turn}Q${side} ${bottom} ${from} ${bottom}`;
    return drawn("path", { d: path, class: bottom > top ? "skip-edge" : "back-edge" });
  }

  #row({ name, about, takes, depth, layer }, at) {
    const named = layer === null ? element("span", {}, name) : element("a", { href: `#layer-${layer}` }, name);
    const row = element(
      "li",
      { value: at + 1, title: [name, about, takes].filter(Boolean).join("\n") },
      named,
      element("span", { className: "quiet" }, about),
      element("span", { className: "takes" }, takes),
    );
    row.style.top = `${at * ROW_HEIGHT}px`;
    row.style.paddingLeft = `${this.gutter + 14 + Math.min(depth, 12) * 18}px`;
    return row;
  }
}
