// Findings as cards, the gravest first; what follows from one stands under it. Their figures are those of the whole
// period: no filter of the charts changes them.

const SOME = 12;

/** The place of the finding that explains one: of its kind, for the same domain if there is such a one; else -1. */
function causeOf(f) {
  if (!f.caused_by) return -1;
  const same = report.findings.findIndex(g => g.kind === f.caused_by && g.domain === f.domain);
  return same >= 0 ? same : report.findings.findIndex(g => g.kind === f.caused_by);
}

/** The place of what explains finding `i` in the end; `i` itself where nothing does. */
function rootOf(i) {
  const seen = [];
  for (let at = i; at >= 0; at = causeOf(report.findings[at])) {
    if (seen.includes(at)) return Math.min(...seen);
    seen.push(at);
  }
  return seen[seen.length - 1];
}

/** Findings that nothing explains, each first in its list, then what follows from it; like ones side by side, as in the summary. */
function families() {
  const list = report.findings;
  const roots = list.map((_, i) => rootOf(i));
  const first = f => list.findIndex((g, k) => roots[k] === k && g.title === f.title && g.severity === f.severity);
  return list.map((f, i) => [f, i]).filter(([, i]) => roots[i] === i).sort(([f, a], [g, b]) => first(f) - first(g) || a - b)
    .map(([, i]) => [i, ...list.map((_, k) => k).filter(k => k !== i && roots[k] === i)]);
}

function findings() {
  const list = report.findings;
  const whole = allOf('findings') ?? list.length;
  const groups = families();
  firsts = firstShown(groups.flat());
  const cards = groups.map(familyCard);
  const holder = h('div', { class: 'cards' }, cards.map(c => c.node));
  const count = h('span', { class: 'n', role: 'status' });
  const none = h('p', { class: 'none', hidden: true });
  const rest = h('button', { type: 'button', class: 'all' });
  let all = groups.length <= SOME + 2;
  let search = '';
  let grade = '';
  const follow = list.length - groups.length;
  const show = () => {
    const fit = cards.map(c => (!search || c.text.includes(search)) && (!grade || c.severity === grade));
    let shown = 0;
    cards.forEach((c, i) => {
      c.node.hidden = !fit[i] || (!all && shown >= SOME);
      c.node.classList.toggle('open', Boolean(search) && fit[i]);
      if (fit[i]) shown += 1;
    });
    rest.hidden = all || shown <= SOME;
    rest.textContent = 'Show all ' + num(shown);
    none.hidden = shown > 0 || !list.length;
    none.textContent = search ? 'No finding has \u201c' + clip(search, 60) + '\u201d in its text, commands, rows or messages.' : 'No such finding.';
    count.textContent = search || grade ? num(shown) + ' of ' + many(groups.length, 'finding')
      : many(groups.length, 'finding') + (follow ? ', ' + num(follow) + ' more that follow from ' + (groups.length === 1 ? 'it' : 'them') : '')
        + (whole > list.length ? '; these are the gravest ' + num(list.length) + ' of ' + num(whole) : '');
  };
  rest.addEventListener('click', () => { all = true; show(); });
  const grades = ['critical', 'high', 'medium', 'low', 'info'].filter(g => cards.some(c => c.severity === g));
  const tools = list.length > 1 && h('div', { class: 'tools' },
    h('label', {}, h('span', { class: 'unseen' }, 'Search findings'),
      h('input', { type: 'search', placeholder: 'Search findings', oninput: e => { search = e.target.value.trim().toLowerCase(); show(); } })),
    grades.length > 1 && toggle('Severity', [['', 'All']].concat(grades.map(g => [g, capital(g) + ' ' + num(cards.filter(c => c.severity === g).length)])), '', g => { grade = g; show(); }));
  show();
  findings.all = () => { for (const c of cards) { c.node.hidden = false; c.draw(); } };
  findings.some = show;
  return h('section', { class: 'part', id: 'findings', 'aria-labelledby': 'findings-t', tabindex: '-1' },
    h('div', { class: 'head' }, h('h2', { id: 'findings-t' }, 'What went wrong'), count, h('span', { class: 'tag' }, 'whole period')),
    h('p', { class: 'lead' }, 'Why it happens, and what to run. Open one for its evidence and for messages that show it. ', h('a', { href: '#words' }, 'What the words mean')),
    beforehand(), tools, list.length ? [holder, none, rest] : h('p', { class: 'none' }, 'No finding in these logs.'), remoteRouting());
}

let firsts = new Map();

/** Where each sample message is drawn: in the first finding that has it. */
function firstShown(order) {
  const out = new Map();
  for (const i of order) {
    for (const x of page.samples) if (x.finding === i && !out.has(sampleKey(x))) out.set(sampleKey(x), i);
  }
  return out;
}

function sampleKey(x) {
  return x.message_id + '\n' + x.recipient;
}

/** A finding, and folded under it what follows from it. */
function familyCard([root, ...others]) {
  const first = findingCard(root);
  const more = others.map(findingCard);
  const node = h('div', { class: 'family' }, first.node, more.length > 0 && h('details', { class: 'follows' },
    h('summary', {}, many(more.length, 'more', 'more') + (more.length === 1 ? ' that follows from it' : ' that follow from it') + ': ',
      h('span', { class: 'quiet' }, [...new Set(others.map(k => report.findings[k].title))].map(t => clip(t, 80)).join('; '))),
    more.map(c => c.node)));
  return { node, severity: report.findings[root].severity, text: [first, ...more].map(c => c.text).join('\n'), draw: () => { for (const c of [first, ...more]) c.draw(); } };
}

/** What was known before this run: an earlier run, and findings that somebody has looked at. */
function beforehand() {
  const [old, known] = [report.baseline, report.known_findings];
  const words = [];
  if (old) {
    words.push('Since the run of ' + between(old.first, old.last) + ': ' + [['new', old.new], ['graver', old.graver], ['still there', old.still_there], ['gone', old.gone.length]]
      .map(([w, n]) => num(n) + ' ' + w).join(', ') + '.');
    words.push(...old.remarks);
  }
  if (known && known.findings) words.push(many(known.findings, 'finding') + (known.findings === 1 ? ' is' : ' are') + ' known by ' + known.file + (known.shown ? '.' : ' and not shown.'));
  const set = Object.entries(report.thresholds || {});
  if (set.length) words.push('Thresholds that are set: ' + set.map(([name, value]) => name + ' ' + value).join(', ') + '.');
  const gone = old && old.gone.length > 0 && h('details', { class: 'behind' }, h('summary', {}, 'Gone since then (' + num(old.gone.length) + ')'),
    grid('Findings of the earlier run that are gone', [{ name: 'Finding' }, { name: 'Domain' }, { name: 'Connector' }, { name: 'Messages', number: true }],
      old.gone.map(f => [named(f.title, 90), named(f.domain || '\u2013', 50), named(f.connector || '\u2013', 50), cell(f.messages)])));
  return words.length ? h('div', { class: 'before' }, words.map(w => h('p', {}, named(w, 400))), gone) : null;
}

/** Remote mailboxes whose address does not lead to the tenant, where the configuration was given. */
function remoteRouting() {
  const r = report.remote_routing;
  if (!r || !r.wrong.total) return null;
  return h('section', { class: 'panel remote', 'aria-labelledby': 'remote-t' },
    h('h3', { id: 'remote-t' }, 'Remote routing addresses that do not lead to ' + clip(r.tenant || 'the tenant', 80)),
    h('p', { class: 'lead' }, num(r.wrong.total) + ' of ' + many(r.remote_mailboxes, 'remote mailbox', 'remote mailboxes') + '; ' + many(r.messages, 'message') + ' went astray by it'
      + (r.first_seen ? ', ' + between(r.first_seen, r.last_seen) : '') + '.'),
    r.fix && fixSteps(r.fix),
    h('details', { class: 'behind' }, h('summary', {}, 'Table of addresses' + (r.wrong.first.length < r.wrong.total ? ', the first ' + num(r.wrong.first.length) : '')),
      grid('Remote routing addresses', [{ name: 'Address' }, { name: 'Leads to' }, { name: 'Why that is wrong' }, { name: 'Should be' }, { name: 'Messages', number: true }, { name: 'Went to' }],
        r.wrong.first.map(w => [named(w.address, 60), named(w.remote_routing_address || '\u2013', 60), named(w.why || '\u2013', 120), named(w.should_be || '\u2013', 60), cell(w.messages), named([w.went_to].flat().filter(Boolean).join(', ') || '\u2013', 60)]))));
}

/** What a finding is about, as short names. */
function about(f) {
  return [f.domain && ['domain', f.domain], f.address && ['address', f.address], f.connector && ['connector', f.connector], f.peer && ['host', f.peer]]
    .filter(Boolean).map(([k, v]) => h('span', { class: 'about' }, k + ' ', h('b', {}, named(v, 60))));
}

function findingCard(i) {
  const f = report.findings[i];
  const samples = page.samples.filter(x => x.finding === i);
  const body = h('div', { class: 'body' });
  const node = h('details', { class: 'finding ' + f.severity, id: 'finding-' + i, ontoggle: () => { if (node.open) draw(); } },
    h('summary', {},
      h('span', { class: 'grade' }, f.severity),
      h('span', { class: 'what' }, h('span', { class: 'title' }, named(f.title, 160)), h('span', { class: 'abouts' }, about(f))),
      h('span', { class: 'how' }, f.messages ? many(f.messages, 'message') : 'shown by files',
        f.laps_max > 0 && h('span', { class: 'quiet' }, 'round ' + (f.laps_max === 1 ? 'once' : 'up to ' + num(f.laps_max) + ' times')))),
    body);
  const draw = () => { if (!body.firstChild) findingBody(f, samples, body, i); };
  if (i === 0) {
    node.open = true;
    draw();
  }
  return { node, draw: () => { draw(); const first = i < SOME && node.querySelector('.sample'); if (first) first.drawBody(); }, text: textsOf([f, samples]).join('\n').toLowerCase() };
}

/** Every text in a value, also of what is folded or cut on the page. */
function textsOf(value) {
  if (typeof value === 'string') return [value];
  return value && typeof value === 'object' ? Object.values(value).flatMap(textsOf) : [];
}

/** Messages that show a finding; those that stand in another one already are named, and drawn there alone. */
function shownBy(samples, i) {
  const here = samples.filter(x => firsts.get(sampleKey(x)) === i);
  const there = samples.filter(x => firsts.get(sampleKey(x)) !== i);
  if (!samples.length) return null;
  return h('div', { class: 'samples' }, h('h3', {}, 'Messages that show it'), here.map(x => sampleCard(x, false)),
    there.length > 0 && h('p', { class: 'quiet' }, here.length ? 'Also ' : '', there.map((x, k) => [k ? ', ' : '', h('bdi', {}, '\u201c' + clip(x.subject || 'no subject', 60) + '\u201d')]),
      ', drawn under ', [...new Set(there.map(x => firsts.get(sampleKey(x))))].map((k, n) => [n ? ' and ' : '', findingLink(k)]), '.'));
}

function findingBody(f, samples, body, i) {
  const others = report.findings.map((g, k) => [g, k]).filter(([g, k]) => k !== i && causeOf(g) === i);
  const cause = causeOf(f);
  const drawing = f.cycle.length ? ring(f) : f.expected || f.actual || f.connector ? tracks(f) : null;
  const meta = [
    f.messages ? many(f.messages, 'message') + ' to ' + many(f.recipients, 'address', 'addresses') + ' from ' + many(f.senders, 'sender') : null,
    between(f.first_seen, f.last_seen), 'confidence ' + f.confidence + ({ certain: ': the log says so itself', high: '', medium: ': inferred, check first', low: ': a guess, check first' }[f.confidence] || ''), 'rule ' + f.kind,
    f.standing && 'since the earlier run: ' + f.standing,
    f.known && 'known' + (f.known.until ? ' until ' + f.known.until : '') + (f.known.note ? ': ' + f.known.note : ''),
  ].filter(Boolean);
  const left = h('div', { class: 'told' },
    h('h3', {}, 'Why'), h('p', {}, named(f.cause, 2000)),
    f.caused_by && h('p', { class: 'quiet' }, 'It follows from: ', cause < 0 ? clip(f.caused_by, 80) : findingLink(cause), '. Mend that first.'),
    f.fix && fixSteps(f.fix),
    others.length > 0 && h('p', { class: 'quiet' }, 'It explains ', others.slice(0, 6).map(([, k], n) => [n ? ', ' : '',
      findingLink(k)]), others.length > 6 ? ' and ' + (others.length - 6) + ' more.' : '.'));
  const evidence = h('details', { class: 'behind' }, h('summary', {}, 'Rows of the log that show it (' + num(f.evidence.length) + ')'),
    h('ul', { class: 'places' }, f.evidence.map(e => h('li', {}, h('code', {}, named(place(e), 160))))));
  const shown = new Set(samples.map(x => x.message_id));
  const rest = f.samples.filter(m => !shown.has(m));
  fill(body, {}, [h('p', { class: 'meta' }, named(meta.join(' \u00b7 '), 500)),
    h('div', { class: drawing ? 'two' : 'one' }, left, drawing),
    f.addresses.length > 1 && h('p', { class: 'quiet' }, 'Addresses: ' + f.addresses.map(a => clipMiddle(a, 80)).join(', ') + (f.recipients > f.addresses.length ? ', \u2026' : '')),
    f.evidence.length > 0 && evidence, shownBy(samples, i),
    rest.length > 0 && h('p', { class: 'quiet' }, samples.length ? 'More: ' : 'Messages: ', rest.map((m, k) => [k ? ', ' : '', coded(clipMiddle(m, 120))]),
      '. See one with ', coded('mailtrail trace'), '.')]);
}

function findingLink(k) {
  return h('a', { href: '#finding-' + k, onclick: () => openFinding('finding-' + k) }, clip(report.findings[k].title, 80));
}

/** Shows a finding before a link to it is followed, also one that is folded or searched away. */
function openFinding(id) {
  const node = document.getElementById(id);
  if (!node || !node.matches('.finding')) return;
  const family = node.closest('.family');
  const follows = node.closest('.follows');
  family.hidden = false;
  if (follows) follows.open = true;
  node.open = true;
}
