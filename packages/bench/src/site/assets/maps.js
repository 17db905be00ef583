'use strict';
// Draws measured and predicted expression of one gene over the spots of a section. The values of a section come in a script of
// their own, which calls spotbenchMap; values are bytes between the smallest and the largest of the gene.
(() => {
  const root = document.querySelector('[data-maps]');
  const index = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  const pick = Object.fromEntries([...root.querySelectorAll('[data-pick]')].map((el) => [el.dataset.pick, el]));
  const loaded = new Map();
  const waiting = new Map();
  globalThis.spotbenchMap = (key, data) => {
    loaded.set(key, data);
    waiting.get(key)?.();
  };
  const load = (key) =>
    loaded.has(key)
      ? Promise.resolve(loaded.get(key))
      : new Promise((resolve, reject) => {
          waiting.set(key, () => resolve(loaded.get(key)));
          const script = document.createElement('script');
          script.src = `data/${encodeURIComponent(key)}.js`;
          script.onerror = () => reject(new Error(`${script.src} is not there`));
          document.head.append(script);
        });
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const fill = (select, options) => {
    const wanted = select.value;
    select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    select.value = options.some(([value]) => value === wanted) ? wanted : options[0][0];
  };
  const ranking = () => index.rankings.find((r) => r.slug === pick.ranking.value);
  const fillSections = () =>
    fill(
      pick.section,
      ranking().sections.map((s) => [s.key, s.name]),
    );
  const number = (value) =>
    value
      .toPrecision(3)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');

  const panel = (name, data, circles, scale, note) => {
    const figure = root.querySelector(`[data-panel="${name}"]`);
    const svg = figure.querySelector('svg');
    const [width, height] = data.frame;
    svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const opacity = pick.opacity ? pick.opacity.value / 100 : 1;
    const image = data.tissue
      ? `<image href="${data.tissue.href}" x="${data.tissue.x}" y="${data.tissue.y}" width="${data.tissue.width}" height="${data.tissue.height}" preserveAspectRatio="none"/>`
      : '';
    const spots = circles
      .map((c) => `<circle cx="${c.x}" cy="${c.y}" r="${data.radius}" fill="${c.colour}"/>`)
      .join('');
    svg.innerHTML = `<title>${figure.dataset.title}</title>${image}<g opacity="${opacity}">${spots}</g>`;
    const [low, high] = figure.querySelectorAll('.bar span');
    low.textContent = number(scale[0]);
    high.textContent = number(scale[1]);
    figure.querySelector('[data-note]').textContent = note;
  };

  let drawing = 0;
  const draw = async () => {
    const own = ++drawing;
    const data = await load(pick.section.value);
    if (own !== drawing) return;
    fill(
      pick.gene,
      data.genes.map((gene) => [gene, gene]),
    );
    fill(
      pick.method,
      Object.keys(data.methods).map((name) => [name, name]),
    );
    const g = data.genes.indexOf(pick.gene.value);
    const method = data.methods[pick.method.value];
    const valuesOf = ({ values, ranges }) => {
      const [low, high] = ranges[g];
      return Array.from(bytes(values[g]), (q) => low + (q / 255) * (high - low));
    };
    const scaleOf = { measured: data.measured.ranges[g], predicted: method.ranges[g] };
    if (pick.scale.value === 'shared') scaleOf.predicted = scaleOf.measured;
    const xs = new Uint16Array(bytes(data.x).buffer);
    const ys = new Uint16Array(bytes(data.y).buffer);
    for (const name of ['measured', 'predicted']) {
      const values = valuesOf(name === 'measured' ? data.measured : method);
      const [low, high] = scaleOf[name];
      const step = (value) => {
        const place = high > low ? (value - low) / (high - low) : 0.5;
        return index.colours[Math.round(Math.min(1, Math.max(0, place)) * (index.colours.length - 1))];
      };
      const slack = (high - low) / 255;
      const beyond = values.filter((v) => v < low - slack || v > high + slack).length;
      const circles = values.map((v, i) => ({ x: xs[i], y: ys[i], colour: step(v) }));
      const note =
        beyond > 0 ? `${beyond} of ${values.length} spots lie beyond the scale and have the colour of its end.` : '';
      panel(name, data, circles, scaleOf[name], note);
    }
    const pcc = method.pcc[g];
    const correlation = pcc === null ? `PCC undefined (${method.undefined[g]})` : `PCC ${pcc.toFixed(3)}`;
    root.querySelector('[data-state]').textContent =
      `${pick.gene.value}, section ${data.section} (patient ${data.patient}): ${pick.method.value} against measured, ${correlation}. ` +
      `Fold ${method.fold}, seed ${method.seed}; ${data.x.length ? xs.length : 0} spots. Unit: ${data.unit}.`;
    history.replaceState(
      null,
      '',
      `#${new URLSearchParams(Object.entries(pick).flatMap(([k, el]) => (k === 'opacity' ? [] : [[k, el.value]])))}`,
    );
  };

  fill(
    pick.ranking,
    index.rankings.map((r) => [r.slug, r.name]),
  );
  const asked = new URLSearchParams(location.hash.slice(1));
  const choose = (name) => {
    const value = asked.get(name);
    if (value === null) return;
    const select = pick[name];
    // Genes and methods are listed once the section's values are here; until then the wish stands as the only option.
    if (name === 'gene' || name === 'method') select.append(new Option(value, value));
    if ([...select.options].some((o) => o.value === value)) select.value = value;
  };
  choose('ranking');
  fillSections();
  for (const name of ['section', 'gene', 'method', 'scale']) choose(name);
  const tell = (error) => (root.querySelector('[data-state]').textContent = error.message);
  const redraw = () => draw().catch(tell);
  pick.ranking.addEventListener('change', fillSections);
  for (const el of Object.values(pick)) el.addEventListener(el.type === 'range' ? 'input' : 'change', redraw);
  redraw();
})();
