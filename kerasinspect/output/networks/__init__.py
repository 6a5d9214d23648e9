"""Networks of models as pictures: in the languages of Mermaid and Graphviz, and as SVG."""
