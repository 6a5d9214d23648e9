const ROW_HEIGHT = 30;
const ROWS_BEYOND = 8;
const MOST_PRINTED = 2000;

/** Where the rows of a long list are: each is taken to be one line high until it is drawn and measured. */
class RowPlaces {
  constructor(count) {
    this.heights = new Float64Array(count).fill(ROW_HEIGHT);
    this.tops = null;
  }

  /** The distance of a row from the top of the list; that of the row after the last is the height of the list. */
  top(at) {
    this.tops ??= this.#summed();
    return this.tops[at];
  }

  /** The row that is at a distance from the top. */
  at(distance) {
    let [low, high] = [0, this.heights.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (this.top(middle) <= distance) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Measure rows that are on the page; how much higher those before a row have become. */
  measure(elements, from, before) {
    let grown = 0;
    elements.forEach((element, index) => {
      const height = Math.max(ROW_HEIGHT, element.getBoundingClientRect().height);
      if (from + index < before) grown += height - this.heights[from + index];
      this.heights[from + index] = height;
    });
    this.tops = null;
    return grown;
  }

  /** The first row to draw and the one after the last, where so much of the list is in view. */
  drawn({ scrollTop, clientHeight }) {
    const count = this.heights.length;
    const first = Math.max(0, this.at(scrollTop) - ROWS_BEYOND);
    return [first, Math.min(count, this.at(scrollTop + (clientHeight || 600)) + 1 + ROWS_BEYOND)];
  }

  #summed() {
    const tops = new Float64Array(this.heights.length + 1);
    this.heights.forEach((height, at) => (tops[at + 1] = tops[at] + height));
    return tops;
  }
}
