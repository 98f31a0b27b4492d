// The figures of a page, counted from its data once more, plainly, to hold the tables of the page against.

import { readFileSync } from 'node:fs';

const OPEN = '<script type="application/json" id="data">';

/** The data of a page, and the page with other data in their place. */
export function dataOf(file) {
  const html = readFileSync(file, 'utf8');
  const from = html.indexOf(OPEN) + OPEN.length;
  return JSON.parse(html.slice(from, html.indexOf('</script>', from)));
}

export function withData(file, data) {
  const html = readFileSync(file, 'utf8');
  const from = html.indexOf(OPEN) + OPEN.length;
  const text = JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
  return html.slice(0, from) + text + html.slice(html.indexOf('</script>', from));
}

/** Which cells count under a filter: `{time: [a, b], slot: {weekday, hour}, parts: {outcome: i}}`. */
export function counts(data, filter = {}) {
  const { cube } = data;
  return cube.cells.n.map((_, c) => {
    const t = cube.cells.t[c];
    if (filter.time && (t < filter.time[0] || t > filter.time[1])) return false;
    if (filter.slot) {
      if (t < 0) return false;
      const at = new Date(cube.start + t * cube.step + data.offset_min * 60000);
      const hour = Math.floor(at.getUTCHours() / hours(data)) * hours(data);
      if ((at.getUTCDay() + 6) % 7 !== filter.slot.weekday || hour !== filter.slot.hour) return false;
    }
    return Object.entries(filter.parts || {}).every(([part, i]) => cube.cells[part][c] === i);
  });
}

export function hours(data) {
  return Math.max(1, Math.round(data.cube.step / 3600000));
}

export function sum(list) {
  return list.reduce((a, b) => a + b, 0);
}

export function total(data, filter) {
  const on = counts(data, filter);
  return sum(data.cube.cells.n.filter((_, c) => on[c]));
}

/** Recipients by a key of a cell, as `{key: n}` without zeros. */
export function by(data, filter, key) {
  const on = counts(data, filter);
  const out = {};
  data.cube.cells.n.forEach((n, c) => { if (on[c] && n) out[key(c)] = (out[key(c)] || 0) + n; });
  return out;
}

/** The same for rows by cell: sizes, latency, top lists. */
export function byRow(data, filter, rows, key) {
  const on = counts(data, filter);
  const out = {};
  rows.cell.forEach((c, k) => { if (on[c]) out[key(k)] = (out[key(k)] || 0) + rows.n[k]; });
  return out;
}

/** The value below which the share `q` of `{bin: n}` lies, even by logarithms inside a step. */
export function quantile(data, bins, q, most = Infinity) {
  const edges = data.latency.edges;
  const rank = Math.max(1, Math.ceil(sum(Object.values(bins)) * q));
  let seen = 0;
  for (const bin of Object.keys(bins).map(Number).sort((a, b) => a - b)) {
    if (seen + bins[bin] >= rank) {
      const low = edges[bin];
      const high = bin + 1 < edges.length ? edges[bin + 1] : low;
      const part = (rank - seen - 0.5) / bins[bin];
      return Math.min(most, Math.round(low > 0 ? Math.exp(Math.log(low) + (Math.log(high) - Math.log(low)) * part) : high * part));
    }
    seen += bins[bin];
  }
  return null;
}

/** What the report knows exactly of the times of all that a filter leaves, or null. */
export function exact(data, filter, n) {
  const { latency_ms, connectors } = data.report;
  const parts = Object.entries(filter.parts || {});
  let known = null;
  if (!filter.time && !filter.slot && !parts.length) known = latency_ms.all;
  else if (!filter.time && !filter.slot && parts.length === 1) {
    const [part, i] = parts[0];
    if (part === 'decision') known = latency_ms[data.cube.decision[i]];
    if (part === 'outcome' && data.cube.outcome[i] === 'delivered') known = latency_ms['local-delivery'];
    if (part === 'connector') known = data.cube.connector[i] === '' ? latency_ms['local-delivery'] : connectors.find(c => c.connector === data.cube.connector[i])?.latency_ms;
  }
  return known && known.count === n ? known : null;
}

/** Whether the period is a day at most, which has no picture of the week. */
export function oneDay(data) {
  return data.cube.buckets * data.cube.step <= 24 * 3600000;
}

/** The place of what explains a finding in the end. */
export function rootOf(findings, i) {
  const cause = f => {
    if (!f.caused_by) return -1;
    const same = findings.findIndex(g => g.kind === f.caused_by && g.domain === f.domain);
    return same >= 0 ? same : findings.findIndex(g => g.kind === f.caused_by);
  };
  let at = i;
  for (let k = 0; k < findings.length && cause(findings[at]) >= 0; k += 1) at = cause(findings[at]);
  return at;
}
