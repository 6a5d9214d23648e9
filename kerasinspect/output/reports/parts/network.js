const LANE_WIDTH = 9;
const CURVE = 8;
const PAPER = 680;

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
    this.whole.style.width = whole ? `${PAPER}px` : "";
    this.places = new RowPlaces(this.nodes.length);
    this.#draw();
  }

  #draw() {
    if (this.view.clientWidth !== this.room) {
      this.room = this.view.clientWidth;
      this.places = new RowPlaces(this.nodes.length);
    }
    const { places } = this;
    const [first, last] = this.printed ? [0, Math.min(this.nodes.length, MOST_PRINTED)] : places.drawn(this.view);
    const rows = this.nodes.slice(first, last).map((node, at) => this.#row(node, first + at));
    this.rows.replaceChildren(...rows);
    const grown = places.measure(rows, first, places.at(this.view.scrollTop));
    rows.forEach((row, at) => (row.style.top = `${places.top(first + at)}px`));
    this.whole.style.height = `${places.top(this.printed ? last : this.nodes.length)}px`;
    this.lines.style.top = `${places.top(first)}px`;
    this.lines.setAttribute("height", places.top(last) - places.top(first));
    const edges = this.edges.filter((edge) => edge.last >= first && edge.first < last);
    const dots = rows.map((_, at) => drawn("circle", { cx: this.gutter, cy: this.#middle(first + at, first), r: 4 }));
    this.lines.replaceChildren(...edges.map((edge) => this.#line(edge, first)), ...dots);
    if (grown && !this.printed) this.view.scrollTop += grown;
  }

  /** Where the dot of a row is, below the first that is drawn: beside its first line. */
  #middle(row, first) {
    return this.places.top(row) - this.places.top(first) + ROW_HEIGHT / 2;
  }

  #line({ source, target, lane }, first) {
    const [top, bottom] = [source, target].map((row) => this.#middle(row, first));
    const from = this.gutter;
    if (lane === 0) return drawn("path", { d: `M${from} ${top}V${bottom}` });
    const side = from - lane * LANE_WIDTH;
    const turn = bottom > top ? CURVE : -CURVE;
    const path = `M${from} ${top}Q${side} ${top} ${side} ${top + turn}V${bottom - turn}Q${side} ${bottom} ${from} ${bottom}`;
    return drawn("path", { d: path, class: bottom > top ? "skip-edge" : "back-edge" });
  }

  #row({ name, about, takes, depth, layer }, at) {
    const named = layer === null ? element("span", {}, ...breakable(name)) : element("a", { href: `#layer-${layer}` }, ...breakable(name));
    if (name.length > MOST_WRAPPED) Object.assign(named, { className: "clamped", title: name });
    const clamped = takes.length > 2 * MOST_WRAPPED ? " clamped" : "";
    const row = element(
      "li",
      { value: at + 1 },
      named,
      " ", // where a line may end, rather than in the middle of a word
      element("span", { className: "quiet" }, about),
      " ",
      element("span", { className: `takes${clamped}`, title: clamped ? takes : "" }, takes),
    );
    row.style.paddingLeft = `${this.gutter + 14 + Math.min(depth, MOST_INDENTED) * 18}px`;
    return row;
  }
}
