"use strict";

// The timer of a guided session. The steps come from the server, as the command plays them; what was done is
// kept in this tab (sessionStorage) until the form below was stored, so a reload loses nothing.

(() => {
  const WORK = new Set(["hold", "reps", "move"]);
  const LABELS = {
    warm_up: "Warm up", show: "Begins in", get_ready: "Get ready", change_side: "Change side",
    rest: "Rest", hold: "Hold", move: "Go on",
  };
  const TICK_MS = 200;
  const FORGET_MS = 6 * 3600 * 1000;  // what is older belongs to another session
  const at = (name) => document.getElementById(`timer-${name}`);
  const box = document.getElementById("timer");
  const STORED = `pfp-session ${box.dataset.steps}`;
  const form = document.querySelector("#done form");
  let plan = { ident: "", steps: [], names: {} };
  let state = { index: 0, leftMs: 0, done: [], counts: {}, typed: {}, sent: false };
  let until = null;  // when the step ends, while the timer runs
  let audio = null;
  let lock = null;

  const step = () => plan.steps[state.index];
  const isOver = () => state.index >= plan.steps.length;

  function keep() {
    if (until !== null) state.leftMs = Math.max(0, until - Date.now());
    sessionStorage.setItem(STORED, JSON.stringify({ ...state, ident: plan.ident, savedMs: Date.now() }));
  }

  function kept() {
    try {
      const found = JSON.parse(sessionStorage.getItem(STORED));
      return found && Date.now() - found.savedMs < FORGET_MS ? found : null;
    } catch {
      return null;
    }
  }

  function begin(index) {
    state.index = Math.max(0, index);
    while (!isOver() && step().seconds <= 0) state.index += 1;
    state.leftMs = isOver() ? 0 : 1000 * step().seconds;
    if (until !== null) until = isOver() ? null : Date.now() + state.leftMs;
    if (isOver()) finish();
    else say(words(step()));
    keep();
    draw();
  }

  function back() {
    let index = state.index - 1;
    while (index > 0 && plan.steps[index].seconds <= 0) index -= 1;
    state.done = state.done.filter((one) => one < index);
    fill();
    begin(index);
  }

  function next() {
    if (isOver()) return;
    if (WORK.has(step().kind)) {
      state.done.push(state.index);
      fill();
      beep();
    }
    begin(state.index + 1);
    if (!isOver() && WORK.has(step().kind)) beep();
  }

  function skip() {
    if (isOver()) return;
    const exercise = step().exercise;
    let index = state.index + 1;
    while (exercise && index < plan.steps.length && plan.steps[index].exercise === exercise) index += 1;
    begin(index);
  }

  function toggle() {
    if (isOver()) return begin(0);
    if (until === null) {
      until = Date.now() + state.leftMs;
      stayAwake();
      say(words(step()));
    } else {
      state.leftMs = Math.max(0, until - Date.now());
      until = null;
      letSleep();
      say("Paused.");
    }
    keep();
    draw();
  }

  function finish() {
    until = null;
    letSleep();
    say("That was the session. Please say below what was done, and how much it hurt.");
    document.getElementById("done-title").focus();
  }

  // Write the counted sets into the form, but not over what a person typed.
  function fill() {
    state.counts = {};
    for (const index of state.done) {
      const one = plan.steps[index];
      const name = one.side ? `sets-${one.exercise}-${one.side}` : `sets-${one.exercise}`;
      state.counts[name] = (state.counts[name] || 0) + 1;
    }
    for (const input of form.querySelectorAll("input[name^='sets-']")) {
      if (!(input.name in state.typed)) input.value = state.counts[input.name] || "";
    }
  }

  function words(one) {
    const set = WORK.has(one.kind) && one.of_sets ? `Set ${one.set_number} of ${one.of_sets}. ` : "";
    return set + one.text;
  }

  function label(one, passedS) {
    if (one.kind !== "reps" || !one.reps) return LABELS[one.kind] || "";
    const oneS = one.up_s + one.hold_s + one.down_s;
    const number = oneS > 0 ? Math.min(one.reps, Math.floor(passedS / oneS + 1e-6) + 1) : one.reps;
    const intoS = passedS - (number - 1) * oneS;
    const where = intoS < one.up_s - 1e-6 ? "there" : intoS < one.up_s + one.hold_s - 1e-6 ? "hold" : "back";
    return `${number} of ${one.reps}: ${where}`;
  }

  function digits(seconds) {
    if (seconds < 100) return String(seconds);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  function draw() {
    const leftMs = until === null ? state.leftMs : Math.max(0, until - Date.now());
    const one = isOver() ? null : step();
    at("go").textContent = one === null ? "Start again" : until === null ? (state.index ? "Go on" : "Start") : "Pause";
    at("exercise").textContent = one && one.exercise ? plan.names[one.exercise] : "";
    at("step").textContent = one ? words(one) : "That was the session.";
    at("digits").textContent = one ? digits(Math.ceil(leftMs / 1000 - 1e-3)) : "0";
    at("label").textContent = one ? label(one, one.seconds - leftMs / 1000) : "";
    const whole = plan.steps.reduce((sum, each) => sum + each.seconds, 0);
    const before = plan.steps.slice(0, state.index).reduce((sum, each) => sum + each.seconds, 0);
    at("progress").value = whole ? (before + (one ? one.seconds - leftMs / 1000 : 0)) / whole : 0;
    for (const name of ["next", "skip"]) at(name).disabled = one === null;
  }

  function tick() {
    if (until === null) return;
    if (Date.now() >= until) next();
    else draw();
  }

  function say(text) {
    at("said").textContent = text;
  }

  function beep() {
    if (!at("sound").checked || audio === null) return;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 880;
    volume.gain.value = 0.2;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.15);
  }

  async function stayAwake() {
    if (!("wakeLock" in navigator) || lock !== null) return;
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => { lock = null; });
      if (until === null) letSleep();
    } catch {
      lock = null;  // refused, such as on a low battery: the timer runs all the same
    }
  }

  function letSleep() {
    if (lock !== null) lock.release();
  }

  function restore() {
    const found = kept();
    if (found === null) return;
    if (found.sent && document.querySelector(".notice")) {
      sessionStorage.removeItem(STORED);
      return;
    }
    if (found.ident === plan.ident) state = { ...state, ...found, sent: false };
    else state.typed = { ...found.counts, ...found.typed };  // the session is another now; what was done stays
    if (document.querySelector(".trouble")) return;  // the server sent the fields back
    for (const [name, value] of Object.entries(state.typed)) {
      for (const input of form.elements) {
        if (input.name !== name) continue;
        if (input.type === "radio") input.checked = input.value === String(value);
        else input.value = value;
      }
    }
    fill();
  }

  function listen() {
    at("go").addEventListener("click", toggle);
    at("back").addEventListener("click", back);
    at("next").addEventListener("click", next);
    at("skip").addEventListener("click", skip);
    at("sound").addEventListener("change", () => {
      if (audio === null && at("sound").checked) audio = new AudioContext();
    });
    box.addEventListener("keydown", (event) => {
      const act = { p: toggle, n: next, b: back, s: skip }[event.key.toLowerCase()];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
    form.addEventListener("input", (event) => {
      state.typed[event.target.name] = event.target.value;
      keep();
    });
    form.addEventListener("submit", () => {
      until = null;
      state.sent = true;
      keep();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && until !== null) stayAwake();
    });
    window.addEventListener("pagehide", keep);
    setInterval(tick, TICK_MS);
  }

  async function load() {
    const answer = await fetch(box.dataset.steps);
    if (!answer.ok) return;
    plan = await answer.json();
    if (!plan.steps.length) return;
    state.leftMs = 1000 * plan.steps[0].seconds;
    restore();
    if (!isOver() && step().seconds <= 0) begin(state.index);
    box.hidden = false;
    listen();
    draw();
  }

  load();
})();
