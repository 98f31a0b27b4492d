// How long it took: by hop, by connector and by hour, and where it was worst. From histograms, so that filters work.

/** Histograms of the latency under what is chosen, by whatever `key` gives for a row; rows without a key are left out. */
function latencyBy(key) {
  const out = new Map();
  const rows = page.latency.rows;
  eachRow(rows, (k, n) => {
    const name = key(rows.cell[k], page.latency.hops[rows.hop[k]]);
    if (name === null) return;
    if (!out.has(name)) out.set(name, new Map());
    const bins = out.get(name);
    bins.set(rows.bin[k], (bins.get(rows.bin[k]) || 0) + n);
  });
  return out;
}

/** `{name, n, p50, p90, p99}` of each histogram. */
function figuresOf(histograms) {
  return [...histograms.entries()].map(([name, bins]) => ({
    name, n: sum(bins.values()), ...Object.fromEntries([['p50', 0.5], ['p90', 0.9], ['p99', 0.99]].map(([p, q]) => [p, quantile(bins, page.latency.edges, q)])),
  }));
}

/** Is this the latency from arrival to the end? */
const endToEnd = hop => hop === '';
const LATENCY_VIEWS = [['hop', 'By hop'], ['connector', 'By connector'], ['hour', 'By time'], ['worst', 'Worst']];
/** What figures are exact, and how coarse the steps are from which the others are read. */
function exactly() {
  const e = page.latency.edges.filter(x => x >= 100);
  const coarse = e.length > 1 ? Math.max(...e.slice(1).map((x, i) => x / e[i])) : 1;
  const all = report.latency_ms.all;
  return 'Estimates from steps whose ends lie at most ' + Number(coarse.toFixed(2)) + ' times apart. '
    + (all && all.count ? 'Exactly, in the whole period: half within ' + span(all.p50) + ', 90\u202f% within ' + span(all.p90) + ', 99\u202f% within ' + span(all.p99) + ', the slowest ' + span(all.max) + '. ' : '');
}

function latencyRows(view) {
  if (view === 'hop') return figuresOf(latencyBy((c, hop) => (endToEnd(hop) ? 'all the way' : hop)));
  if (view === 'connector') return figuresOf(latencyBy((c, hop) => (endToEnd(hop) ? cells.connector[c] : null))).map(r => ({ ...r, i: r.name, name: nameOf('connector', r.name) }));
  return figuresOf(latencyBy((c, hop) => {
    if (!endToEnd(hop) || cells.t[c] < 0) return null;
    return [cells.t[c], cells.server[c], cells.connector[c]].join(',');
  })).map(r => {
    const [t, server, connector] = r.name.split(',').map(Number);
    return { ...r, t, name: bucketName(t), server: nameOf('server', server), connector: nameOf('connector', connector) };
  });
}

/** A row of three marks on an axis of logarithms. */
function rangeMarks(r, most, words) {
  const [width, height] = [onPaper ? 120 : 240, 18];
  const x = v => 4 + Math.log10(Math.max(1, v)) / Math.log10(Math.max(10, most)) * (width - 8);
  return s('svg', { class: 'marks', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': words },
    s('line', { class: 'rail', x1: 4, x2: width - 4, y1: 9, y2: 9 }),
    s('line', { class: 'reach', x1: round(x(r.p50)), x2: round(x(r.p99)), y1: 9, y2: 9 }),
    s('circle', { class: 'p50', cx: round(x(r.p50)), cy: 9, r: 4 }), s('line', { class: 'p90', x1: round(x(r.p90)), x2: round(x(r.p90)), y1: 4, y2: 14 }),
    s('path', { class: 'p99', d: `M${round(x(r.p99))} 4.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z` }));
}

function latencyTable(view) {
  let rows = latencyRows(view).filter(r => r.n > 0);
  if (view === 'worst') rows = rows.filter(r => r.p90 !== null).sort((a, b) => b.p90 - a.p90 || b.n - a.n).slice(0, 15);
  else rows.sort((a, b) => (b.name === 'all the way') - (a.name === 'all the way') || b.n - a.n);
  const most = rows.reduce((a, r) => Math.max(a, r.p99 || 0), 10);
  const name = r => {
    if (view !== 'connector') return named(r.name, 44);
    return h('button', { type: 'button', class: 'pick', 'aria-pressed': chosen.parts.connector.has(r.i) ? 'true' : 'false', data: { key: 'lat' + r.i }, onclick: () => choose([['connector', r.i]]) }, named(r.name, 44));
  };
  const first = { hop: 'Hop', connector: 'Connector', worst: bucketHours === 1 ? 'Hour' : 'From' }[view];
  const columns = [{ name: first }, ...(view === 'worst' ? [{ name: 'Server' }, { name: 'Connector' }] : []), { name: view === 'hop' ? 'Passages' : 'Recipients', number: true },
    { name: 'p50', number: true }, { name: 'p90', number: true }, { name: 'p99', number: true }, { name: 'p50 \u25cf  p90 |  p99 \u25c6' }];
  return grid('How long it took, ' + first.toLowerCase(), columns, rows.map(r => [name(r), ...(view === 'worst' ? [named(r.server, 30), named(r.connector, 40)] : []), cell(r.n),
    cell(r.p50, span), cell(r.p90, span), cell(r.p99, span), rangeMarks(r, most, 'half within ' + span(r.p50) + ', 99 % within ' + span(r.p99))]),
  nothingWords('mail with known times'));
}

/** Times by bucket. */
function latencyHours() {
  const by = new Map(figuresOf(latencyBy((c, hop) => (endToEnd(hop) && cells.t[c] >= 0 ? cells.t[c] : null))).map(r => [r.name, r]));
  return Array.from({ length: cube.buckets }, (_, t) => by.get(t) || null);
}

function drawLatencyHours(box) {
  const rows = latencyHours();
  const known = rows.filter(Boolean);
  if (!known.length) return nothing('mail with known times');
  const width = room(box);
  const [x0, top, tall] = [58, 8, 150];
  const inner = plotWidth(width - x0 - 44, cube.buckets);
  const most = known.reduce((a, r) => Math.max(a, r.p99), 10);
  const least = known.reduce((a, r) => Math.min(a, r.p50), most);
  const [lo, hi] = [Math.log10(Math.max(1, least / 1.5)), Math.log10(most * 1.3)];
  const y = v => top + tall - (Math.log10(Math.max(1, v)) - lo) / Math.max(0.1, hi - lo) * tall;
  const marks = [1, 10, 100, 1000, 10000, 60000, 600000, 3600000, 36000000, 86400000, 864000000].filter(v => Math.log10(v) >= lo && Math.log10(v) <= hi);
  const one = inner / cube.buckets;
  const out = picture(width, top + tall + 24, 'Time from arrival to the end by ' + bucketWords() + ': p50, p90 and p99. The table below has the figures.');
  out.append(...numberAxis(marks, y, x0, x0 + inner, span));
  for (const p of ['p99', 'p90', 'p50']) {
    let d = '';
    rows.forEach((r, t) => {
      if (!r) return;
      const x = round(x0 + (t + 0.5) * one);
      d += (t > 0 && rows[t - 1] ? 'L' : 'M') + x + ' ' + round(y(r[p])) + ' ';
      const alone = !rows[t - 1] && !rows[t + 1];
      if (alone || one > 14) out.append(s('circle', { class: 'dot ' + p, cx: x, cy: round(y(r[p])), r: 2.4 }, s('title', {}, bucketName(t) + ', ' + p + ' ' + span(r[p]))));
    });
    out.append(s('path', { class: 'series ' + p, d: d.trim() }));
  }
  // The names stand at the ends of the lines, and never one on another.
  const at = rows.lastIndexOf(known[known.length - 1]);
  let floor = Infinity;
  for (const p of ['p50', 'p90', 'p99']) {
    const down = Math.min(y(rows[at][p]) + 4, floor - 12);
    floor = down;
    out.append(label(x0 + (at + 0.5) * one + 7, down, p, { class: 'name ' + p }));
  }
  out.append(...timeAxis(x0, inner, top + tall));
  return out;
}

function latency() {
  let view = 'hop';
  const note = () => h('p', { class: 'under quiet' }, 'p50: half took no longer; p90: nine of ten; p99: all but one in a hundred. ' + exactly()
    + 'By hop: also the way of mail that was tried again; by connector and time: from arrival to the end, of mail that arrived or left.');
  const blocked = () => h('p', { class: 'none' }, 'Times are not known for a single ' + TOPS[chosen.item.list].toLowerCase().replace(/s$/, '') + '; remove that filter to see them.');
  const hold = panel({
    id: 'latency', title: 'How long it took', wide: true,
    figure: box => {
      if (narrow()) return blocked();
      const views = onPaper ? ['hop', 'connector', 'hour', 'worst'] : [view];
      return [!onPaper && toggle('View', LATENCY_VIEWS, view, v => { view = v; redraw(); }),
        ...views.map(v => [onPaper && h('h4', {}, LATENCY_VIEWS.find(x => x[0] === v)[1]), v === 'hour' ? drawLatencyHours(box) : latencyTable(v)]).flat(), note()];
    },
    tableName: 'Table by time',
    table: () => narrow() ? blocked() : grid('How long it took by ' + bucketWords(), [{ name: 'From' }, { name: 'Recipients', number: true }, { name: 'p50', number: true }, { name: 'p90', number: true }, { name: 'p99', number: true }],
      latencyHours().map((r, t) => r && [bucketName(t), cell(r.n), cell(r.p50, span), cell(r.p90, span), cell(r.p99, span)]).filter(Boolean), nothingWords('mail with known times')),
  });
  const redraw = () => panels.find(p => p.node === hold).draw();
  return hold;
}
