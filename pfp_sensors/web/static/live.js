"use strict";
// The live page: takes server-sent events and shows them. It words and works out nothing but the age of the news.
(() => {
  const STALE_S = 3, SPAN_S = 300, GAP_S = 2.5, MOST_LANDINGS = 3000, TABLE_ROWS = 30;
  const SAY_EVERY_MS = 15000, TABLE_EVERY_MS = 5000, CALM_EVERY_MS = 5000, AGAIN_MS = 10000;
  const at = (id) => document.getElementById(`live-${id}`);
  const root = document.getElementById("live");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let source = null, place = "", again = 0;
  let picture = null, pictureAt = 0, cutAt = 0, refused = false;
  let saidAt = -Infinity, saidPhase = "", tableAt = -Infinity, drawnAt = -Infinity, drawAsked = false;
  let run = "", landings = [], charts = null;

  // --- small parts ------------------------------------------------------------------------------
  function make(name, text, className) {
    const one = document.createElement(name);
    if (text !== undefined) one.textContent = text;
    if (className) one.className = className;
    return one;
  }
  function put(element, text) {
    if (element.textContent !== text) element.textContent = text;
    element.hidden = text === "";
  }
  function putProse(element, text) {
    if (element.dataset.said === text) return;
    element.dataset.said = text;
    element.replaceChildren(...text.split("`").map((piece, k) => (k % 2 ? make("code", piece) : piece)));
    element.hidden = text === "";
  }
  function clock(seconds) {
    const whole = Math.max(0, Math.floor(seconds)), two = (n) => String(n).padStart(2, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  }
  function svg(name, attributes) {
    const one = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    return one;
  }

  // --- the picture of now -----------------------------------------------------------------------
  function bar(share, mark) {
    const one = svg("svg", { class: "live-bar", viewBox: "0 0 200 26", preserveAspectRatio: "none", "aria-hidden": "true" });
    one.append(
      svg("rect", { class: "bar-all", x: 0, y: 8, width: 200, height: 12 }),
      svg("rect", { class: "bar-now", x: 0, y: 8, width: (200 * share).toFixed(1), height: 12 }),
      svg("line", { class: "bar-mark", x1: 200 * mark, x2: 200 * mark, y1: 2, y2: 26 }),
    );
    return one;
  }
  function nowCard(one) {
    const card = make("div", undefined, "card");
    card.append(make("h3", one.name), make("p", one.value, "big"));
    if (one.share !== null) card.append(bar(one.share, one.mark));
    card.append(make("p", one.against));
    return card;
  }
  function sensorCard(one) {
    const card = make("div", undefined, "card"), list = make("dl");
    for (const [name, text] of one.facts) {
      const row = make("div");
      row.append(make("dt", name), make("dd", text));
      list.append(row);
    }
    card.append(make("h3", one.name), list);
    return card;
  }
  function showPicture() {
    put(at("title"), picture.title);
    putProse(at("words"), picture.words);
    at("link").hidden = !picture.link;
    if (picture.link) {
      const link = make("a", picture.link[1], "button");
      link.href = picture.link[0];
      at("link").replaceChildren(link);
    }
    put(at("synthetic"), picture.synthetic);
    at("notes").hidden = !picture.notes.length;
    at("notes").replaceChildren(...picture.notes.map((text) => make("li", text)));
    at("now-part").hidden = !picture.now.length;
    at("now").replaceChildren(...picture.now.map(nowCard));
    put(at("cue"), picture.cue);
    at("cue").className = picture.cue_is_now ? "cue" : "";
    at("sensor-part").hidden = !picture.sensors.length;
    at("sensors").replaceChildren(...picture.sensors.map(sensorCard));
    at("how").hidden = picture.phase !== "idle";
  }

  // --- old news must never look live ------------------------------------------------------------
  function ageWords(nowMs) {
    if (refused) {
      return "The dashboard does not answer: it has ended, or as many live pages as it allows follow already. " +
        "Close the others. This page tries again by itself.";
    }
    if (cutAt && nowMs - cutAt > 1000 * STALE_S) {
      const seconds = Math.round((nowMs - cutAt) / 1000);
      return `No connection to the dashboard for ${seconds} s. What stands below is old. It is tried again by itself.`;
    }
    if (!picture || !["starting", "recording"].includes(picture.phase)) return "";
    const age = picture.age_s + (nowMs - pictureAt) / 1000;
    return age > STALE_S ? `No news from the recorder for ${Math.round(age)} s. The numbers below are old.` : "";
  }
  function showAge() {
    const words = ageWords(performance.now());
    put(at("stale"), words);
    root.classList.toggle("old", words !== "");
    say(words ? `stale` : picture ? picture.phase : "", words || (picture ? picture.say : ""));
  }
  function say(phase, text) {
    const nowMs = performance.now();
    if (phase === saidPhase && nowMs - saidAt < SAY_EVERY_MS) return;
    if (!text || (phase === saidPhase && phase !== "recording" && phase !== "stale")) return;
    saidAt = nowMs;
    saidPhase = phase;
    at("say").textContent = text;
  }

  // --- landings: charts and table ---------------------------------------------------------------
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  function lineOf(sensor, key) {
    const xs = [], ys = [];
    for (const one of landings) {
      if (one.sensor !== sensor || one[key] === null) continue;
      if (xs.length && one.at_s - xs[xs.length - 1] > GAP_S) { // a break in the line
        xs.push((xs[xs.length - 1] + one.at_s) / 2);
        ys.push(null);
      }
      if (!xs.length || one.at_s > xs[xs.length - 1]) {
        xs.push(one.at_s);
        ys.push(one[key]);
      }
    }
    return [xs, ys];
  }
  function span() {
    const last = Math.max(picture ? picture.elapsed_s : 0, landings.length ? landings[landings.length - 1].at_s : 0);
    return [Math.max(0, last - SPAN_S), Math.max(last, 30)];
  }
  function dataOf(names, key, level) {
    const [from, to] = span();
    const tables = names.map((name) => lineOf(name, key));
    if (level !== null) tables.push([[from, to], [level, level]]);
    const full = tables.filter((one) => one[0].length);
    if (!full.length) return [[], ...tables.map(() => [])];
    const joined = uPlot.join(full, full.map((one) => one.map(() => 2)));
    let next = 1;
    return [joined[0], ...tables.map((one) => (one[0].length ? joined[next++] : joined[0].map(() => undefined)))];
  }
  function chartOf(id, names, key, level, low, high, unit) {
    const holder = at(`chart-${id}`), ink = css("--ink"), rule = css("--rule");
    const axis = { stroke: ink, grid: { stroke: rule, width: 0.5 }, ticks: { stroke: rule, width: 0.5 } };
    const styles = [{ stroke: css("--s0"), width: 2 }, { stroke: css("--s1"), width: 2, dash: [6, 3] }];
    const series = [{}, ...names.map((name, k) => ({ label: name, ...styles[k % 2], points: { show: false } }))];
    if (level !== null) series.push({ label: "aim", stroke: css("--alarm"), width: 2, dash: [2, 3], points: { show: false } });
    const options = {
      width: holder.clientWidth || 300, height: 220, series,
      legend: { show: false }, cursor: { show: false },
      scales: {
        x: { time: false, range: () => span() },
        y: { range: (_u, min, max) => [Math.min(low, min ?? low), Math.max(high, 1.1 * (max ?? high))] },
      },
      axes: [
        { ...axis, values: (_u, ticks) => ticks.map(clock), label: "minutes and seconds", labelSize: 20 },
        { ...axis, size: 40, label: unit, labelSize: 20 },
      ],
    };
    return { key, level, names, plot: new uPlot(options, dataOf(names, key, level), holder) };
  }
  function keyWords(names, level) {
    const drawn = ["solid", "dashed"];
    const words = names.map((name, k) => `${drawn[k % 2]}: ${name}`);
    if (level) words.push(`dotted: ${level}`);
    return words.length ? `${words.join("; ")}.` : "";
  }
  function buildCharts() {
    if (charts) charts.all.forEach((one) => one.plot.destroy());
    const known = picture && picture.sensors.length ? picture.sensors : null;
    const names = known ? known.map((one) => one.id) : [...new Set(landings.map((one) => one.sensor))];
    const shown = known ? known.map((one) => one.name) : names;
    const [tolerance, target] = [picture.tolerance_g, picture.cadence_target_spm];
    at("chart-part").hidden = false;
    put(at("key-impact"), keyWords(shown, tolerance === null ? "" : "your tolerance for now"));
    put(at("key-cadence"), keyWords(shown, target === null ? "" : "the cadence to compare with"));
    charts = {
      made: signature(),
      all: [
        chartOf("impact", names, "resultant_g", tolerance, 0, 10, "g"),
        chartOf("cadence", names, "cadence_spm", target, 140, 190, "steps per minute"),
      ],
    };
  }
  const signature = () => JSON.stringify([picture.run, picture.tolerance_g, picture.cadence_target_spm, picture.sensors.map((one) => one.name)]);
  function draw() {
    drawAsked = false;
    if (!picture || !window.uPlot || !picture.sensors.length || document.hidden) return;
    const nowMs = performance.now(), isNew = !charts || charts.made !== signature();
    if (!isNew && calm.matches && nowMs - drawnAt < CALM_EVERY_MS) return;
    drawnAt = nowMs;
    if (isNew) buildCharts();
    else charts.all.forEach((one) => one.plot.setData(dataOf(one.names, one.key, one.level)));
  }
  function drawSoon() {
    if (!drawAsked) {
      drawAsked = true;
      requestAnimationFrame(draw);
    }
  }
  function showTable(force) {
    const nowMs = performance.now();
    if (!at("table-part").open || (!force && nowMs - tableAt < TABLE_EVERY_MS)) return;
    tableAt = nowMs;
    const number = (value, digits) => (value === null ? "not known" : value.toFixed(digits));
    at("table").replaceChildren(...landings.slice(-TABLE_ROWS).reverse().map((one) => {
      const row = make("tr"), head = make("th", clock(one.at_s));
      head.scope = "row";
      const impact = number(one.resultant_g, 1) + (one.clipped ? ", at the end of its range" : "");
      row.append(head, make("td", one.sensor), make("td", impact), make("td", number(one.cadence_spm, 0)));
      return row;
    }));
  }

  // --- what comes in ----------------------------------------------------------------------------
  function takePicture(one) {
    if (one.run && one.run !== run) {
      run = one.run;
      landings = landings.filter((landing) => landing.run === run);
      if (charts) charts.all.forEach((chart) => chart.plot.destroy());
      charts = null;
    }
    picture = one;
    pictureAt = performance.now();
    showPicture();
    showAge();
    drawSoon();
    showTable(false);
  }
  function takeLandings(event) {
    const of = event.lastEventId.slice(0, event.lastEventId.lastIndexOf(":"));
    if (landings.length && landings[landings.length - 1].run !== of) landings = [];
    for (const one of JSON.parse(event.data).landings) landings.push({ ...one, run: of });
    if (landings.length > MOST_LANDINGS) landings = landings.slice(-MOST_LANDINGS);
    place = event.lastEventId;
    root.dataset.landings = String(Number(root.dataset.landings || 0) + JSON.parse(event.data).landings.length);
    drawSoon();
    showTable(false);
  }
  function open() {
    clearTimeout(again);
    if (source) source.close();
    source = new EventSource(`/live/events${place ? `?after=${encodeURIComponent(place)}` : ""}`);
    source.addEventListener("open", () => { cutAt = 0; refused = false; showAge(); });
    source.addEventListener("state", (event) => takePicture(JSON.parse(event.data)));
    source.addEventListener("ended", (event) => takePicture(JSON.parse(event.data)));
    source.addEventListener("landings", takeLandings);
    source.addEventListener("error", () => {
      cutAt = cutAt || performance.now();
      if (source.readyState === EventSource.CLOSED) {
        refused = true;
        again = setTimeout(open, AGAIN_MS);
      }
      showAge();
    });
  }
  function shut() { // a hidden page takes none of the few connections that a browser gives one server
    clearTimeout(again);
    if (source) source.close();
    source = null;
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) shut();
    else open();
  });
  addEventListener("pagehide", shut);
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  dark.addEventListener("change", () => { if (charts && picture) { charts.made = ""; drawSoon(); } });
  new ResizeObserver(() => {
    if (charts) charts.all.forEach((one, k) => {
      const width = at(["chart-impact", "chart-cadence"][k]).clientWidth;
      if (width && width !== one.plot.width) one.plot.setSize({ width, height: 220 });
    });
  }).observe(root);
  at("table-part").addEventListener("toggle", () => showTable(true));
  setInterval(showAge, 1000);
  open();
})();
