// One sample message: a lane for each server and host, time going down.

/** What makes times seem to go backwards in the picture of a message; null where they do not. */
function clockWords(sample) {
  const servers = new Set(sample.hops.map(hop => hop.server));
  const off = report.clocks.filter(c => servers.has(c.server));
  const back = sample.hops.some((hop, k) => k > 0 && Date.parse(hop.time) < Date.parse(sample.hops[k - 1].time));
  if (off.length) {
    return off.map(c => 'The clock of ' + clip(c.server, 60) + ' is ' + span(Math.abs(c.offset_ms)) + (c.offset_ms < 0 ? ' behind' : ' ahead of') + ' that of ' + clip(c.against, 60)).join('. ')
      + '. Times are those of the rows; the order is that in which it must have happened' + (back ? ', so a later step may show an earlier time.' : '.');
  }
  return back ? 'Steps stand in the order in which they must have happened; where a later one shows an earlier time, clocks of servers differ.' : null;
}

/** The lanes of a message, in the order in which they first appear, and what happens in each row. */
function lanesOf(sample) {
  const servers = new Set(sample.hops.map(hop => hop.server).filter(Boolean));
  const plain = host => {
    if (!host) return null;
    const first = host.split('.')[0].toUpperCase();
    return servers.has(host) ? host : servers.has(first) ? first : host;
  };
  const lanes = [];
  const lane = name => {
    const known = lanes.findIndex(l => l.name === name);
    if (known >= 0) return known;
    lanes.push({ name, own: servers.has(name) });
    return lanes.length - 1;
  };
  const rows = sample.hops.map(hop => {
    const peer = plain(hop.peer);
    const server = hop.server || 'unknown server';
    const out = hop.event === 'SEND' || hop.event === 'SENDEXTERNAL';
    const into = hop.event === 'RECEIVE';
    const inside = peer === server || !peer;
    let [from, to] = [null, lane.bind(null, server)];
    if (into && !inside) from = lane(peer);
    const here = to();
    if (out && !inside) return { hop, from: here, to: lane(peer) };
    return { hop, from, to: here };
  });
  return { lanes, rows };
}

const GOOD = ['DELIVER', 'DUPLICATEDELIVER'];
const BAD = ['FAIL', 'DROP', 'POISONMESSAGE', 'BADMAIL', 'DELIVERFAIL', 'SUBMITFAIL', 'MODERATORREJECT'];

function hopClass(event) {
  if (GOOD.includes(event)) return 'good';
  if (BAD.includes(event)) return 'bad';
  return event === 'DEFER' ? 'waiting' : '';
}

function drawLanes(sample, width) {
  const { lanes, rows } = lanesOf(sample);
  const left = 86;
  const each = Math.max(88, Math.min(190, (width - left) / Math.max(1, lanes.length)));
  const wide = left + each * lanes.length;
  const [top, row] = [40, onPaper ? 27 : 34];
  const height = top + rows.length * row + 12;
  const x = i => left + each * (i + 0.5);
  const out = picture(wide, height, 'The way of the message over ' + many(lanes.length, 'server or host', 'servers and hosts') + ' in ' + many(rows.length, 'step') + '; the table below tells each.');
  lanes.forEach((l, i) => {
    out.append(s('line', { class: l.own ? 'lane own' : 'lane', x1: x(i), x2: x(i), y1: top - 6, y2: height - 4 }));
    folded(l.name, Math.floor(each / 7)).slice(0, 2).forEach((line, k, all) =>
      out.append(label(x(i), 14 + k * 13 + (all.length === 1 ? 7 : 0), line, { 'text-anchor': 'middle', class: l.own ? 'strong' : 'quiet' })));
  });
  let before = '';
  rows.forEach(({ hop, from, to }, k) => {
    const y = top + k * row + 22;
    const at = clock(hop.time);
    if (at.day !== before) out.append(label(left - 10, y - 13, at.day, { 'text-anchor': 'end', class: 'quiet small' }));
    before = at.day;
    out.append(label(left - 10, y + 4, at.hms, { 'text-anchor': 'end', class: 'time' }));
    const kind = hopClass(hop.event);
    const words = hop.event + (each < 125 ? '' : hop.connector ? ' \u00b7 ' + hop.connector : hop.source ? ' \u00b7 ' + hop.source : '');
    const near = from === null ? x(to) : (x(from) + x(to)) / 2;
    const most = Math.max(60, Math.floor(from === null ? each * 1.4 : Math.max(each * 1.25, Math.abs(x(from) - x(to)))));
    const half = Math.min(most, textWidth(words)) / 2;
    const at_ = Math.min(Math.max(near, left + half), wide - half);
    // A plate keeps lines of lanes from running through the words.
    out.append(s('rect', { class: 'plate', x: round(at_ - half - 2), y: y - 19, width: round(2 * half + 4), height: 14 }), label(at_, y - 8, words, { 'text-anchor': 'middle', class: 'event small ' + kind }, most));
    if (from === null || from === to) out.append(s('circle', { class: 'step ' + kind, cx: x(to), cy: y, r: 5 }));
    else {
      const way = x(to) > x(from) ? 1 : -1;
      out.append(s('line', { class: 'step ' + kind, x1: x(from), x2: x(to) - way * 2, y1: y, y2: y, 'marker-end': 'url(#arrow)' }),
        s('circle', { class: 'step', cx: x(from), cy: y, r: 3 }));
    }
  });
  return [h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'The way of the message, drawn' }, out),
    scrollHint(wide, width)].filter(Boolean);
}

function place(evidence) {
  return evidence ? evidence.file + ':' + evidence.line : '\u2013';
}

/** A sample as it stands in a finding: folded, drawn when first opened. */
function sampleCard(sample, open) {
  const body = h('div', { class: 'body' });
  const end = [sample.decision, sample.status_code, sample.status_text].filter(Boolean).join(' ');
  const card = h('details', { class: 'sample', ontoggle: () => { if (card.open && !body.firstChild) draw(); } },
    h('summary', {}, h('span', { class: 'subject' }, named(sample.subject === null || sample.subject === '' ? '(no subject)' : sample.subject, 80)),
      h('span', { class: 'quiet' }, clock(sample.first_seen).day + ' ' + clock(sample.first_seen).hms)), body);
  function draw() {
    const way = (sample.via || []).map(v => v.step + ': ' + v.from + ' \u2192 ' + v.to);
    const table = () => grid('Steps of the message', [{ name: 'Time' }, { name: 'Server' }, { name: 'Event' }, { name: 'Connector' }, { name: 'Other side' }, { name: 'Row of the log' }],
      sample.hops.map(hop => [clock(hop.time).hms + clock(hop.time).thousandth, named(hop.server || '\u2013', 30), named(hop.event + ' ' + (hop.source || ''), 40),
        named(hop.connector || '\u2013', 40), named(hop.peer || '\u2013', 40), h('code', {}, named(place(hop.evidence), 70))]));
    body.replaceChildren(h('dl', { class: 'facts small' },
      [['From', sample.sender], ['To', sample.final_recipient || sample.recipient], way.length && ['Became', way.join('; ')],
        ['Message-id', sample.message_id], ['End', end], ['Took', span(sample.latency_ms)]]
        .filter(Boolean).map(([k, v]) => [h('dt', {}, k), h('dd', {}, named(v === null || v === undefined ? '\u2013' : v, 240))])),
      ...drawLanes(sample, onPaper ? 620 : Math.max(280, (body.clientWidth || 640) - 4)),
      clockWords(sample) ? h('p', { class: 'under quiet clocks' }, clockWords(sample)) : '',
      sample.hops_cut > 0 ? h('p', { class: 'under quiet' }, many(sample.hops_cut, 'step') + ' in the middle left out; ', h('code', {}, 'mailtrail trace'), ' has all.') : '',
      h('details', { class: 'behind' }, h('summary', {}, 'Steps as a table'), table()));
  }
  card.drawBody = () => { if (!body.firstChild) draw(); };
  if (open) card.open = true;
  return card;
}
