// Pages that no ordinary log gives: hostile names, no mail, one message, very much mail.

export const EVIL = [
  '<script>window.hacked=1</script>', '"><img src=x onerror="window.hacked=1">', '</script><script>window.hacked=1</script>',
  'invoice\u202Egpj.exe', 'x'.repeat(5000), '\u0000\u001b[31mred\u0007', '{{constructor.constructor("window.hacked=1")()}}', "javascript:window.hacked=1//' onclick=window.hacked=1 ",
];

const copy = data => JSON.parse(JSON.stringify(data));

/** Every name and text that comes from a log is replaced by a hostile one. */
export function hostile(data) {
  const out = copy(data);
  let k = 0;
  const evil = () => EVIL[k++ % EVIL.length] + ' ' + k;
  const some = list => list.map(x => (x === '' ? '' : evil()));
  for (const part of ['entry', 'server', 'connector', 'next_hop']) out.cube[part] = some(out.cube[part]);
  for (const list of Object.values(out.tops)) list.names = some(list.names);
  out.latency.hops = some(out.latency.hops);
  out.report.verdict = evil();
  for (const a of out.report.attention) a.text = evil();
  for (const c of out.report.coverage) c.server = evil();
  for (const m of out.report.missing_servers) m.name = evil();
  for (const f of out.report.findings) {
    for (const key of ['title', 'domain', 'connector', 'peer', 'address', 'cause', 'fix', 'ended']) if (f[key]) f[key] = evil();
    for (const key of ['addresses', 'samples', 'cycle']) f[key] = some(f[key]);
    for (const e of f.evidence) e.file = evil();
  }
  for (const s of out.samples) {
    for (const key of ['subject', 'sender', 'recipient', 'final_recipient', 'status_text', 'message_id']) s[key] = evil();
    for (const hop of s.hops) Object.assign(hop, { server: hop.server && evil(), connector: evil(), peer: hop.peer && evil() });
  }
  for (const f of out.report.files || []) f.name = evil();
  for (const f of out.report.failures.first) Object.assign(f, { text: evil(), addresses: { total: 9, first: [{ name: evil(), count: 2 }] } });
  for (const c of out.report.clocks) c.against = evil();
  out.cut = some(out.cut || []).concat(evil());
  return out;
}

/** A day with nothing in it. */
export function empty(data) {
  const out = copy(data);
  const none = rows => Object.fromEntries(Object.keys(rows).map(k => [k, []]));
  Object.assign(out.cube, { buckets: 0, entry: [], server: [], decision: [], connector: [], next_hop: [], cells: none(out.cube.cells) });
  out.latency.hops = [];
  out.latency.rows = none(out.latency.rows);
  out.sizes.rows = none(out.sizes.rows);
  out.sizes.unknown = 0;
  for (const list of Object.values(out.tops)) Object.assign(list, { total: 0, names: [], rows: none(list.rows) });
  Object.assign(out.queue, { server: [], depth: [] });
  out.samples = [];
  Object.assign(out.report, { verdict: 'No mail in these logs.', attention: [], findings: [], clocks: [], period: null, messages: 0, recipients: 0, bytes: 0, coverage: [], missing_servers: [] });
  for (const key of Object.keys(out.report.decisions)) out.report.decisions[key] = 0;
  for (const key of Object.keys(out.report.reconciliation)) out.report.reconciliation[key] = 0;
  return out;
}

/** A single message to one recipient. */
export function one(data) {
  const out = empty(data);
  for (const part of ['entry', 'server', 'decision', 'connector', 'next_hop']) out.cube[part] = [data.cube[part][data.cube.cells[part][0]]];
  const cell = data.cube.cells;
  Object.assign(out.cube, { buckets: 1, start: data.cube.start });
  out.cube.cells = { t: [0], entry: [0], server: [0], decision: [0], connector: [0], next_hop: [0], outcome: [cell.outcome[0]], n: [1] };
  out.latency.hops = [''];
  out.latency.rows = { cell: [0], hop: [0], bin: [5], n: [1] };
  out.sizes.rows = { cell: [0], bin: [1], n: [1] };
  for (const list of Object.values(out.tops)) Object.assign(list, { total: 1, names: ['only@one.example'], rows: { item: [0], cell: [0], n: [1] } });
  out.queue = { ...data.queue, server: [0], depth: [[1]] };
  const at = new Date(data.cube.start).toISOString();
  Object.assign(out.report, { verdict: 'Nothing is wrong.', period: { first: at, last: at }, messages: 1, recipients: 1, coverage: [{ server: out.cube.server[0], rows: 1, hours: { [at]: 1 }, silent_hours: [] }] });
  out.report.decisions[out.cube.decision[0]] = 1;
  Object.assign(out.report.reconciliation, { records: 2, headers: 1, events: 1, counted: 1, leaves: 1 });
  return out;
}

/** The same, ten million times over. */
export function huge(data) {
  const out = copy(data);
  const many = 1e7;
  const more = list => list.map(n => n * many);
  for (const rows of [out.cube.cells, out.latency.rows, out.sizes.rows, ...Object.values(out.tops).map(t => t.rows)]) rows.n = more(rows.n);
  out.queue.depth = out.queue.depth.map(more);
  for (const key of ['messages', 'recipients', 'bytes']) out.report[key] *= many;
  for (const key of Object.keys(out.report.decisions)) out.report.decisions[key] *= many;
  for (const key of Object.keys(out.report.reconciliation)) out.report.reconciliation[key] *= many;
  for (const f of out.report.findings) { f.messages *= many; f.laps_max *= many; }
  for (const c of out.report.coverage) for (const k of Object.keys(c.hours)) c.hours[k] *= many;
  return out;
}
