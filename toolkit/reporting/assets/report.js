"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { texts, blocks, titles } = data.words;

  const say = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const count = (number) => number.toLocaleString("en-US");

  /** An element: everything that a page wrote goes in as text, never as markup. */
  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) if (value !== null) element.setAttribute(key, value);
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }
  const isolated = (text) => make("bdi", {}, text);

  /** Text in which escapes of invisible characters stand by themselves, whatever the direction around them. */
  const seen = (text) => text.split(/(\\(?:u[0-9a-f]{4}|U[0-9a-f]{8}|x[0-9a-f]{2}))/)
    .map((part, index) => (index % 2 ? make("bdi", { class: "escaped" }, part) : part)).filter((part) => part !== "");
  const arabic = (name, text, classes = "") =>
    make(name, { class: `arabic ${classes}`.trim(), dir: "auto", lang: "ar" }, text);

  /** Letters as a reader searches them: without marks and tatweel, all alefs, yehs and heh-like endings alike. */
  const fold = (text) => text.normalize("NFKD").replace(/[\p{Mn}\u0640]/gu, "").toLowerCase()
    .replace(/[\u0622\u0623\u0625\u0671]/g, "\u0627").replace(/\u0649/g, "\u064a").replace(/\u0629/g, "\u0647");

  for (const plot of document.querySelectorAll("figure")) {
    const readout = plot.querySelector(".readout");
    if (!readout) continue;
    plot.addEventListener("pointerover", (event) => {
      const pointed = event.target.closest("[data-reading]");
      readout.textContent = pointed ? pointed.dataset.reading : "";
    });
    plot.addEventListener("pointerleave", () => { readout.textContent = ""; });
  }

  /** A list that is searched and filtered, and beside it what is chosen in it. */
  function browse(root, entries, { search, filters, summary, detail, found }) {
    const form = root.querySelector("form");
    const list = root.querySelector(".list");
    const shown = root.querySelector(".shown");
    const status = root.querySelector(".found");
    const folded = new Map();
    const options = entries.map((entry, index) => {
      const option = make("li", { role: "option", id: `${root.id}-${index}`, "aria-selected": "false" }, ...summary(entry));
      option.addEventListener("click", () => choose(index));
      return option;
    });
    let visible = entries.map((_, index) => index);
    let chosen = -1;

    function choose(index) {
      if (options[chosen]) options[chosen].setAttribute("aria-selected", "false");
      chosen = index;
      const option = options[index];
      if (!option) {
        list.removeAttribute("aria-activedescendant");
        shown.replaceChildren();
        return;
      }
      option.setAttribute("aria-selected", "true");
      list.setAttribute("aria-activedescendant", option.id);
      const top = option.offsetTop, end = top + option.offsetHeight;
      if (top < list.scrollTop) list.scrollTop = top;
      else if (end > list.scrollTop + list.clientHeight) list.scrollTop = end - list.clientHeight;
      shown.replaceChildren(...detail(entries[index]));
    }

    function matches(entry, index, words) {
      if (!filters.every(({ name, of }) => !form.elements[name].value || of(entry).includes(form.elements[name].value)))
        return false;
      if (!words.length) return true;
      if (!folded.has(index)) folded.set(index, fold(search(entry).join("\n")));
      return words.every((word) => folded.get(index).includes(word));
    }

    function update() {
      const words = fold(form.elements.search.value).split(/\s+/).filter(Boolean);
      visible = entries.map((_, index) => index).filter((index) => matches(entries[index], index, words));
      list.replaceChildren(...visible.map((index) => options[index]));
      status.textContent = visible.length ? found(visible.length) : say("nothing_found");
      choose(visible.includes(chosen) ? chosen : visible.length ? visible[0] : -1);
    }

    for (const { name, of, label } of filters) {
      const counts = new Map();
      for (const entry of entries) for (const value of new Set(of(entry))) counts.set(value, (counts.get(value) || 0) + 1);
      const values = [...counts].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
      form.elements[name].append(...values.map(([value, number]) => make("option", { value }, `${label(value)} (${number})`)));
    }
    form.addEventListener("input", update);
    form.addEventListener("submit", (event) => { event.preventDefault(); list.focus(); });
    form.addEventListener("reset", () => { setTimeout(() => { update(); form.elements.search.focus(); }); });
    form.elements.search.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") { event.preventDefault(); list.focus(); }
      if (event.key === "Escape" && form.elements.search.value) { event.preventDefault(); form.elements.search.value = ""; update(); }
    });
    list.addEventListener("keydown", (event) => {
      const at = visible.indexOf(chosen);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: visible.length - 1, PageDown: at + 8, PageUp: at - 8 }[event.key];
      if (to === undefined || !visible.length) return;
      event.preventDefault();
      choose(visible[Math.max(0, Math.min(visible.length - 1, to))]);
    });
    root.hidden = false;
    update();
    return form.elements.search;
  }

  /** Values of the row and lines of the page light each other up. */
  function link(root) {
    const light = (path, on) => {
      for (const element of root.querySelectorAll("[data-path]")) if (element.dataset.path === path) element.classList.toggle("lit", on);
    };
    for (const [event, on] of [["pointerover", true], ["pointerout", false]])
      root.addEventListener(event, ({ target }) => {
        const linked = target.closest("[data-path]");
        if (linked) light(linked.dataset.path, on);
      });
    return root;
  }

  const linked = (element, path) => { element.classList.add("linked"); element.dataset.path = path; return element; };

  /** The values of a row, from the parts of its page that became them. */
  function valuesOf(row) {
    const values = { headline: [], body: [], related: [] };
    for (const [, block, parts] of row.lines) for (const [mark, text, path] of parts) {
      if (path === "headline" || path === "body") values[path].push(text);
      const item = /^related\[(\d+)\]\.(\w+)$/.exec(path);
      if (!item) continue;
      const entry = values.related[item[1]] ||= { kind: block === "related" ? "block" : "inline", headline: "", age: null, body: [], paragraph: values.body.length };
      if (item[2] === "body") entry.body.push(text); else entry[item[2]] = text;
    }
    return values;
  }

  const nothing = (key) => make("span", { class: "technical" }, texts[key]);

  function relatedItem(item, index) {
    const meta = item.kind === "inline" ? [texts.inline, say("after_paragraph", { number: item.paragraph })] : [texts.block];
    return make("li", { class: item.kind },
      linked(arabic("p", item.headline), `related[${index}].headline`),
      make("div", { class: "meta" }, meta.join(" · "), item.age ? " · " : "", item.age ? linked(isolated(item.age), `related[${index}].age`) : ""),
      ...item.body.map((text) => linked(arabic("p", text), `related[${index}].body`)));
  }

  function cellsOf(row) {
    const values = valuesOf(row);
    const cells = [
      ["headline", values.headline.length ? values.headline.map((text) => linked(arabic("p", text, "strong"), "headline")) : [nothing("no_value")]],
      ["date", [row.date ? linked(isolated(row.date), "date") : nothing("no_value")]],
      ["source", [row.source ? linked(arabic("span", row.source), "source") : nothing("no_value")]],
      ["tags", [row.tags.length ? make("ul", { class: "pills" }, ...row.tags.map((tag) => linked(make("li", { class: "pill", dir: "auto", lang: "ar" }, tag), "tags"))) : nothing("empty_list")]],
      ["body", values.body.length ? values.body.map((text) => linked(arabic("p", text), "body")) : [nothing("no_value")]],
      ["related", [values.related.length ? make("ol", { class: "items" }, ...values.related.map(relatedItem)) : nothing("empty_list")]],
      ["page.warnings", [row.warnings.length ? make("ul", { class: "flags" }, ...row.warnings.map((code) => make("li", {}, make("b", {}, code), " ", isolated(titles[code] || "")))) : nothing("empty_list")]],
      ["page.file", [make("span", { class: "technical" }, isolated(row.file))]],
      ["page.url", [row.url ? make("span", { class: "technical" }, isolated(row.url)) : nothing("no_value")]],
      ["id", [make("span", { class: "technical" }, isolated(row.id))]],
    ];
    return make("dl", { class: "cells" }, ...cells.flatMap(([name, value]) => [make("dt", {}, isolated(name)), make("dd", {}, ...value)]));
  }

  function pageLine([number, block, parts], before) {
    const text = parts.flatMap(([mark, content, path]) => {
      const part = make("span", { class: mark }, content);
      return [path ? linked(part, path) : part, " "];
    });
    return make("li", { class: `block-${block}` },
      make("span", { class: "where", "aria-hidden": "true" }, String(number)),
      make("div", {}, before === block ? "" : make("span", { class: "block" }, blocks[block] || block), make("div", { class: "arabic", dir: "auto", lang: "ar" }, ...text)));
  }

  function rowDetail(row) {
    const lines = row.lines.map((line, index) => pageLine(line, index ? row.lines[index - 1][1] : ""));
    return [link(make("div", { class: "two" },
      make("div", { class: "sheet" }, make("h3", {}, texts.row_title), cellsOf(row)),
      make("div", { class: "sheet" }, make("h3", {}, texts.page_title), make("ol", { class: "lines" }, ...lines),
        row.left_out ? make("p", { class: "rest" }, say("cut_lines", { number: count(row.left_out) })) : "")))];
  }

  const headlineOf = (row) => valuesOf(row).headline.join(" ") || row.file;

  function rejectLine([number, block, before, at, after], faults) {
    const here = faults.filter((fault) => fault.line === number);
    const text = before || at || after
      ? arabic("div", "") : make("div", { class: "absent" }, here.length ? texts.missing_line : "\u00a0");
    if (before || at || after) text.append(...seen(before), at ? make("mark", { dir: "auto" }, ...seen(at)) : "", ...seen(after));
    return make("li", { class: block ? `block-${block}` : "" },
      make("span", { class: "where", "aria-hidden": "true" }, String(number)),
      make("div", {}, block ? make("span", { class: "block" }, blocks[block] || block) : "", text, ...here.map(faultNote)));
  }

  function faultNote(fault) {
    const lines = [[make("b", {}, `${fault.code} ${fault.title}`)]];
    if (fault.path) lines.push([make("code", {}, isolated(fault.path))]);
    if (fault.found !== null) lines.push([`${texts.found_value}: `, make("bdi", {}, ...seen(fault.found))]);
    if (fault.expected !== null) lines.push([`${texts.expected}: `, isolated(fault.expected)]);
    lines.push([`${texts.mend}: `, isolated(fault.mend)]);
    const place = fault.line === null ? "" : make("span", { class: "soft" }, " · ", say("line_at", { line: fault.line, column: fault.column }));
    lines[0].push(place);
    return make("div", { class: fault.level === "warning" ? "bad mild" : "bad" }, ...lines.map((line) => make("div", {}, ...line)));
  }

  function rejectDetail(page) {
    const placed = new Set((page.lines || []).map((line) => line[0]));
    const elsewhere = page.faults.filter((fault) => !placed.has(fault.line));
    return [make("div", { class: "sheet" },
      make("h3", {}, make("span", { class: "technical" }, isolated(page.file)), make("span", { class: "soft" }, say("rejected_bytes", { number: count(page.bytes) }))),
      make("div", { class: "lines" }, ...elsewhere.map(faultNote)),
      page.lines === null ? make("p", { class: "rest" }, texts.rejected_lost)
        : make("ol", { class: "lines" }, ...page.lines.map((line) => rejectLine(line, page.faults))),
      page.left_out ? make("p", { class: "rest" }, say("cut_lines", { number: count(page.left_out) })) : "")];
  }

  for (const notice of document.querySelectorAll(".no-script")) notice.hidden = true;
  const searches = [];
  const rowBrowser = document.getElementById("row-browser");
  if (rowBrowser) searches.push(browse(rowBrowser, data.rows, {
    search: (row) => [row.id, row.file, row.url || "", row.source || "", ...row.tags, ...row.lines.flatMap(([, , parts]) => parts.map(([, text]) => text))],
    filters: [
      { name: "source", of: (row) => (row.source ? [row.source] : []), label: (value) => value },
      { name: "tag", of: (row) => row.tags, label: (value) => value },
      { name: "warning", of: (row) => row.warnings, label: (code) => `${code} ${titles[code] || ""}` },
    ],
    summary: (row) => [
      make("span", { class: "name", dir: "auto", lang: "ar" }, headlineOf(row)),
      make("span", { class: "meta" }, row.source ? isolated(row.source) : "", row.date ? isolated(row.date) : "", ...row.warnings.map((code) => make("span", { class: "code" }, code))),
    ],
    detail: rowDetail,
    found: (number) => say("found", { shown: count(number), rows: count(data.rows.length) }),
  }));
  const rejectBrowser = document.getElementById("reject-browser");
  if (rejectBrowser) searches.push(browse(rejectBrowser, data.rejects, {
    search: (page) => [page.file, ...page.codes, ...(page.lines || []).map((line) => line.slice(2).join(""))],
    filters: [{ name: "code", of: (page) => page.codes, label: (code) => `${code} ${titles[code] || ""}` }],
    summary: (page) => [
      make("span", { class: "technical" }, isolated(page.file)),
      make("span", { class: "meta" }, ...page.faults.filter((fault) => page.codes.includes(fault.code)).map((fault) => make("span", {}, make("span", { class: "code" }, fault.code), " ", fault.title))),
    ],
    detail: rejectDetail,
    found: (number) => say("rejected_found", { shown: count(number), rows: count(data.rejects.length) }),
  }));

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !searches.length) return;
    if (event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    searches[0].focus();
  });
})();
