"use strict";
/* Makes the networks of a page answer: pointing, walking with keys, searching, reading the passages behind a term or tie.

   The drawings and all sentences come with the page; texts of documents are only ever copied as nodes or as text.
   Nothing is measured or moved while one explores: parts get and lose classes, the style sheet does the rest. */

const MOST_PASSAGES = 25;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

for (const figure of document.querySelectorAll(".network")) if (figure.querySelector(".node")) explore(figure);

function explore(figure) {
  const find = (selector) => figure.querySelector(selector);
  const { nodes, ties, texts } = readFacts(figure);
  const panels = [...figure.querySelectorAll(".panel")];
  const status = find("[role=status]"), hint = status.textContent;
  const drawer = find(".drawer"), search = find("input");
  const chosen = { theme: "", panel: "", words: "" };
  let hovered = null;   // under the pointer
  let selected = null;  // where the keys are: a node, or a tie of it
  let kept = null;      // stays when pointer and keys leave
  let told = null;      // what the line below the drawings speaks of
  let current = strongest();  // the node that Tab leads to
  let lead = null;      // the panel in which the keys walk
  let lit = [];

  /* Setting up: wide invisible targets, then the controls that make no sense without this script. */
  for (const panel of panels) addTargets(panel);
  for (const part of figure.querySelectorAll(".panels .node, .panels .tie")) {
    const { node, tie } = part.dataset;
    (node === undefined ? ties[tie] : nodes[node]).parts.push(part);
  }
  for (const one of figure.querySelectorAll(".controls, .says, .keys")) one.hidden = false;
  takeLead(panels[0]);

  /* Which part of the picture stands out */
  function show() {
    const item = hovered || selected || kept;
    for (const part of lit) part.classList.remove("lit", "chosen");
    lit = item ? [item, ...item.near].flatMap((one) => one.parts) : [];
    for (const part of lit) part.classList.add("lit");
    if (item) for (const part of item.parts) part.classList.add("chosen");
    find(".panels").classList.toggle("active", item !== null);
  }

  function announce(item) {
    told = item;
    status.replaceChildren(...(item ? item.sentence(current) : [hint]));
    const button = find("[data-do=read]");
    button.hidden = !item || !passagesOf(item).length;
    button.textContent = item && passagesOf(item).length === 1 ? "Read the paragraph" : "Read the paragraphs";
  }

  function select(item) {
    selected = item;
    hovered = null;
    if (item && item.ties) makeCurrent(item);
    show();
    announce(item || kept);
  }

  function keep(item) {
    kept = item;
    for (const node of nodes) if (node.lead) node.lead.setAttribute("aria-pressed", node === kept);
    show();
    announce(item || selected);
  }

  function clear() {
    search.value = "";
    hovered = selected = null;
    filter();
    keep(null);
  }

  /* One panel is walked by keys and read by screen readers; in the others the same terms answer to the pointer. */
  function takeLead(panel) {
    if (lead) leave(lead);
    lead = panel;
    const svg = panel.querySelector("svg");
    set(svg, { role: "application", "aria-roledescription": "network", "aria-describedby": `${figure.id}-keys` });
    for (const group of panel.querySelectorAll("g.node")) {
      const node = nodes[group.dataset.node];
      node.lead = group;
      set(group, { role: "button", tabindex: -1, "aria-label": node.name.textContent, "aria-pressed": node === kept });
    }
    makeCurrent(current);
  }

  function leave(panel) {
    const svg = panel.querySelector("svg");
    set(svg, { role: "img", "aria-roledescription": null, "aria-describedby": null });
    for (const group of panel.querySelectorAll("g.node")) {
      set(group, { role: null, tabindex: null, "aria-label": null, "aria-pressed": null });
    }
  }

  function makeCurrent(node) {
    if (!node) return;
    if (current.lead) current.lead.setAttribute("tabindex", -1);
    current = node;
    if (node.lead) node.lead.setAttribute("tabindex", 0);
  }

  function walkTo(node) {
    makeCurrent(node);
    node.lead.focus({ preventScroll: true });
    node.lead.scrollIntoView({ block: "nearest", inline: "nearest" });
    select(node);
  }

  /* The pointer */
  function itemAt(target) {
    const part = target.closest(".panels [data-node], .panels [data-tie]");
    if (!part || !figure.contains(part)) return null;
    return part.dataset.node === undefined ? ties[part.dataset.tie] : nodes[part.dataset.node];
  }

  find(".panels").addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const item = itemAt(event.target);
    if (item === hovered) return;
    hovered = item;
    show();
    announce(item || selected || kept);
  });

  find(".panels").addEventListener("pointerleave", () => {
    hovered = null;
    show();
    announce(selected || kept);
  });

  find(".panels").addEventListener("click", (event) => {
    const item = itemAt(event.target);
    if (!item) return clear();
    const again = item === kept;
    const node = item.ties ? item : nodes[item.ends[0]];
    makeCurrent(node);
    node.lead.focus({ preventScroll: true });
    select(item);
    keep(item);
    if (again) read(item);
  });

  /* The keys */
  find(".panels").addEventListener("focusin", (event) => {
    const item = itemAt(event.target);
    if (item && item !== current) makeCurrent(item);
    if (item && !(selected && selected.ends)) select(item);
  });

  find(".panels").addEventListener("focusout", (event) => {
    if (event.relatedTarget && find(".panels").contains(event.relatedTarget)) return;
    selected = null;
    show();
  });

  find(".panels").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !itemAt(event.target)) return;
    const item = selected || current;
    if (event.key in STEPS) walk(STEPS[event.key]);
    else if (event.key === "Home") walkTo(strongest());
    else if (event.key.toLowerCase() === "t") nextTie(event.shiftKey ? -1 : 1);
    else if (event.key.toLowerCase() === "o" && item.ends) walkTo(nodes[item.ends.find((end) => nodes[end] !== current)]);
    else if (event.key === " ") keep(item === kept ? null : item);
    else if (event.key === "Enter") { keep(item); read(item); }
    else return;
    event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]") && (kept || hovered || selected || search.value)) clear();
  });

  /* The nearest term in a direction: one that lies straight ahead is nearer than one to the side. */
  function walk([x, y]) {
    let best = null, least = Infinity;
    for (const node of nodes) {
      const [dx, dy] = [node.x - current.x, node.y - current.y];
      const ahead = dx * x + dy * y, aside = Math.abs(dx * y) + Math.abs(dy * x);
      if (ahead <= 0 || aside > 2 * ahead || node.off) continue;
      const far = ahead + 2 * aside;
      if (far < least) [best, least] = [node, far];
    }
    if (best) walkTo(best);
  }

  function nextTie(step) {
    const own = current.ties;
    if (!own.length) return;
    const at = own.indexOf(selected);
    select(own[at < 0 ? (step > 0 ? 0 : own.length - 1) : (at + step + own.length) % own.length]);
  }

  function strongest() {
    const shown = nodes.filter((node) => !node.off);
    return (shown.length ? shown : nodes).reduce((one, other) => (other.total > one.total ? other : one));
  }

  /* Search and filters */
  function filter() {
    const query = plain(search.value);
    const inTheme = (node) => !chosen.theme || node.theme === chosen.theme;
    for (const node of nodes) {
      const near = inTheme(node) || node.near.some((one) => one.ends === undefined && inTheme(one));
      node.off = !near || !node.words.some((word) => word.includes(query));
      for (const part of node.parts) part.classList.toggle("off", node.off);
    }
    for (const tie of ties) {
      const off = !tie.ends.some((end) => inTheme(nodes[end])) || (query && tie.ends.every((end) => nodes[end].off));
      for (const part of tie.parts) part.classList.toggle("off", Boolean(off));
    }
    if (current.off) makeCurrent(strongest());
    return query ? nodes.filter((node) => !node.off) : [];
  }

  search.addEventListener("input", () => {
    const matches = filter();
    const exact = matches.find((node) => node.words.includes(plain(search.value)));
    if (exact) makeCurrent(exact);
    keep(exact || null);
    if (!exact && search.value) status.replaceChildren(`${count(matches.length, "term")} with “${search.value}”.`);
  });

  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const matches = filter();
    const first = matches.find((node) => node.words.includes(plain(search.value))) || matches[0];
    if (first) walkTo(first);
  });

  find(".controls").addEventListener("change", (event) => {
    const { choose } = event.target.dataset;
    if (!choose) return;
    chosen[choose] = event.target.value;
    if (choose === "theme") filter();
    if (choose === "words") name(chosen.words === "en");
    if (choose === "panel") {
      figure.classList.toggle("single", chosen.panel !== "");
      panels.forEach((panel, number) => { panel.hidden = chosen.panel !== "" && +chosen.panel !== number; });
      takeLead(panels[+chosen.panel]);
    }
  });

  function name(inEnglish) {
    for (const node of nodes) {
      const word = inEnglish && node.gloss ? node.gloss : node.label;
      for (const { label, lang, fit } of node.labels) {
        label.textContent = word;
        set(label, word === node.label ? { lang, class: fit } : { lang: "en", class: label.dataset.en });
      }
    }
  }

  figure.addEventListener("click", (event) => {
    const what = event.target.closest("[data-do]");
    if (event.target === drawer) drawer.close();  // beside the drawer
    if (!what) return;
    if (what.dataset.do === "clear") clear();
    if (what.dataset.do === "close") drawer.close();
    if (what.dataset.do === "read") read(told, what);
  });

  /* The passages, which stand on the page already: the drawer shows copies of them */
  function textOf(id) {
    return texts.find((text) => text.id === id.slice(0, id.lastIndexOf("-")));
  }

  function passagesOf(item) {
    const text = texts[chosen.panel];
    return text ? item.passages.filter((id) => textOf(id) === text) : item.passages;
  }

  function read(item, opener = current.lead) {
    if (!item) return;
    const ids = passagesOf(item), shown = ids.slice(0, MOST_PASSAGES);
    const total = chosen.panel in texts ? ids.length : Math.max(item.total, ids.length);
    const how = shown.length < total ? `${shown.length} of ${count(total, "paragraph")} are shown.` : `${count(total, "paragraph")}.`;
    const parts = [paragraph(how)];
    let last = null;
    for (const id of shown) {
      const text = textOf(id);
      if (text && text !== last) parts.push(paragraph(text.title, "title"));
      last = text;
      const passage = document.getElementById(`p-${id}`);
      if (passage) parts.push(copy(passage));
    }
    find(".about").replaceChildren(...item.sentence(current));
    find(".found").replaceChildren(...parts);
    drawer.showModal();
    find(".found").scrollTop = 0;
    drawer.addEventListener("close", () => {
      find(".found").replaceChildren();
      opener.focus({ preventScroll: true });
      if (opener === current.lead) select(item);
    }, { once: true });
  }
}

/* What the page says of each node and tie */
function readFacts(figure) {
  const facts = figure.querySelector("template").content;
  const all = (selector) => [...facts.querySelectorAll(selector)];
  const nodes = all("[data-theme]").map((fact) => {
    const name = fact.querySelector(".name"), gloss = name.querySelector(".gloss");
    const node = {
      name, label: name.firstChild.textContent, gloss: gloss ? gloss.textContent.slice(1, -1) : "",
      theme: fact.dataset.theme, total: +fact.dataset.total, passages: listed(fact.dataset.passages),
      parts: [], labels: [], ties: [], near: [], sentence: () => [...fact.cloneNode(true).childNodes],
    };
    node.words = [plain(node.label), plain(node.gloss)].filter((word) => word);
    return node;
  });
  const ties = all("[data-ends]").map((fact) => {
    const ends = listed(fact.dataset.ends).map(Number);
    const name = (end) => nodes[end].name.cloneNode(true);
    return {
      ends, total: +fact.dataset.total, passages: listed(fact.dataset.passages), parts: [], near: ends.map((end) => nodes[end]),
      sentence: (first) => {  // a tie is named from where one stands
        const [one, other] = nodes[ends[1]] === first ? [...ends].reverse() : ends;
        return [name(one), " and ", name(other), `: ${fact.textContent}`];
      },
    };
  });
  for (const tie of ties) for (const end of tie.ends) nodes[end].ties.push(tie);
  for (const node of nodes) {
    node.ties.sort((one, other) => other.total - one.total);
    node.near = [...node.ties, ...node.ties.flatMap((tie) => tie.near).filter((one) => one !== node)];
  }
  for (const group of figure.querySelectorAll(".panel g.node")) {
    const node = nodes[group.dataset.node], place = group.transform.baseVal[0].matrix, label = group.querySelector("text");
    Object.assign(node, { x: place.e, y: place.f });
    node.labels.push({ label, lang: label.getAttribute("lang"), fit: label.getAttribute("class") });
  }
  return { nodes, ties, texts: all("[data-text]").map((fact) => ({ id: fact.dataset.text, title: fact.textContent })) };
}

/* Invisible and wide: 24 pixels around a term, 9 along a tie, below what is drawn so that a drawn term goes first */
function addTargets(panel) {
  const targets = document.createElementNS("http://www.w3.org/2000/svg", "g");
  for (const tie of panel.querySelectorAll(".tie")) {
    const wide = tie.cloneNode();
    wide.setAttribute("class", "hit");
    targets.append(wide);
  }
  for (const group of panel.querySelectorAll("g.node")) {
    const round = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    set(round, { class: "hit", r: 13, "data-node": group.dataset.node, transform: group.getAttribute("transform") });
    targets.append(round);
    const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    set(ring, { class: "ring", r: 9 });
    group.querySelector("text").before(ring);
  }
  panel.querySelector(".nodes").before(targets);
}

function copy(passage) {
  const twin = passage.cloneNode(true);
  for (const one of [twin, ...twin.querySelectorAll("[id]")]) one.removeAttribute("id");
  return twin;
}

function paragraph(text, name = "how") {
  const made = document.createElement("p");
  made.className = name;
  made.textContent = text;
  return made;
}

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}

function listed(text) {
  return text.split(" ").filter((one) => one);
}

function plain(text) {
  return text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
