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

/** Percentiles of fewer recipients than this would be chance. */
const FEW = 5;

/**
 * `{name, n, p50, p90, p99, max}` of each histogram: exact where `exact(name)` gives figures of as many, else about, and
 * then `about` is set. `most(name)` is what none of them can be above.
 */
function figuresOf(histograms, exact = () => null, most = () => Infinity) {
  return [...histograms.entries()].map(([name, bins]) => {
    const n = sum(bins.values());
    const known = exact(name);
    if (known && known.count === n) return { name, n, bins, p50: known.p50, p90: known.p90, p99: known.p99, max: known.max };
    const at = q => quantile(bins, page.latency.edges, q, most(name));
    return { name, n, bins, about: true, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1), below: Math.min(page.latency.edges[Math.max(...bins.keys()) + 1] ?? Infinity, most(name)) };
  });
}

/** Is this the latency from arrival to the end? */
const endToEnd = hop => hop === '';
const LATENCY_VIEWS = [['hop', 'By hop'], ['connector', 'By connector'], ['hour', 'By time'], ['worst', 'Worst']];

/** What the report knows exactly of a connector; mail that stayed here has none. */
function exactOfConnector(i) {
  if (cube.connector[i] === '') return report.latency_ms['local-delivery'] || null;
  const row = report.connectors.find(c => c.connector === cube.connector[i]);
  return row ? row.latency_ms : null;
}

/** What the report knows exactly of all that is chosen, or null. */
function exactOfAll() {
  if (!anythingChosen()) return report.latency_ms.all || null;
  const [decision, outcome, connector] = ['decision', 'outcome', 'connector'].map(onlyPart);
  if (decision && decision.length === 1) return report.latency_ms[cube.decision[decision[0]]] || null;
  if (outcome && outcome.length === 1 && cube.outcome[outcome[0]] === 'delivered') return report.latency_ms['local-delivery'] || null;
  return connector && connector.length === 1 ? exactOfConnector(connector[0]) : null;
}

/** No way from arrival to the end took longer than this. */
function slowest() {
  const exact = exactOfAll() || report.latency_ms.all;
  return exact && exact.count ? exact.max : Infinity;
}

const ALL_THE_WAY = 'all the way';

function latencyRows(view) {
  if (view === 'hop') {
    return figuresOf(latencyBy((c, hop) => (endToEnd(hop) ? ALL_THE_WAY : hop)), name => (name === ALL_THE_WAY ? exactOfAll() : null),
      name => (name === ALL_THE_WAY ? slowest() : Infinity));
  }
  if (view === 'connector') {
    const whole = i => (anythingChosen() ? null : exactOfConnector(i));
    return figuresOf(latencyBy((c, hop) => (endToEnd(hop) ? cells.connector[c] : null)), whole, i => Math.min(slowest(), (exactOfConnector(i) || {}).max || Infinity))
      .map(r => ({ ...r, i: r.name, name: nameOf('connector', r.name) }));
  }
  return figuresOf(latencyBy((c, hop) => {
    if (!endToEnd(hop) || cells.t[c] < 0) return null;
    return [cells.t[c], cells.server[c], cells.connector[c]].join(',');
  }), () => null, name => Math.min(slowest(), (exactOfConnector(Number(name.split(',')[2])) || {}).max || Infinity)).map(r => {
    const [t, server, connector] = r.name.split(',').map(Number);
    return { ...r, t, name: bucketName(t), server: nameOf('server', server), connector: nameOf('connector', connector), sample: slowSample(r, t, cube.server[server]) };
  });
}

/** The sample of a finding that is the slowest of some recipients, where one is. */
function slowSample(r, t, server) {
  const top = Math.max(...r.bins.keys());
  const [low, high] = [page.latency.edges[top], page.latency.edges[top + 1] ?? Infinity];
  return page.samples.find(x => x.server === server && x.latency_ms >= low && x.latency_ms < high
    && Math.floor((Date.parse(x.first_seen) - cube.start) / cube.step) === t) || null;
}

/** The slowest of all is known exactly, and where only one row has times of its step, it is in that one. */
function exactTop(rows) {
  const exact = exactOfAll();
  const top = r => Math.max(...r.bins.keys());
  const most = rows.reduce((a, r) => Math.max(a, top(r)), -1);
  const first = rows.filter(r => top(r) === most);
  const timed = sum(rows.map(r => r.n));
  if (!exact || exact.count !== timed || first.length !== 1) return rows;
  // Of fewer than a hundred the slowest is the p99 too.
  return rows.map(r => (r === first[0] ? { ...r, max: exact.max, p99: r.n < 100 ? exact.max : r.p99, sure: r.n < 100 ? ['max', 'p99'] : ['max'] } : r));
}

/** A row of three marks on an axis of logarithms. */
function rangeMarks(r, most, width, words) {
  const height = 18;
  const x = v => 4 + Math.log10(Math.max(1, v)) / Math.log10(Math.max(10, most)) * (width - 12);
  return s('svg', { class: 'marks', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': words },
    s('line', { class: 'rail', x1: 4, x2: width - 4, y1: 9, y2: 9 }),
    s('line', { class: 'reach', x1: round(x(r.p50)), x2: round(x(r.p99)), y1: 9, y2: 9 }),
    s('circle', { class: 'p50', cx: round(x(r.p50)), cy: 9, r: 4 }), s('line', { class: 'p90', x1: round(x(r.p90)), x2: round(x(r.p90)), y1: 4, y2: 14 }),
    s('path', { class: 'p99', d: `M${round(x(r.p99))} 4.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z` }));
}

/** A time in a table: exact, about, or none where there are too few. */
function timeCell(r, p) {
  if (p !== 'max' && r.n < FEW) return h('span', { class: 'quiet' }, 'too few');
  const about = r.about && !(r.sure || []).includes(p);
  if (about && p === 'max' && r.below < Infinity) return cell(r.below, ms => '\u2264\u202f' + span(ms));
  return cell(r[p], ms => (about ? '\u2248\u202f' : '') + span(ms));
}

function latencyTable(view, box) {
  let rows = latencyRows(view).filter(r => r.n > 0);
  if (view === 'worst') rows = exactTop(rows).sort((a, b) => b.max - a.max || b.n - a.n || a.t - b.t).slice(0, 15);
  else rows.sort((a, b) => (b.name === ALL_THE_WAY) - (a.name === ALL_THE_WAY) || b.n - a.n);
  const most = rows.reduce((a, r) => Math.max(a, r.p99 || 0), 10);
  const wide = Math.max(120, Math.min(420, room(box) - 640));
  const name = r => {
    if (view !== 'connector') return named(r.name, 44);
    return h('button', { type: 'button', class: 'pick', 'aria-pressed': chosen.parts.connector.has(r.i) ? 'true' : 'false', data: { key: 'lat' + r.i }, onclick: () => choose([['connector', r.i]]) }, named(r.name, 44));
  };
  const first = { hop: 'Hop', connector: 'Connector', worst: bucketHours === 1 ? 'Hour' : 'From' }[view];
  if (view === 'worst') {
    const by = rows.some(r => r.sample);
    const columns = [{ name: first }, { name: 'Recipients', number: true }, { name: 'Slowest', number: true }, { name: 'Server' }, { name: 'Connector' }, ...(by ? [{ name: 'Slowest message, where a finding shows it' }] : [])];
    return stacked(grid('Where it took longest', columns, rows.map(r => [name(r), cell(r.n), timeCell(r, 'max'), named(r.server, 30), named(r.connector, 40),
      ...(by ? [r.sample ? named(clip(r.sample.sender || '\u2013', 60) + ' \u2192 ' + clip(r.sample.final_recipient || r.sample.recipient || '\u2013', 60), 130) : ''] : [])]), nothingWords('mail with known times')));
  }
  const columns = [{ name: first }, { name: view === 'hop' ? 'Passages' : 'Recipients', number: true },
    { name: 'Half within (p50)', number: true }, { name: '90\u202f% within (p90)', number: true }, { name: '99\u202f% within (p99)', number: true }, { name: 'Slowest', number: true }, ...(onPaper ? [] : [{ name: 'p50 \u25cf  p90 |  p99 \u25c6' }])];
  return stacked(grid('How long it took, ' + first.toLowerCase(), columns, rows.map(r => [name(r), cell(r.n), ...['p50', 'p90', 'p99', 'max'].map(p => timeCell(r, p)),
    ...(onPaper ? [] : [r.n < FEW ? '' : rangeMarks(r, most, wide, 'half within ' + span(r.p50) + ', 99 % within ' + span(r.p99))])]),
  nothingWords('mail with known times')));
}

/** Makes the rows of a table blocks on a narrow screen, each figure with the name of its column. */
function stacked(made) {
  const names = [...made.querySelectorAll('thead th')].map(x => x.textContent);
  for (const row of made.querySelectorAll('tbody tr')) [...row.children].forEach((x, i) => { x.dataset.of = names[i]; });
  made.classList.add('stacked');
  return made;
}

/** Times by bucket. */
function latencyHours() {
  const rows = figuresOf(latencyBy((c, hop) => (endToEnd(hop) && cells.t[c] >= 0 ? cells.t[c] : null)), () => null, slowest);
  const by = new Map(exactTop(rows).map(r => [r.name, r]));
  return Array.from({ length: cube.buckets }, (_, t) => by.get(t) || null);
}

function drawLatencyHours(box) {
  const all = latencyHours();
  const rows = all.map(r => (r && r.n >= FEW ? r : null));
  const known = rows.filter(Boolean);
  const few = all.filter(Boolean).length - known.length;
  const left = few > 0 && h('p', { class: 'under quiet' }, (bucketHours === 1 ? many(few, 'hour') : many(few, 'span') + ' of ' + bucketWords()) + ' with fewer than ' + FEW + ' recipients ' + (few === 1 ? 'is' : 'are') + ' not drawn: too few. The table has them.');
  if (!known.length) return few ? left : nothing('mail with known times');
  const width = room(box);
  const [x0, top, tall] = [58, 8, 150];
  const inner = plotWidth(width - x0 - 14, cube.buckets);
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
      if (alone || one > 14) out.append(s('circle', { class: 'dot ' + p, cx: x, cy: round(y(r[p])), r: 2.4 }, s('title', {}, bucketName(t) + ', ' + p + ' about ' + span(r[p]))));
    });
    out.append(s('path', { class: 'series ' + p, d: d.trim() }));
  }
  out.append(...timeAxis(x0, inner, top + tall));
  const key = [['p50', 'half took no longer'], ['p90', 'nine of ten'], ['p99', 'all but one in a hundred']].map(([p, words]) => h('li', {},
    s('svg', { width: 26, height: 10, 'aria-hidden': 'true' }, s('path', { class: 'series ' + p, d: 'M1 5H25' })), p + ': ' + words));
  return [out, h('ul', { class: 'legend' }, key), left];
}

/** What figures with a sign before them are. */
function aboutWords() {
  const e = page.latency.edges;
  const i = e.findIndex(x => x >= 1000);
  return 'Figures with \u2248 are about right: times are counted in steps, such as ' + span(e[i]) + ' to ' + span(e[i + 1]) + ', and of the slowest the end of its step is given, with \u2264. Other figures are exact. ';
}

/** How many recipients the times are of, and why not of all. */
function measuredWords() {
  if (narrow()) return '';
  const n = sum([...latencyBy((c, hop) => (endToEnd(hop) ? 0 : null)).values()].flatMap(bins => [...bins.values()]));
  const all = total();
  return 'From arrival, or the first row that is here, to the end, of mail that was delivered here or sent elsewhere: ' + num(n) + ' of ' + many(all, 'recipient') + '.'
    + (n < all ? ' The rest failed or waits, or its end is not in these logs.' : '');
}

function latency() {
  let view = 'hop';
  const note = () => h('p', { class: 'under quiet' }, aboutWords() + 'A hop is one part of the way: from one server to the next, or within one; a passage is one recipient\u2019s mail on it, also of mail that was tried again.');
  const find = () => h('p', { class: 'under quiet' }, 'The names of the slowest: ', coded('mailtrail sql LOGS "SELECT message_id, sender, recipient, server, latency_ms FROM routes ORDER BY latency_ms DESC LIMIT 20"'));
  const blocked = () => h('p', { class: 'none' }, 'Times are not known for a single ' + singular(chosen.item.list) + '; remove that filter to see them.');
  const hold = panel({
    id: 'latency', title: 'How long it took', wide: true, said: measuredWords,
    figure: box => {
      if (narrow()) return blocked();
      const views = onPaper ? ['hop', 'connector', 'hour', 'worst'] : [view];
      return [!onPaper && toggle('View', LATENCY_VIEWS, view, v => { view = v; redraw(); }),
        ...views.map(v => [onPaper && h('h4', {}, LATENCY_VIEWS.find(x => x[0] === v)[1]), v === 'hour' ? drawLatencyHours(box) : latencyTable(v, box), v === 'worst' && find()]).flat(2), note()];
    },
    tableName: 'Table by time',
    table: () => narrow() ? blocked() : grid('How long it took by ' + bucketWords(), [{ name: 'From' }, { name: 'Recipients', number: true }, { name: 'p50', number: true }, { name: 'p90', number: true }, { name: 'p99', number: true }, { name: 'Slowest', number: true }],
      latencyHours().map((r, t) => r && [bucketName(t), cell(r.n), ...['p50', 'p90', 'p99', 'max'].map(p => timeCell(r, p))]).filter(Boolean), nothingWords('mail with known times')),
  });
  const redraw = () => panels.find(p => p.node === hold).draw();
  return hold;
}
