"use strict";
// Search in the index that the page holds. The rules are those of language/search_words.py.
(() => {
  const data = JSON.parse(document.getElementById("search-data").textContent);
  const box = document.getElementById("search"), field = document.getElementById("query");
  const list = document.getElementById("found"), told = document.getElementById("told");
  const words = data.words ? data.words.split(" ") : [], places = data.places.split(" ");
  const shown = 25;

  const folded = text => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const parts = text => folded(text).match(/[a-z0-9]+/g) || [];
  const stem = word => {
    if (/^\d+$/.test(word)) return word;
    for (const ending of data.rules.endings) {
      const left = word.length - ending.length + (data.rules.kept[ending] || 0);
      if (word.endsWith(ending) && left >= data.rules.shortest) { word = word.slice(0, left); break; }
    }
    for (const [strong, weak] of data.rules.weak) word = word.replaceAll(strong, weak);
    return word;
  };
  const weakened = word => {
    for (const [strong, weak] of data.rules.weak) word = word.replaceAll(strong, weak);
    return word;
  };
  const first = start => {  // the first word that isn't before it
    let low = 0, high = words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (words[middle] < start) low = middle + 1; else high = middle;
    }
    return low;
  };
  const numbers = (runs, into) => {
    let last = 0;
    for (const run of runs.split(",")) {
      const [start, more] = run.split("+");
      let number = last + parseInt(start, 36);
      const end = number + (more ? parseInt(more, 36) : 0);
      for (; number <= end; number++) into.add(number);
      last = end;
    }
  };
  const holding = word => {
    const found = new Set();
    for (const start of new Set([stem(word), weakened(word)])) {
      for (let i = first(start); i < words.length && words[i].startsWith(start); i++) numbers(places[i], found);
    }
    return found;
  };
  let titles;
  const score = (number, wanted) => {
    titles ||= data.reports.map(([title]) => parts(title).map(stem));
    const own = titles[number];
    return wanted.filter(word => own.some(one => one.startsWith(stem(word)) || one.startsWith(weakened(word)))).length;
  };
  const find = query => {
    const wanted = parts(query);
    if (!wanted.length) return null;
    let found;
    for (const word of wanted) {
      const here = holding(word);
      found = found ? new Set([...found].filter(number => here.has(number))) : here;
    }
    return [...found].map(number => [score(number, wanted), number]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  };
  const show = () => {
    const found = find(field.value);
    list.replaceChildren();
    list.hidden = !found || !found.length;
    if (!found) { told.textContent = ""; return; }
    const count = found.length;
    const message = count === 0 ? data.texts.none : count === 1 ? data.texts.one : data.texts.many;
    told.textContent = message.replace("{count}", count) + (count > shown ? " " + data.texts.more.replace("{shown}", shown) : "");
    for (const [, number] of found.slice(0, shown)) {
      const [title, address, line, language] = data.reports[number];
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = address;
      link.textContent = title;
      item.append(link);
      if (line) {
        const words = document.createElement("span");
        words.className = "note";
        words.lang = language;
        words.textContent = line;
        item.append(" ", words);
      }
      list.append(item);
    }
  };
  box.hidden = false;
  field.addEventListener("input", show);
  box.addEventListener("submit", event => {
    event.preventDefault();
    show();
    const link = list.querySelector("a");
    if (link) link.focus();
  });
  field.addEventListener("keydown", event => {
    if (event.key === "Escape") { field.value = ""; show(); }
    if (event.key === "ArrowDown" && list.querySelector("a")) { event.preventDefault(); list.querySelector("a").focus(); }
  });
  list.addEventListener("keydown", event => {
    const links = [...list.querySelectorAll("a")], at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && at + 1 < links.length) { event.preventDefault(); links[at + 1].focus(); }
    if (event.key === "ArrowUp") { event.preventDefault(); (at > 0 ? links[at - 1] : field).focus(); }
    if (event.key === "Escape") field.focus();
  });
  if (field.value) show();  // the browser went back
})();
