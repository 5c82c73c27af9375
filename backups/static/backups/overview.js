"use strict";

// Keeps the overview alive. htmx asks for the panels every two seconds and puts them in place; here is
// what it leaves: when not to ask, what need not be replaced, the chart, and clocks that tick.

(() => {
  const overview = document.getElementById("overview");
  if (!overview) return;

  const pulse = document.getElementById("overview-pulse");
  const canvas = document.getElementById("history-chart");

  // -- asking ----------------------------------------------------------------------------------

  function beat(isWell) {
    pulse.classList.toggle("overview-lost", !isWell);
    const text = isWell ? "Live" : "No answer";
    // Said again only when it changes: screen readers read it out.
    if (pulse.textContent !== text) pulse.textContent = text;
  }

  overview.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt === overview && document.hidden) event.preventDefault();
  });
  overview.addEventListener("htmx:afterRequest", (event) => beat(event.detail.successful));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) htmx.trigger(overview, "look");
  });

  // What is as it was stays: a selection, a hover, an open menu survive.
  const latest = new Map();
  overview.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const html = fragment.firstElementChild.outerHTML;
    if (latest.get(target.id) === html) event.detail.shouldSwap = false;
    latest.set(target.id, html);
  });
  overview.addEventListener("htmx:oobAfterSwap", refresh);

  // -- clocks ----------------------------------------------------------------------------------

  // By account: where its clock was when we heard of it. As long as nobody sets the clock, it goes on
  // from there, so that it never jumps with the delays of the network.
  const anchors = new Map();

  function instantOf(clock) {
    const { now, rate, anchor } = clock.dataset;
    let known = anchors.get(clock.dataset.clock);
    if (!known || known.anchor !== anchor || known.rate !== rate) {
      known = { anchor, rate, sim: Number(now), real: Date.now() };
      anchors.set(clock.dataset.clock, known);
    }
    return new Date(known.sim + (Date.now() - known.real) * Number(rate));
  }

  function tick() {
    for (const clock of overview.querySelectorAll("[data-clock]")) {
      const instant = instantOf(clock);
      if (Number.isNaN(instant.getTime())) continue;
      const text = instant.toISOString().slice(0, 19).replace("T", " ");
      const shown = clock.querySelector("time");
      if (shown.textContent !== text) shown.textContent = text;
    }
  }

  function fitControls() {
    const moves = document.getElementById("clock-moves");
    const clock = overview.querySelector("[data-mode]");
    if (moves && clock) moves.disabled = clock.dataset.mode !== "manual";
  }

  // -- chart -----------------------------------------------------------------------------------

  let chart = null;
  let drawn = "";

  function colourOf(name) {
    return getComputedStyle(overview).getPropertyValue(name).trim();
  }

  function paint() {
    const line = colourOf("--astra-line");
    const text = colourOf("--overview-text");
    for (const set of chart.data.datasets) {
      set.backgroundColor = colourOf(`--state-${set.label}`);
    }
    const { x, y } = chart.options.scales;
    y.grid.color = line;
    x.border.color = line;
    x.ticks.color = y.ticks.color = text;
    chart.update("none");
  }

  function makeChart() {
    const ticks = { font: { family: getComputedStyle(document.body).fontFamily, size: 11 } };
    return new Chart(canvas, {
      type: "bar",
      data: { labels: [], datasets: [] },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: "index", intersect: false },
        plugins: {
          legend: { display: false },
          tooltip: { filter: (item) => item.raw > 0, itemSort: (a, b) => b.datasetIndex - a.datasetIndex },
        },
        scales: {
          x: { stacked: true, grid: { display: false }, border: {}, ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 16 } },
          y: { stacked: true, beginAtZero: true, border: { display: false }, grid: {}, ticks: { ...ticks, precision: 0, maxTicksLimit: 6 } },
        },
      },
    });
  }

  function draw() {
    const source = document.getElementById("history-data");
    if (!canvas || !source || source.textContent === drawn) return;
    drawn = source.textContent;
    const { labels, series } = JSON.parse(drawn);
    chart ??= makeChart();
    chart.data.labels = labels;
    Object.entries(series).forEach(([state, data], index) => {
      const set = (chart.data.datasets[index] ??= { label: state, maxBarThickness: 28 });
      set.data = data;
    });
    paint();
  }

  // -- all together ----------------------------------------------------------------------------

  function refresh() {
    tick();
    fitControls();
    draw();
  }

  new MutationObserver(() => chart && paint()).observe(document.documentElement, {
    attributeFilter: ["class"],
  });
  document.getElementById("overview-account")?.addEventListener("change", (event) => {
    event.target.form.requestSubmit();
  });
  setInterval(() => document.hidden || tick(), 200);
  refresh();
})();
