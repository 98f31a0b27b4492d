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
export function quantile(data, bins, q) {
  const edges = data.latency.edges;
  const rank = Math.max(1, Math.ceil(sum(Object.values(bins)) * q));
  let seen = 0;
  for (const bin of Object.keys(bins).map(Number).sort((a, b) => a - b)) {
    if (seen + bins[bin] >= rank) {
      const low = edges[bin];
      const high = bin + 1 < edges.length ? edges[bin + 1] : low;
      const part = (rank - seen) / bins[bin];
      return Math.round(low > 0 ? Math.exp(Math.log(low) + (Math.log(high) - Math.log(low)) * part) : high * part);
    }
    seen += bins[bin];
  }
  return null;
}
