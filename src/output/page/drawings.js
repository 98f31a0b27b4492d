// Pictures of findings: a loop as a ring with its laps, a misroute as expected against actual.

/** The ring of a loop: its members in order, an arrow between each two, the laps in the middle. */
function ring(finding) {
  const members = finding.cycle.length ? finding.cycle : [];
  // Two members stand beside the ring, more of them also above and below.
  const [width, height, r] = [480, members.length === 2 ? 180 : 236, 78];
  const [cx, cy] = [width / 2, height / 2];
  const laps = finding.laps_max;
  const words = 'A loop: ' + members.map(m => clip(m, 60)).join(' to ') + ' and back, ' + (laps ? many(laps, 'time') + ' round' : 'how often is not known') + '.';
  const out = picture(width, height, words);
  const n = Math.max(1, members.length);
  const at = k => -Math.PI / 2 + k * 2 * Math.PI / n + (n === 2 ? Math.PI / 2 : 0);
  const shown = Math.min(laps, 6);
  for (let lap = 1; lap < shown; lap += 1) out.append(s('circle', { class: 'lap', cx, cy, r: r - lap * 5 }));
  for (let k = 0; k < n; k += 1) {
    const [a, b] = [at(k) + 0.34, at(k + 1) - 0.4];
    const p = [cx + r * Math.cos(a), cy + r * Math.sin(a), cx + r * Math.cos(b), cy + r * Math.sin(b)].map(round);
    out.append(s('path', { class: 'round', d: `M${p[0]} ${p[1]}A${r} ${r} 0 ${b - a > Math.PI ? 1 : 0} 1 ${p[2]} ${p[3]}`, 'marker-end': 'url(#arrow)' }));
  }
  members.forEach((m, k) => {
    const [x, y] = [cx + r * Math.cos(at(k)), cy + r * Math.sin(at(k))];
    const flat = Math.abs(Math.cos(at(k))) < 0.3;
    const right = Math.cos(at(k)) >= 0;
    out.append(s('circle', { class: 'node', cx: round(x), cy: round(y), r: 9 }));
    const anchor = flat ? 'middle' : right ? 'start' : 'end';
    const dy = flat ? (Math.sin(at(k)) < 0 ? -16 : 26) : 4;
    const lines = folded(m, flat ? 34 : 18);
    lines.forEach((line, i) => out.append(label(x + (flat ? 0 : right ? 15 : -15), y + dy + (i - (flat ? 0 : (lines.length - 1) / 2)) * 14, line,
      { 'text-anchor': anchor, class: 'strong' })));
  });
  out.append(label(cx, cy + 1, laps > 0 ? num(laps) : '\u221e', { class: 'laps', 'text-anchor': 'middle' }),
    label(cx, cy + 19, laps === 1 ? 'time round' : laps > 0 ? 'times round at most' : 'rounds not counted', { class: 'quiet', 'text-anchor': 'middle' }));
  const tail = [finding.period_ms && 'once round takes about ' + span(finding.period_ms), finding.ended && 'how the longest ended: ' + finding.ended].filter(Boolean);
  return h('figure', { class: 'drawing' }, out, h('figcaption', {}, capital(tail.join('; ') || 'the way round')));
}

/** A name in up to three lines of `most` characters. */
function folded(name, most) {
  const text = clipMiddle(name, most * 3);
  const out = [];
  let rest = text;
  while (rest.length > most) {
    const cut = Math.max(rest.lastIndexOf('.', most), rest.lastIndexOf('@', most), rest.lastIndexOf(' ', most));
    const end = cut > most / 3 ? cut : most;
    out.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return out.concat(rest);
}

function capital(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : text;
}

function arrowHead() {
  return s('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse' },
    s('path', { d: 'M0 0L8 4L0 8z', class: 'tip' }));
}

/** The two ways of a misroute, one above the other. */
function tracks(finding) {
  const went = finding.actual || (finding.connector || finding.peer ? { decision: null, connector: finding.connector } : null);
  if (!finding.expected && !went) return null;
  const from = finding.address || finding.domain || 'the mail';
  const way = (name, kind, step, peer) => h('li', { class: kind },
    h('span', { class: 'which' }, name),
    step ? h('ol', {}, h('li', {}, named(from, 40)),
      step.decision ? h('li', { title: meaning('decision', step.decision) }, step.decision) : null,
      step.connector ? h('li', {}, named(step.connector, 40)) : null,
      peer ? h('li', {}, named(peer, 40)) : null)
      : h('p', { class: 'quiet' }, 'Not known: logs alone do not say what was meant. With the exported configuration (', coded('--topology FOLDER'), ') it stands here.'));
  return h('figure', { class: 'drawing' },
    h('ul', { class: 'tracks' }, way('Expected', 'expected', finding.expected, null), way('Actual', 'actual', went, finding.peer)),
    h('figcaption', {}, finding.expected ? 'What the configuration says, and what the log shows.' : 'What the log shows.'));
}
