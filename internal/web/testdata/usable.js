// usable(checks) looks at the page as WCAG 2.2 AA has it and gives one line for each thing that is
// wrong. It asks the browser, so it sees what is drawn and not what was meant.
function usable(lang, checks) {
  const bad = [];
  const still = new CSSStyleSheet(); // a colour on its way from light to dark is none of the two
  still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets = [still];
  const name = (el) => {
    const words = (el.textContent || el.getAttribute("aria-label") || el.getAttribute("name") || "").trim().replace(/\s+/g, " ").slice(0, 30);
    return `<${el.tagName.toLowerCase()}${el.id ? "#" + el.id : ""}${typeof el.className === "string" && el.className ? "." + el.className.trim().split(/\s+/).join(".") : ""}> "${words}"`;
  };
  const say = (what, el, more = "") => { if (bad.length < 40) bad.push(`${what}: ${el ? name(el) : ""} ${more}`); };
  const seen = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !el.closest(".visually-hidden");

  // Colours are asked of a canvas, which knows every way to write one.
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  pen.canvas.width = pen.canvas.height = 1;
  const known = new Map();
  const rgba = (text) => {
    if (!known.has(text)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = text;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(text, [r, g, b, a / 255]);
    }
    return known.get(text);
  };
  const over = (top, under, alpha) => [0, 1, 2].map((i) => top[i] * alpha + under[i] * (1 - alpha));
  const light = (c) => {
    const [r, g, b] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const once = (f) => { const got = new Map(); return (el) => { if (!got.has(el)) got.set(el, f(el)); return got.get(el); }; };
  const paper = once((el) => {
    const c = rgba(getComputedStyle(el).backgroundColor);
    if (c[3] >= 1) return c.slice(0, 3);
    const under = el.parentElement ? paper(el.parentElement) : [255, 255, 255];
    return c[3] > 0 ? over(c, under, c[3]) : under;
  });
  const opacity = once((el) => Number(getComputedStyle(el).opacity) * (el.parentElement ? opacity(el.parentElement) : 1));
  const contrast = (el, colour, style, what) => {
    const under = paper(el), ink = rgba(colour), r = ratio(over(ink, under, ink[3] * opacity(el)), under);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (r < (large ? 3 : 4.5) - 0.005) say(what, el, `has contrast ${r.toFixed(2)} (${colour} on ${under.map(Math.round)})`);
  };

  if (checks.contrast) {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const done = new Set();
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      const el = n.parentElement;
      if (!n.data.trim() || done.has(el) || el.closest("script, noscript, [disabled], svg") || !seen(el)) continue;
      done.add(el);
      contrast(el, getComputedStyle(el).color, getComputedStyle(el), "text");
    }
    for (const el of document.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), textarea, select")) {
      if (!seen(el)) continue;
      contrast(el, getComputedStyle(el).color, getComputedStyle(el), "field");
      if (el.placeholder) contrast(el, getComputedStyle(el, "::placeholder").color, getComputedStyle(el), "placeholder");
    }
  }

  const controls = [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea, [tabindex='0']")].filter(seen);
  if (checks.names) {
    const text = (ids) => (ids || "").split(/\s+/).map((id) => document.getElementById(id)?.textContent || "").join("");
    for (const el of controls) {
      const label = el.labels ? [...el.labels].map((l) => l.textContent).join("") : "";
      const words = el.getAttribute("aria-label") || text(el.getAttribute("aria-labelledby")) || label || (el.matches("input, select, textarea") ? "" : el.textContent || [...el.querySelectorAll("img")].map((i) => i.alt).join(""));
      if (!words.trim()) say("has no name", el);
    }
    if (document.querySelectorAll("h1").length !== 1) say("h1", null, document.querySelectorAll("h1").length);
    if (document.querySelectorAll("main").length !== 1) say("main", null, document.querySelectorAll("main").length);
    if (!document.querySelector("footer")) say("has no footer", document.body);
    if (document.querySelector(".tx-shell") && !document.querySelector("header nav")) say("has no menu in its header", document.body);
    for (const nav of document.querySelectorAll("nav")) if (!nav.getAttribute("aria-label")) say("navigation without a name", nav);
    const skip = document.querySelector("a[href], button, input:not([type=hidden]), summary");
    if (!skip.matches(".tx-skip") || !document.querySelector(skip.getAttribute("href"))) say("the first stop does not skip to the text", skip);
    const words = [document.body.innerText, ...[...document.querySelectorAll("[aria-label], [placeholder], [title], [alt]")].flatMap((el) => ["aria-label", "placeholder", "title", "alt"].map((a) => el.getAttribute(a) || ""))].join("\n");
    const key = words.match(/\b(web(_[a-z]+)?|fault|date|intake|registry|figure|account|audit|org|filing|cn|api|listing|export|ledger|vault|backup|money|db|app)\.[a-z]+_[a-z_0-9]+\b/);
    if (key) say("prints a key of the catalogue", null, key[0]);
    if (words.includes("%!")) say("prints a broken verb", null, words.substr(words.indexOf("%!"), 30));
    for (const r of performance.getEntriesByType("resource")) if (!r.name.startsWith(location.origin) && !r.name.startsWith("data:")) say("asks another host", null, r.name);
  }

  if (checks.lang && lang === "en") {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      if (/\p{Script=Han}/u.test(n.data) && !n.parentElement.closest("[lang]").lang.startsWith("zh")) say("Chinese that is not marked", n.parentElement, n.data.trim().slice(0, 40));
    }
  }

  // A target is 24 by 24 px, or stands so that a circle of that size around its middle touches no
  // other; links within a text are as high as its lines (2.5.8).
  if (checks.targets) {
    const box = (el) => (el.closest("label") && el.matches("input") ? el.closest("label") : el).getBoundingClientRect();
    const targets = controls.filter((el) => !el.matches("[tabindex='0']") && getComputedStyle(el).pointerEvents !== "none");
    const boxes = targets.map(box);
    targets.forEach((el, i) => {
      const b = boxes[i];
      if (!b.width || !b.height || (b.width >= 23.9 && b.height >= 23.9)) return;
      if (el.matches(".tx-skip") || el.matches(".tx-cover")) return; // the one is off the page, the other as large as its card
      const style = getComputedStyle(el), around = el.parentElement;
      if (style.display === "inline" && around.textContent.trim().length > el.textContent.trim().length) return;
      const x = b.x + b.width / 2, y = b.y + b.height / 2;
      const top = document.elementFromPoint(x, y);
      if (top && !el.contains(top) && !top.contains(el)) return; // it has scrolled below the bar that stays: no target just now
      const near = boxes.findIndex((o, k) => {
        if (k === i || targets[k].contains(el) || el.contains(targets[k]) || !o.width || targets[k].matches(".tx-cover, .tx-skip") || !targets[k].closest(".tx-tabs") !== !el.closest(".tx-tabs")) return false;
        const dx = Math.max(o.left - x, 0, x - o.right), dy = Math.max(o.top - y, 0, y - o.bottom);
        return Math.hypot(dx, dy) < 11.9;
      });
      if (near >= 0) say("target is too small", el, `${Math.round(b.width)} × ${Math.round(b.height)} px beside ${name(targets[near])}`);
    });
  }

  if (checks.focus) {
    const kinds = new Map(); // the Tab key was pressed before, so that a script's focus shows as a keyboard's
    for (const el of controls) if (!el.disabled) kinds.set(el.tagName + "." + el.className, el);
    for (const el of kinds.values()) {
      el.focus({ preventScroll: true });
      if (document.activeElement !== el) { say("cannot be reached by keyboard", el); continue; }
      const s = getComputedStyle(el);
      if ((s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) && s.boxShadow === "none") say("does not show that it has the focus", el);
    }
  }

  if (checks.wide) {
    const over = document.documentElement.scrollWidth - innerWidth;
    if (over > 0) {
      const widest = [...document.querySelectorAll("body *")].filter((el) => el.getBoundingClientRect().right > innerWidth + 1 && !el.parentElement.closest(".tx-scroll, .tx-demo, .tx-tabs, .tx-skip")).pop();
      say(`is ${over} px too wide`, widest || document.body);
    }
    for (const el of innerWidth < 900 ? document.querySelectorAll(".tx-scroll") : []) { // a desk has bars to scroll with
      if (el.scrollWidth > el.clientWidth + 1 && !(el.previousElementSibling && el.previousElementSibling.matches(".tx-swipe") && seen(el.previousElementSibling))) say("is cut off without a word", el, `${el.scrollWidth} > ${el.clientWidth} px`);
    }
  }
  return bad;
}
