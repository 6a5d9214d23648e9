#!/usr/bin/env bash
# Graphviz 16.1.0 (@viz-js/viz 3.31.0): an escaped backslash in an HTML-like label still becomes the name of the node.
#
# Behaviour: in a label in angle brackets `&#92;N`, a backslash written as a character reference and an N, is drawn as the
# node's name, as `\N` is: references are resolved first and the escapes `\N` and `\G` are replaced in what comes out.
# The way to get a backslash and an N is the reference twice, which is drawn as one backslash.
#
# Surprise: text that was escaped as for HTML, each special character by its reference, is still not taken literally.
# Whoever draws names that others chose, such as a Windows path with `\New`, needs to double backslashes as well.
#
# Standard output as seen:
#   <C:&#92;New> is drawn as C:nodenameew
#   <C:\New> is drawn as C:nodenameew
#   <C:&#92;Graph> is drawn as C:graphnameraph
#   <C:&#92;&#92;New> is drawn as C:\New
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --cache "$work/cache" '@viz-js/viz@3.31.0' || exit 2

cat >look.mjs <<'JAVASCRIPT'
import { instance } from "@viz-js/viz";

const viz = await instance();
const expected = {
  "<C:&#92;New>": "C:nodenameew",
  "<C:\\New>": "C:nodenameew",
  "<C:&#92;Graph>": "C:graphnameraph",
  "<C:&#92;&#92;New>": "C:\\New",
};
let same = viz.graphvizVersion === "16.1.0";
for (const [label, text] of Object.entries(expected)) {
  const svg = viz.renderString(`digraph graphname { nodename [label=${label}] }`, { format: "svg" });
  const drawn = svg.match(/<text[^>]*>(.*)<\/text>/)[1];
  console.log(`${label} is drawn as ${drawn}`);
  same &&= drawn === text;
}
process.exitCode = same ? 0 : 1;
JAVASCRIPT
node look.mjs
