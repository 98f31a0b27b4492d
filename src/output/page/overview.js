// The first screen: the verdict, when and how much, which logs were there, and that the sums come out.

function verdict() {
  const wrong = report.attention.filter(a => a.wrong);
  const open = report.attention.filter(a => !a.wrong);
  const state = wrong.length ? 'bad' : open.length ? 'open' : report.messages ? 'good' : 'none';
  return h('div', { class: 'verdict ' + state },
    h('p', { class: 'mark' }, { bad: 'Something is wrong', open: 'Nothing wrong, something open', good: 'All is well', none: 'No mail' }[state]),
    h('p', { class: 'sentence' }, named(report.verdict, 900)),
    attention('Wrong', wrong, 'wrong', 6), attention('Open', open, 'open', wrong.length > 3 ? 3 : 6));
}

/** The date as the heading of the page. */
function heading() {
  const p = report.period;
  if (!p) return 'Mail report';
  const day = at => { const c = clock(at); return c.day + ' ' + c.year; };
  return 'Mail report, ' + (day(p.first) === day(p.last) ? day(p.first) : day(p.first) + ' to ' + day(p.last));
}

/** Where the page says more of a point of the summary that is no finding. */
const POINTS = [
  [/address(es)? nobody has|failed for other reasons/, 'top-statuses'], [/left and came back|goes in circles/, 'loop'],
  [/had to wait|still waiting|dropped|nothing final/, 'ends'], [/was sent to .* no row|could not be read|not known here/, 'coverage'],
];

/** The place of the page that a point of the summary is about: its finding, or a chart; null if there is none. */
function targetOf(text) {
  const plain = text.toLowerCase();
  const about = f => [f.domain, f.connector, f.address, ...f.addresses].some(x => x && plain.includes(x.toLowerCase()));
  const same = report.findings.map((f, k) => [f, k]).filter(([f]) => plain.startsWith(f.title.toLowerCase()));
  const found = same.find(([f]) => about(f)) || same[0];
  if (found) return 'finding-' + found[1];
  const point = POINTS.find(([words]) => words.test(plain));
  if (!point || point[1] !== 'loop') return point ? point[1] : null;
  const loop = report.findings.findIndex(f => f.cycle.length);
  return loop >= 0 ? 'finding-' + loop : 'findings';
}

/** A list of what the verdict rests on; more than `most` are folded away. */
function attention(words, list, kind, most) {
  if (!list.length) return null;
  const line = a => {
    const [to, words] = [targetOf(a.text), capital(clip(a.text, 400))];
    return h('li', {}, h('span', { class: 'sign', 'aria-hidden': 'true' }),
      to ? h('a', { href: '#' + to, onclick: () => openFinding(to) }, h('bdi', {}, words)) : h('bdi', {}, words));
  };
  const rest = list.slice(most);
  return h('div', { class: 'attention ' + kind },
    h('h2', {}, words, h('span', { class: 'count' }, num(list.length))),
    h('ul', {}, list.slice(0, most).map(line)),
    rest.length > 0 && h('details', { class: 'more' }, h('summary', {}, many(rest.length, 'more', 'more')), h('ul', {}, rest.map(line))));
}

/** How many of a list of the report there are, also where the page holds only the first; null if that is not told. */
function allOf(list) {
  return page.totals && page.totals[list] !== undefined ? page.totals[list] : null;
}

function zoneWords() {
  const off = page.offset_min || 0;
  if (!off) return page.zone || 'UTC';
  const sign = off < 0 ? '\u2212' : '+';
  const utc = 'UTC' + sign + two(Math.floor(Math.abs(off) / 60)) + ':' + two(Math.abs(off) % 60);
  return page.zone && page.zone !== utc ? page.zone + ' (' + utc + ')' : utc;
}

function facts() {
  const period = report.period;
  const whole = period
    ? [clock(period.first).day, ' ', clock(period.first).year, ' ', clock(period.first).hm, ' to ',
      clock(period.last).day, ' ', clock(period.last).year, ' ', clock(period.last).hm].join('')
    : 'no event in these logs';
  const read = allOf('files') === null ? '' : many(allOf('files'), 'file') + ' read';
  const out = [
    ['Period', whole + (period ? ', ' + span(Date.parse(period.last) - Date.parse(period.first)) : '')],
    ['Time zone', 'All times on this page are ' + zoneWords()],
    ['Mail', many(report.messages, 'message') + ' to ' + many(report.recipients, 'recipient') + ', ' + bytes(report.bytes)
      + '. A message to three people counts three times where recipients are counted, and ten messages to one address are ten recipients.'],
    ['Logs', [read, many(report.reconciliation.records, 'record'), bytes(report.reconciliation.bytes)].filter(Boolean).join(', ')],
  ];
  if (report.clocks.length) {
    out.push(['Clocks', report.clocks.map(c => c.server + ' is ' + span(Math.abs(c.offset_ms)) + (c.offset_ms < 0 ? ' behind ' : ' ahead of ') + c.against).join('; ')]);
  }
  return h('dl', { class: 'facts' }, out.map(([k, v]) => [h('dt', {}, k), h('dd', {}, clip(v, 400))]));
}

/** The equations that every run must satisfy, with their figures, done again here. */
function equations() {
  const r = report.reconciliation;
  const counted = sum(cells.n);
  return [
    ['records', r.records, [['headers', r.headers], ['events', r.events], ['rejects', r.rejects]]],
    ['events', r.events, [['counted', r.counted], ['health probes', r.probes], ['duplicates', r.duplicates],
      ['redundancy copies', r.redundancy], ['outside the window', r.outside_window]]],
    ['recipients', r.leaves, Object.entries(report.decisions).filter(([, n]) => n).map(([d, n]) => [d, n])],
    ['recipients', r.leaves, [['counted in the charts of this page', counted]]],
  ];
}

function reconciliation() {
  const lines = equations().map(([name, whole, terms]) => {
    const fits = whole === sum(terms.map(t => t[1]));
    return h('li', { class: fits ? 'fits' : 'off' },
      h('span', { class: 'sign', role: 'img', 'aria-label': fits ? 'comes out' : 'does not come out' }),
      h('span', {}, h('b', {}, num(whole)), ' ' + (whole === 1 ? name.replace(/s$/, '') : name) + ' = ',
        terms.length ? terms.map(([t, n], i) => [i ? ' + ' : '', h('span', { class: 'term' }, num(n) + ' ' + (n === 1 ? t.replace(/copies$/, 'copy').replace(/s$/, '') : t))]) : '0'));
  });
  const lost = [
    report.errors.length && many(report.errors.length, 'input') + ' could not be read',
    report.reconciliation.rejects && many(report.reconciliation.rejects, 'record') + ' rejected',
    report.left_out && report.left_out.length && many(report.left_out.length, 'file') + ' left out',
    report.files_outside_window && many(report.files_outside_window, 'file') + ' skipped by time',
    report.not_chosen && many(report.not_chosen, 'message') + ' not chosen by the filters of this run',
    report.without_recipients && many(report.without_recipients, 'message') + ' without a recipient',
    report.unattached_rows && many(report.unattached_rows, 'row') + ' that belong to no message (notes of the server about itself; normal)',
  ].filter(Boolean);
  const all = equations().every(([, whole, terms]) => whole === sum(terms.map(t => t[1])));
  return h('section', { class: 'card sums', id: 'sums', 'aria-labelledby': 'sums-t' },
    h('h2', { id: 'sums-t' }, all ? 'Every record is accounted for' : 'The sums do not come out'),
    h('ul', {}, lines), h('p', { class: 'aside' }, h('a', { href: '#words' }, 'What these words mean')),
    lost.length > 0 && h('p', { class: 'aside' }, 'Aside: ' + lost.join('; ') + '.'),
    report.errors.length > 0 && h('ul', { class: 'errors' }, report.errors.slice(0, 5).map(e => h('li', {}, named(typeof e === 'string' ? e : JSON.stringify(e), 200)))));
}

// ---- coverage ----

const HOUR = 3600000;

/** Rows by server and column; a column is an hour, or more where the period is long. */
function coverageGrid() {
  const servers = report.coverage.map(c => ({
    name: c.server, rows: c.rows, hours: Object.entries(c.hours).map(([t, n]) => [Date.parse(t), n]),
    silent: c.silent_hours.map(t => Date.parse(t)),
  }));
  for (const m of report.missing_servers) {
    if (!servers.some(x => x.name === m.name)) servers.push({ name: m.name, rows: 0, hours: [], silent: [], missing: m.count });
  }
  const times = servers.flatMap(x => x.hours.map(p => p[0]).concat(x.silent));
  if (!times.length) return { servers, columns: 0, first: 0, per: 1 };
  const first = times.reduce((a, b) => Math.min(a, b));
  const last = times.reduce((a, b) => Math.max(a, b));
  const hours = Math.round((last - first) / HOUR) + 1;
  const per = [1, 2, 4, 6, 12, 24, 48, 96].find(k => hours / k <= 200) || 168;
  const columns = Math.ceil(hours / per);
  for (const server of servers) {
    server.cells = new Array(columns).fill(0);
    server.gaps = new Array(columns).fill(0);
    // An hour with none of the rows that count was logged all the same: health probes, second copies.
    server.logged = new Array(columns).fill(0);
    for (const [t, n] of server.hours) {
      const c = Math.floor((t - first) / HOUR / per);
      server.cells[c] += n;
      server.logged[c] += 1;
    }
    for (const t of server.silent) server.gaps[Math.floor((t - first) / HOUR / per)] += 1;
  }
  return { servers, columns, first, per };
}

const SHADES = 5;

/** The shade of a value: 0 for none, then by the root, so that a peak does not make the rest alike. */
function shade(n, most) {
  if (n <= 0) return 0;
  return Math.min(SHADES, 1 + Math.floor(Math.sqrt(n / most) * SHADES));
}

function coverage() {
  const { servers, columns, first, per } = coverageGrid();
  const most = servers.flatMap(x => x.cells || []).reduce((a, b) => Math.max(a, b), 0);
  const unit = per === 1 ? 'hour' : per + ' hours';
  const gaps = sum(servers.map(x => x.silent.length));
  const absent = servers.filter(x => x.missing);
  return panel({
    id: 'coverage', title: 'Which logs were there', whole: true, wide: true,
    lead: (allOf('coverage') > report.coverage.length ? 'The first ' + num(report.coverage.length) + ' of ' + many(allOf('coverage'), 'server') + '. ' : '') + 'Rows of the log by server and ' + unit + '. ' + (gaps ? many(gaps, 'hour') + ' without any row between the first and the last: a gap in the log, or no mail. ' : 'No hour without rows. ')
      + absent.map(x => 'Mail was sent to ' + clip(x.name, 40) + ', and its log is not here. ').join(''),
    figure: box => columns ? [drawCoverage(room(box), servers, columns, first, per, most), coverageKey(most, gaps > 0, servers, unit)] : h('p', { class: 'none' }, 'No events in these logs.'),
    table: () => grid('Rows of each server and ' + unit, [{ name: 'Server' }, { name: 'Rows', number: true }, { name: 'From' }, { name: 'To' }, { name: 'Hours without rows' }],
      servers.map(x => [named(x.name), cell(x.rows), x.hours.length ? dayTime(x.hours[0][0]) : '\u2013',
        x.hours.length ? dayTime(x.hours[x.hours.length - 1][0] + HOUR) : '\u2013',
        x.missing ? 'no log here; ' + many(x.missing, 'recipient') + ' went there' : x.silent.length ? runs(x.silent) : 'none'])),
  });
}

/** What the colours of the chart mean. */
function coverageKey(most, gaps, servers, unit) {
  const item = (kind, words) => h('li', {}, s('svg', { width: 18, height: 12, 'aria-hidden': 'true' }, s('rect', { class: kind, x: 1, y: 1, width: 16, height: 10 })), words);
  const blank = servers.some(x => x.cells && !x.missing && x.cells.some((_, c) => !x.logged[c] && !x.gaps[c]));
  const idle = servers.some(x => x.cells && x.cells.some((n, c) => n === 0 && x.logged[c]));
  return h('ul', { class: 'legend' }, idle && item('log idle', 'rows, but none of mail (health probes)'), item('log s1', 'few rows in the ' + unit), item('log s3', 'more'), item('log s5', 'up to ' + num(most)),
    gaps && item('gap', 'no row, between the first and the last of that server'),
    blank && item('blank', 'no row, before the first or after the last of that server'), servers.some(x => x.missing) && item('gap absent', 'mail went to that server, and its log is not here'));
}

/** Hours in a row said as one: "01:00–03:00". */
function runs(times) {
  const out = [];
  for (const t of [...times].sort((a, b) => a - b)) {
    const last = out[out.length - 1];
    if (last && last[1] === t) last[1] = t + HOUR;
    else out.push([t, t + HOUR]);
  }
  const shown = out.slice(0, 40).map(([a, b]) => between(a, b)).join('; ');
  return shown + (out.length > 40 ? '; and ' + (out.length - 40) + ' more' : '');
}

function drawCoverage(width, servers, columns, first, per, most) {
  const left = Math.min(110, Math.max(60, width * 0.12));
  const row = servers.length > 12 ? 14 : 20;
  const one = Math.min(64, (width - left) / columns);
  const gap = one > 6 ? 1.5 : one > 3 ? 0.6 : 0;
  const bottom = servers.length * row;
  const picture_ = picture(width, bottom + 20, 'Rows of ' + many(servers.length, 'server') + ' over time; the table below has the figures.');
  servers.forEach((server, i) => {
    picture_.append(label(left - 8, i * row + row / 2 + 4, server.name, { 'text-anchor': 'end', class: server.missing ? 'bad' : null }, left - 8));
    if (server.missing) {
      picture_.append(s('rect', { class: 'gap absent', x: left, y: i * row + 1, width: round(one * columns), height: row - 3 }),
        label(left + 8, i * row + row / 2 + 4, 'no log of this server here', { class: 'on-gap' }));
      return;
    }
    for (let c = 0; c < columns; c += 1) {
      const n = server.cells[c];
      const logged = server.logged[c] > 0;
      const gone = server.gaps[c] > 0 && !logged;
      const some = server.gaps[c] > 0 ? ', ' + many(server.gaps[c], 'hour') + ' of these without any' : '';
      if (!gone && !logged) continue;
      const words = clip(server.name, 60) + ', ' + dayTime(first + c * per * HOUR) + ': ' + (gone ? 'no row' : n ? many(n, 'row') + some : 'no row of mail, health probes and the like only' + some);
      picture_.append(s('rect', { class: gone ? 'gap' : 'log s' + shade(n, most), x: round(left + c * one), y: i * row + 1,
        width: round(Math.max(0.8, one - gap)), height: row - 3 }, s('title', {}, words)));
    }
  });
  const room_ = Math.max(2, Math.floor((width - left) / 64));
  const every = [1, 2, 3, 4, 6, 12, 24, 48, 96, 168, 336, 720].find(k => columns * per / k <= room_) || 1440;
  for (let c = 0; c < columns; c += 1) {
    const at = clock(first + c * per * HOUR);
    const on = every < 24 ? at.hour % every === 0 : at.hour < per && Math.floor(at.ms / 86400000) % (every / 24) === 0;
    if (!on) continue;
    const x = left + c * one;
    const text = at.hour < per ? at.day : at.hm;
    picture_.append(s('g', { class: 'tick', 'aria-hidden': 'true' }, s('line', { x1: round(x), x2: round(x), y1: bottom, y2: bottom + 4 }),
      label(Math.min(x + 2, width - text.length * 6), bottom + 15, text)));
  }
  return picture_;
}

/** What drawings refer to. Patterns for gaps and for ends that are no ends: on paper they tell what colours tell on a screen. */
function patterns() {
  return s('svg', { class: 'unseen', width: 0, height: 0, 'aria-hidden': 'true' }, s('defs', {}, arrowHead(), ['gap', 'waiting', 'unknown'].map(name => s('pattern', {
    id: 'p-' + name, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: name === 'unknown' ? 'rotate(-45)' : 'rotate(45)',
  }, s('rect', { class: 'back', width: 6, height: 6 }), s('rect', { class: 'stripe', width: name === 'waiting' ? 3 : 1.6, height: 6 })))));
}

function overview() {
  document.body.prepend(patterns());
  document.getElementById('top').append(
    h('div', { class: 'brand' }, h('span', { class: 'logo', 'aria-hidden': 'true' }), h('b', {}, 'mailtrail'),
      h('nav', { 'aria-label': 'Parts of the page' }, [['findings', 'Findings'], ['flow', 'Flow'], ['volume', 'Volume'], ['latency', 'How long'], ['tops', 'Top lists'], ['words', 'Words']]
        .map(([id, words]) => h('a', { href: '#' + id }, words)))),
    h('h1', {}, heading()), h('p', { class: 'filtered', id: 'filtered' }),
    h('div', { class: 'first' }, verdict(), h('div', { class: 'side' }, facts(), reconciliation())));
  document.getElementById('top').append(coverage());
}
