// The few things a page does by itself: draw charts from their tables, keys, print.
// Nothing here is needed to read or to work; no text is made here.
"use strict";
(function () {
  // A light-dark() value is only resolved on a property, so colours are read from a probe.
  function colour(name) {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    probe.style.display = "none";
    document.body.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  }

  function rows(box) {
    return [...box.parentElement.querySelectorAll("tr[data-label]")].map((tr) => ({
      name: tr.dataset.label, value: Number(tr.dataset.value), text: tr.dataset.text, href: tr.dataset.href, shade: tr.dataset.shade,
    }));
  }

  const nameLabel = (ink) => ({ color: ink, interval: 0, width: 150, overflow: "break" });

  // A cross table is one bar a row and one piece a column.
  function cross(box, base, ink, paper) {
    const table = box.parentElement.querySelector("table.tx-cross");
    const cols = [...table.querySelectorAll("th[data-series]")].map((th) => th.dataset.series);
    const lines = [...table.querySelectorAll("tr[data-label]")];
    const shades = [...table.querySelectorAll("th[data-series]")].map((th) => colour(`--tx-${th.dataset.shade}`));
    // The legend wraps: about 13 px a Chinese character, 7 px any other, and its mark.
    const words = cols.reduce((sum, c) => sum + 36 + [...c].reduce((w, ch) => w + (ch > "\u2e7f" ? 13 : 7), 0), 0);
    const foot = Math.ceil(words / Math.max(200, box.clientWidth - 60)) * 26 + 10;
    return Object.assign(base, {
      grid: { left: 20, right: 24, top: 8, bottom: foot, containLabel: true },
      legend: { bottom: 0, type: "plain", icon: "roundRect", itemWidth: 14, itemHeight: 14, textStyle: { color: ink }, selectedMode: false },
      xAxis: { type: "value", axisLabel: { show: false }, splitLine: { show: false } },
      yAxis: { type: "category", inverse: true, data: lines.map((tr) => tr.dataset.label), axisLine: { show: false }, axisTick: { show: false }, axisLabel: nameLabel(ink) },
      series: cols.map((name, i) => ({
        type: "bar", name, stack: "all", barMaxWidth: 22, itemStyle: { color: shades[i], borderColor: paper, borderWidth: 1 },
        data: lines.map((tr) => {
          const td = tr.querySelectorAll("td[data-cell]")[i], a = td.querySelector("a");
          return { name: `${tr.dataset.label} · ${name}`, value: Number(td.dataset.cell || 0), text: td.title, href: a ? a.getAttribute("href") : "" };
        }),
      })),
    });
  }

  function option(box, kind, data) {
    const ink = colour("--tx-ink"), dim = colour("--tx-dim"), line = colour("--tx-line"), paper = colour("--tx-paper");
    const base = {
      animation: false, aria: { enabled: false },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
      tooltip: { renderMode: "richText", backgroundColor: paper, borderColor: line, textStyle: { color: ink }, formatter: (p) => `${p.data.name}  ${p.data.text}` },
    };
    if (kind === "cross") return cross(box, base, ink, paper);
    if (kind === "stack") {
      const shades = data.map((d) => colour(`--tx-${d.shade || "c1"}`)), total = data.reduce((sum, d) => sum + d.value, 0);
      const share = (p) => (p.data.value * 100 / total >= 5 ? `${Math.round(p.data.value * 100 / total)}%` : "");
      const text = Object.fromEntries(data.map((d) => [d.name, d.text]));
      return Object.assign(base, {
        grid: { left: 16, right: 16, top: 4, height: 80 },
        legend: { top: 100, left: 8, orient: "vertical", height: 190, itemGap: 9, icon: "roundRect", itemWidth: 14, itemHeight: 14, textStyle: { color: ink }, selectedMode: false, formatter: (n) => `${n}  ${text[n]}` },
        xAxis: { type: "value", max: "dataMax", show: false },
        yAxis: { type: "category", data: [""], show: false },
        series: data.map((d, i) => ({
          type: "bar", name: d.name, stack: "all", barWidth: 68, data: [d], itemStyle: { color: shades[i], borderColor: paper, borderWidth: 1 },
          label: { show: true, formatter: share, color: /^r[5-8]$/.test(d.shade) ? "#fff" : "#12304f" },
        })),
      });
    }
    return Object.assign(base, {
      grid: { left: 20, right: 88, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "value", axisLabel: { show: false }, splitLine: { show: false } },
      yAxis: { type: "category", inverse: true, data: data.map((d) => d.name), axisLine: { show: false }, axisTick: { show: false }, axisLabel: nameLabel(ink) },
      series: [{ type: "bar", data, barMaxWidth: 22, itemStyle: { color: colour("--tx-c1"), borderRadius: 2 }, label: { show: true, position: "right", color: dim, formatter: (p) => p.data.text } }],
    });
  }

  function draw(box) {
    const data = rows(box);
    if (!window.echarts) return;
    if (!data.length) { box.textContent = box.dataset.empty; return; }
    box.style.height = `${box.clientHeight}px`; // what held the place goes; nothing below may move
    const chart = echarts.init(box, null, { renderer: "canvas" });
    chart.setOption(option(box, box.dataset.chart, data));
    chart.on("click", (p) => { if (p.data.href) location.href = p.data.href; });
    new ResizeObserver(() => chart.resize()).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(option(box, box.dataset.chart, data), true));
  }

  const typing = (e) => e.target.closest("input, select, textarea") || e.ctrlKey || e.metaKey || e.altKey;

  // `/` searches; arrows walk the rows of a list, Enter opens, Esc closes a menu.
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") {
      document.querySelectorAll("details.tx-menu[open], details.tx-more[open], details.tx-pick[open], details.tx-reveal[open]").forEach((d) => { d.open = false; d.querySelector("summary").focus(); });
      return;
    }
    if (typing(e)) return;
    if (e.key === "/") {
      const box = document.querySelector("#f-q") || document.querySelector("[data-search]");
      if (box) { e.preventDefault(); box.focus(); box.select(); }
    } else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      walk(e, e.key === "ArrowDown" ? 1 : -1);
    }
  });

  function walk(e, step) {
    const row = e.target.closest("table[data-rows] tbody tr");
    const table = row ? row.closest("table") : e.target.closest(".tx-scroll");
    if (!table) return;
    const links = [...table.querySelectorAll("tbody tr")].map((tr) => tr.querySelector("a[href]")).filter(Boolean);
    const at = row ? links.indexOf(row.querySelector("a[href]")) : -1;
    const next = links[Math.max(0, Math.min(links.length - 1, at + step))];
    if (next) { e.preventDefault(); next.focus(); }
  }

  document.addEventListener("click", (e) => {
    const copy = e.target.closest("[data-copy]");
    if (copy) take(copy);
    if (e.target.closest("[data-print]")) { e.preventDefault(); window.print(); }
    document.querySelectorAll("details.tx-menu[open], details.tx-more[open], details.tx-pick[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
  });

  // A text is copied; where the clipboard is closed to pages (plain http), the old way over a selection still works.
  async function take(button) {
    const text = document.getElementById(button.dataset.copy), done = button.parentElement.querySelector("[data-done]");
    try {
      await navigator.clipboard.writeText(text.value);
    } catch {
      text.select();
      document.execCommand("copy");
      button.focus();
    }
    done.hidden = false;
  }

  // What stands behind the # of a slip's address goes into the form and out of the address, where a history would keep it.
  const slip = document.querySelector("form[data-slip]"), [login, code] = location.hash.slice(1).split("/");
  if (slip && code) {
    if (slip.elements.login) slip.elements.login.value = decodeURIComponent(login);
    slip.elements.code.value = code;
    (slip.querySelector("#f-id") || slip.elements.password).focus();
    history.replaceState(null, "", location.pathname);
  }

  // A part that could not be fetched is asked for as a page, which says what is wrong.
  document.addEventListener("htmx:responseError", (e) => {
    const { pathInfo, requestConfig } = e.detail;
    if (requestConfig.verb === "get" && e.detail.xhr.status !== 401) location.href = pathInfo.finalRequestPath;
  });

  document.querySelectorAll("[data-chart]").forEach(draw);
})();
