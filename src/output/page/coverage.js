// Which logs were there: rows by server and hour, and what is missing.

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
    lead: (allOf('coverage') > report.coverage.length ? 'The first ' + num(report.coverage.length) + ' of ' + many(allOf('coverage'), 'server') + '. ' : '') + 'Rows of the log by server and ' + unit + '. ' + (gaps ? many(gaps, 'hour') + ' without any row between the first and the last: a gap in the log, or no mail. ' : columns ? 'No hour without rows. ' : '')
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
