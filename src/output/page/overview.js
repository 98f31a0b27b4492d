// The first screen: the verdict, when and how much, and that the sums come out.

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
  [/had to wait/, 'queue'], [/still waiting|dropped|nothing final/, 'ends'], [/was sent to .* no row|could not be read|not known here/, 'coverage'],
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
    h('h2', {}, words),
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
      + (report.recipients ? '. A message to three people counts three times where recipients are counted, and ten messages to one address are ten recipients.' : '')],
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
