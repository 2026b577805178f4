"use strict";
/* The strides of a run, to be explored: three charts on one time axis, a slider that moves the line through
   them, and what stands at the line in words. Without script the page has its own charts and tables. */
(() => {
  const section = document.getElementById("explore");
  const place = document.getElementById("explore-charts");
  const slider = document.getElementById("explore-at");
  const said = document.getElementById("explore-said");
  if (!section || !window.uPlot) return;

  const KINDS = [
    { key: "cadence_spm", title: "Cadence (steps per minute)", unit: "steps per minute", digits: 0, span: 10 },
    { key: "impact_g", title: "Landing impact (g)", unit: "g landing impact", digits: 1, span: 2 },
    { key: "speed_mps", title: "Speed (m/s)", unit: "m/s", digits: 2, span: 0.5 },
  ];
  const DASHES = [[], [6, 3]];
  const LIMIT_DASHES = [[2, 3], [8, 3, 2, 3]];
  const LIMIT_NAMES = ["dotted line", "line of dots and dashes"];
  const STRIDES_OF_HALF_A_MINUTE = 41;
  const LEAST_SHOWN_S = 5;
  const SAY_AFTER_MS = 250;
  const HEIGHT = 190;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  let plots = [];
  let times = [];
  let legs = [];
  let tolerances = [];
  let sayLater = 0;

  const clock = (seconds) => {
    const whole = Math.round(seconds);
    const tail = String(whole % 60).padStart(2, "0");
    const minutes = Math.floor(whole / 60);
    return minutes < 60 ? `${minutes}:${tail}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${tail}`;
  };
  const legName = (leg) => (legs.length > 1 ? `${leg.name} leg ` : "");

  function nearest(leg, time) {
    let low = 0;
    let high = leg.time_s.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (leg.time_s[middle] <= time) low = middle; else high = middle;
    }
    return time - leg.time_s[low] <= leg.time_s[high] - time ? low : high;
  }

  function words(time) {
    const parts = legs.map((leg) => {
      const k = nearest(leg, time);
      if (Math.abs(leg.time_s[k] - time) > 2) return `${legName(leg)}nothing measured`;
      const values = KINDS.map(({ key, unit, digits }) =>
        leg[key][k] === null ? `${unit} not known` : `${leg[key][k].toFixed(digits)} ${unit}`);
      return legName(leg) + values.join(", ");
    });
    return `At ${clock(time)}: ${parts.join("; ")}.`;
  }

  function say(time) {
    clearTimeout(sayLater);
    sayLater = setTimeout(() => { said.textContent = words(time); }, SAY_AFTER_MS);
  }

  function moveTo(index) {
    const k = Math.max(0, Math.min(times.length - 1, index));
    slider.value = String(k);
    slider.setAttribute("aria-valuetext", clock(times[k]));
    const { min, max } = plots[0].scales.x;
    if (times[k] < min || times[k] > max) {
      const width = max - min;
      zoomTo(times[k] - width / 2, times[k] + width / 2);
    }
    placeLine();
    say(times[k]);
  }

  /* uPlot takes new limits and sizes over at the end of the turn: the line is placed after that. */
  function placeLine() {
    setTimeout(() => {
      const time = times[Number(slider.value)];
      for (const plot of plots) {
        const { min, max } = plot.scales.x;
        plot.setCursor({ left: time >= min && time <= max ? plot.valToPos(time, "x") : -10, top: 0 }, false);
      }
    }, 0);
  }

  function zoomTo(from, to) {
    const first = times[0];
    const last = times[times.length - 1];
    const width = Math.min(Math.max(to - from, LEAST_SHOWN_S), last - first);
    const min = Math.min(Math.max(from, first), last - width);
    for (const plot of plots) plot.setScale("x", { min, max: min + width });
    placeLine();
  }

  function zoom(how) {
    const { min, max } = plots[0].scales.x;
    const width = max - min;
    const at = times[Number(slider.value)];
    const centre = at >= min && at <= max ? at : (min + max) / 2;
    if (how === "in") zoomTo(centre - width / 4, centre + width / 4);
    if (how === "out") zoomTo(centre - width, centre + width);
    if (how === "back") zoomTo(min - width / 2, max - width / 2);
    if (how === "on") zoomTo(min + width / 2, max + width / 2);
    if (how === "all") zoomTo(times[0], times[times.length - 1]);
  }

  function drawTolerances(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = colour("--alarm");
    ctx.lineWidth = 2 * devicePixelRatio;
    tolerances.forEach((one, k) => {
      const y = plot.valToPos(one.impact_g, "y", true);
      ctx.setLineDash(LIMIT_DASHES[k % 2].map((part) => part * devicePixelRatio));
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    });
    ctx.restore();
  }

  function limits(kind, low, high) {
    if (low === null || high === null || low === undefined) return [0, kind.span];
    let from = low;
    let to = high;
    if (kind.key === "impact_g") for (const one of tolerances) {
      from = Math.min(from, one.impact_g);
      to = Math.max(to, one.impact_g);
    }
    const room = Math.max(0.08 * (to - from), (kind.span - (to - from)) / 2);
    return [Math.max(0, from - room), to + room];
  }

  function captionOf(kind) {
    const lines = legs.length > 1 ? `: ${legs[0].name} leg full line, ${legs[1].name} leg dashed` : "";
    if (kind.key !== "impact_g" || !tolerances.length) return `${kind.title}${lines}.`;
    const limits = tolerances.map((one, k) =>
      `${(Math.floor(one.impact_g * 10 + 1e-6) / 10).toFixed(1)} g${one.leg ? `, ${one.leg} leg` : ""} (${LIMIT_NAMES[k % 2]})`);
    return `${kind.title}${lines}. Tolerance, at your easy speed: ${limits.join("; ")}.`;
  }

  function plotOf(kind) {
    const holder = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = captionOf(kind);
    const box = document.createElement("div");
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", `${kind.title} of every stride over time. The slider below reads the values.`);
    holder.append(caption, box);
    place.append(holder);
    const axis = {
      stroke: () => colour("--ink"),
      grid: { stroke: () => colour("--rule"), width: 1 },
      ticks: { stroke: () => colour("--rule"), width: 1 },
      font: "12px system-ui, sans-serif",
    };
    const lines = legs.map((leg, k) => ({
      label: leg.name, stroke: () => colour(k ? "--s1" : "--s0"), width: 1.5, dash: DASHES[k % 2], points: { show: false },
    }));
    const data = window.uPlot.join(legs.map((leg) => [leg.time_s, leg[kind.key]]));
    const plot = new window.uPlot({
      width: Math.max(place.clientWidth, 200), height: HEIGHT, legend: { show: false },
      cursor: { sync: { key: "pfp-explore" }, drag: { x: true, y: false }, focus: { prox: -1 } },
      scales: { x: { time: false }, y: { range: (_, low, high) => limits(kind, low, high) } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map(clock), incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200] },
        { ...axis, size: 46 },
      ],
      series: [{}, ...lines],
      hooks: {
        draw: kind.key === "impact_g" ? [drawTolerances] : [],
        setScale: [(changed, key) => {
          if (key !== "x") return;
          const { min, max } = changed.scales.x;
          for (const plot of plots) {
            if (plot !== changed && (plot.scales.x.min !== min || plot.scales.x.max !== max)) plot.setScale("x", { min, max });
          }
        }],
      },
    }, data, box);
    plot.over.addEventListener("pointermove", () => pointed(plot));
    plot.over.addEventListener("click", () => pointed(plot));
    return plot;
  }

  function pointed(plot) {
    if (plot.cursor.left < 0) return;
    const time = plot.posToVal(plot.cursor.left, "x");
    const leg = { time_s: times };
    const k = nearest(leg, time);
    slider.value = String(k);
    slider.setAttribute("aria-valuetext", clock(times[k]));
    say(times[k]);
  }

  const KEYS = { "+": "in", "=": "in", "-": "out", "0": "all" };
  function onKey(event) {
    const steps = { PageUp: STRIDES_OF_HALF_A_MINUTE, PageDown: -STRIDES_OF_HALF_A_MINUTE }[event.key];
    if (steps) moveTo(Number(slider.value) + steps);
    else if (KEYS[event.key]) zoom(KEYS[event.key]);
    else return;
    event.preventDefault();
  }

  function begin(series) {
    legs = series.legs.filter((leg) => leg.time_s.length > 1);
    tolerances = series.tolerances;
    if (!legs.length) return;
    times = legs[0].time_s;
    section.hidden = false;
    plots = KINDS.filter(({ key }) => legs.some((leg) => leg[key].some((value) => value !== null))).map(plotOf);
    if (!plots.length) { section.hidden = true; return; }
    slider.max = String(times.length - 1);
    slider.addEventListener("input", () => moveTo(Number(slider.value)));
    slider.addEventListener("keydown", onKey);
    for (const button of section.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => zoom(button.dataset.zoom));
    }
    dark.addEventListener("change", () => plots.forEach((plot) => plot.redraw()));
    new ResizeObserver(() => {
      const width = Math.max(place.clientWidth, 200);
      for (const plot of plots) if (plot.width !== width) plot.setSize({ width, height: HEIGHT });
      placeLine();
    }).observe(place);
    section.dataset.drawn = "yes";
  }

  fetch(section.dataset.from).then((answer) => (answer.ok ? answer.json() : null)).then((series) => { if (series) begin(series); });
})();
