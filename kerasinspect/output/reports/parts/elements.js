"use strict";

/** An element with properties, attributes and children; text never becomes markup. */
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made && !name.startsWith("aria")) made[name] = value;
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const MOST_PARTED = 500;

/** What a name is drawn with, which breaks behind its slashes, dots and underscores before it breaks inside a word. */
function breakable(name) {
  if (name.length > MOST_PARTED) return [name];
  return name.split(/(?<=[/._])(?=.)/).flatMap((part, at) => (at ? [element("wbr"), part] : [part]));
}

/** The value that a data element of the page holds; null where the page has none of that name. */
function dataOf(id) {
  const found = document.getElementById(id);
  return found === null ? null : JSON.parse(found.textContent);
}
