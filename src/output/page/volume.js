// Recipients by hour and outcome. The range drawn over it is the time filter of the whole page.

const volumePlot = { x0: 46, width: 0, node: null, drag: null };

function bucketWords() {
  return bucketHours === 1 ? 'hour' : bucketHours === 24 ? 'day' : bucketHours + ' hours';
}

function drawVolume(box) {
  if (!cube.buckets) return nothing();
  const width = room(box);
  const [x0, top, tall] = [volumePlot.x0, 10, 170];
  const inner = plotWidth(width - x0 - 14, cube.buckets);
  volumePlot.width = inner;
  const { rows, without } = byTime(weights('time'));
  const most = rows.reduce((a, r) => Math.max(a, sum(r)), 0);
  const values = ticks(most);
  const y = v => top + tall - v / values[values.length - 1] * tall;
  const one = inner / cube.buckets;
  const out = board(width, top + tall + 24, 'Recipients by ' + bucketWords() + ' and outcome. Two sliders set the time filter; the table below has the figures.');
  out.append(...numberAxis(values, y, x0, x0 + inner));
  const bars = s('g', { 'aria-hidden': 'true' });
  rows.forEach((row, t) => {
    let base = 0;
    const within = !chosen.time || (t >= chosen.time[0] && t <= chosen.time[1]);
    for (const o of outcomes) {
      const n = row[cube.outcome.indexOf(o)];
      if (!n) continue;
      const tallness = y(base) - y(base + n);
      bars.append(s('rect', { class: 'o-' + o + (within ? '' : ' out'), x: round(x0 + t * one + Math.min(1, one * 0.08)), y: round(y(base + n)),
        width: round(Math.max(0.7, one - Math.min(2, one * 0.16))), height: round(Math.max(0.6, tallness > 3 ? tallness - 0.7 : tallness)) }));
      base += n;
    }
  });
  out.append(bars, ...timeAxis(x0, inner, top + tall));
  out.append(brush(x0, inner, top, tall, one, rows));
  volumePlot.node = out;
  const unknown = sum(without);
  return [out, h('p', { class: 'under quiet' }, h('span', { class: 'hint' }, 'Drag over the hours, or move the two ends with the arrow keys. '), unknown ? many(unknown, 'recipient') + ' without a time are not drawn.' : '')];
}

/** The bucket under a pointer. */
function bucketAt(event) {
  const box = volumePlot.node.getBoundingClientRect();
  const scale = volumePlot.node.viewBox.baseVal.width / box.width;
  const x = (event.clientX - box.left) * scale - volumePlot.x0;
  return Math.max(0, Math.min(cube.buckets - 1, Math.floor(x / volumePlot.width * cube.buckets)));
}

function brush(x0, inner, top, tall, one, rows) {
  const [a, b] = chosen.time || [0, cube.buckets - 1];
  const whole = !chosen.time;
  const [xa, xb] = [x0 + a * one, x0 + (b + 1) * one];
  const area = s('rect', { class: 'pull', x: x0, y: top, width: inner, height: tall, onpointerdown: startDrag }, s('title', {}, 'Drag to choose a time'));
  const tips = s('g', { 'aria-hidden': 'true' }, rows.map((row, t) => s('rect', { class: 'tip', x: round(x0 + t * one), y: top, width: round(one), height: tall, onpointerdown: startDrag },
    s('title', {}, bucketName(t) + ': ' + many(sum(row), 'recipient') + outcomes.map(o => [o, row[cube.outcome.indexOf(o)]]).filter(p => p[1]).map(([o, n]) => '\n' + (OUTCOME_WORDS[o] || o) + ' ' + num(n)).join('')))));
  const end = (which, x) => s('g', {
    class: 'handle' + (whole ? ' idle' : ''), role: 'slider', tabindex: '0', 'aria-label': which ? 'End of the time filter' : 'Begin of the time filter',
    'aria-valuemin': '0', 'aria-valuemax': String(cube.buckets - 1), 'aria-valuenow': String(which ? b : a),
    'aria-valuetext': which ? 'to ' + bucketName(b + 1) : 'from ' + bucketName(a), 'aria-orientation': 'horizontal', data: { key: 'brush' + which },
    onkeydown: e => brushKey(e, which), onpointerdown: e => startDrag(e, which),
  }, s('rect', { class: 'hit', x: round(x - 11), y: top, width: 22, height: tall }), s('line', { x1: round(x), x2: round(x), y1: top, y2: top + tall }),
  s('rect', { class: 'grip', x: round(x - 4), y: top + tall / 2 - 13, width: 8, height: 26, rx: 3 }));
  return s('g', { class: 'brush' }, area, tips, !whole && s('rect', { class: 'range', x: round(xa), y: top, width: round(xb - xa), height: tall }), end(0, xa), end(1, xb));
}

function startDrag(event, end) {
  if (event.button > 0) return;
  event.preventDefault();
  event.stopPropagation();
  const [a, b] = chosen.time || [0, cube.buckets - 1];
  const fixed = end === 0 ? b : end === 1 ? a : bucketAt(event);
  const from = event.clientX;
  const move = e => {
    const t = bucketAt(e);
    if (end === undefined && Math.abs(e.clientX - from) < 3) return;
    chooseTime(Math.min(fixed, t), Math.max(fixed, t));
  };
  const stop = e => {
    removeEventListener('pointermove', move);
    removeEventListener('pointerup', stop);
    removeEventListener('pointercancel', stop);
    if (end === undefined && Math.abs(e.clientX - from) < 3) {
      const same = chosen.time && chosen.time[0] === fixed && chosen.time[1] === fixed;
      if (same) chooseTime(null);
      else chooseTime(fixed, fixed);
    }
  };
  addEventListener('pointermove', move);
  addEventListener('pointerup', stop);
  addEventListener('pointercancel', stop);
}

function brushKey(event, which) {
  const [a, b] = chosen.time || [0, cube.buckets - 1];
  const day = Math.max(1, Math.round(24 / bucketHours));
  const jump = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -day, PageUp: day, Home: -cube.buckets, End: cube.buckets }[event.key];
  if (event.key === 'Escape') chooseTime(null);
  else if (jump === undefined) return;
  else if (which === 0) chooseTime(Math.max(0, Math.min(b, a + jump)), b);
  else chooseTime(a, Math.min(cube.buckets - 1, Math.max(a, b + jump)));
  event.preventDefault();
}

function volume() {
  return panel({
    id: 'volume', title: 'Mail by ' + bucketWords(), wide: true,
    lead: 'Recipients by when the message was first seen, ' + zoneWords() + ', and by how it ended.' + (oneDay && cube.buckets ? ' The period is a day at most, so there is no picture of the week.' : ''),
    figure: drawVolume,
    table: () => {
      const { rows, without } = byTime(weights());
      const line = (name, row) => [name, ...outcomes.map(o => cell(row[cube.outcome.indexOf(o)])), cell(sum(row))];
      const out = rows.map((row, t) => [t, row]).filter(([t, row]) => sum(row) > 0 || (!onPaper && rows.length <= 48 && (!chosen.time || (t >= chosen.time[0] && t <= chosen.time[1]))))
        .map(([t, row]) => line(bucketName(t), row));
      if (sum(without)) out.push(line('time not known', without));
      if (out.length) out.push(line('All', outcomes.length ? cube.outcome.map((_, i) => sum(rows.map(r => r[i])) + without[i]) : []));
      return grid('Recipients by ' + bucketWords() + ' and outcome', [{ name: 'From' }, ...outcomes.map(o => ({ name: OUTCOME_WORDS[o] || o, number: true })), { name: 'All', number: true }], out, nothingWords());
    },
  });
}

// ---- weekday by hour ----

/** A single day has no week. */
const oneDay = cube.buckets * cube.step <= 24 * 3600000;

/** Recipients by weekday and hour; null where the period has no such hour. */
function week(w) {
  const columns = Math.max(1, Math.round(24 / bucketHours));
  const out = Array.from({ length: 7 }, () => new Array(columns).fill(null));
  for (const x of slots) out[x.weekday][Math.floor(x.hour / bucketHours)] = 0;
  for (let c = 0; c < w.length; c += 1) {
    if (w[c] && cells.t[c] >= 0) {
      const x = slots[cells.t[c]];
      out[x.weekday][Math.floor(x.hour / bucketHours)] += w[c];
    }
  }
  return out;
}

const heatAt = { weekday: 0, column: 0 };

/** Of buckets longer than a day no weekday is known. */
function noWeek() {
  if (!cube.buckets) return nothing();
  return bucketHours > 24 ? h('p', { class: 'none' }, 'Mail is counted by ' + bucketWords() + ' here, so weekdays and hours are not known.') : null;
}

function drawHeat(box) {
  const none = noWeek();
  if (none) return none;
  const rows = week(weights('slot'));
  const most = rows.flat().reduce((a, b) => Math.max(a, b || 0), 0);
  const width = room(box);
  const [left, top, tall] = [40, 4, 22];
  const columns = rows[0].length;
  const one = (width - left - 2) / columns;
  const out = board(width, top + 7 * tall + 22, 'Recipients by weekday and hour. Move with the arrow keys, choose with Enter; the table below has the figures.');
  const ok = (d, c) => rows[d] && rows[d][c] !== null && rows[d][c] !== undefined;
  if (!ok(heatAt.weekday, heatAt.column)) {
    heatAt.weekday = slots[0].weekday;
    heatAt.column = Math.floor(slots[0].hour / bucketHours);
  }
  for (let d = 0; d < 7; d += 1) {
    out.append(label(left - 8, top + d * tall + 15, DAYS[d].slice(0, 3), { 'text-anchor': 'end', class: 'quiet' }));
    for (let c = 0; c < columns; c += 1) {
      const at = { x: round(left + c * one), y: top + d * tall, width: round(one - 1.5), height: tall - 1.5, rx: 2 };
      if (!ok(d, c)) { out.append(s('rect', { ...at, class: 'heat empty' })); continue; }
      const slot = { weekday: d, hour: c * bucketHours };
      const words = slotName(slot) + ', ' + many(rows[d][c], 'recipient');
      const on = chosen.slot && chosen.slot.weekday === d && chosen.slot.hour === slot.hour;
      const rect = pressable(s('rect', { ...at, class: 'heat s' + shade(rows[d][c], most) + (on ? ' on' : chosen.slot ? ' out' : '') }, s('title', {}, words)),
        'heat' + d + '-' + c, words, Boolean(on), () => { Object.assign(heatAt, { weekday: d, column: c }); chooseSlot(slot); });
      rect.setAttribute('tabindex', heatAt.weekday === d && heatAt.column === c ? '0' : '-1');
      rect.addEventListener('keydown', e => heatKey(e, ok, out));
      out.append(rect);
    }
  }
  const every = [1, 2, 3, 4, 6, 12].find(k => one * k / bucketHours >= 30 && k >= bucketHours) || 24;
  for (let hour = 0; hour < 24; hour += every) {
    out.append(label(left + hour / bucketHours * one, top + 7 * tall + 14, two(hour), { class: 'quiet' }));
  }
  return [out, h('p', { class: 'scale quiet', 'aria-hidden': 'true' }, '1 ', [1, 2, 3, 4, 5].map(k => h('span', { class: 'swatch b' + k })), ' ' + num(most))];
}

function heatKey(event, ok, out) {
  const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!move) return;
  event.preventDefault();
  const [d, c] = [heatAt.weekday + move[0], heatAt.column + move[1]];
  if (!ok(d, c)) return;
  const find = (x, y) => [...out.querySelectorAll('[data-key]')].find(e => e.dataset.key === 'heat' + x + '-' + y);
  find(heatAt.weekday, heatAt.column).setAttribute('tabindex', '-1');
  Object.assign(heatAt, { weekday: d, column: c });
  const next = find(d, c);
  next.setAttribute('tabindex', '0');
  next.focus();
}

function heat() {
  return panel({
    id: 'heat', title: 'Hour of the week',
    lead: [h('span', {}, 'Recipients by weekday and hour, all weeks together.'), h('span', { class: 'hint' }, ' A click filters.')],
    figure: drawHeat,
    table: () => {
      const none = noWeek();
      if (none) return none;
      const rows = week(weights());
      const days = DAYS.map((_, d) => d).filter(d => rows[d].some(n => n !== null));
      const of = (name, list) => [name, ...list.map(n => (n === null ? '\u2013' : cell(n))), cell(sum(list.map(n => n || 0)))];
      const out = rows[0].map((_, c) => of(two(c * bucketHours) + ':00', days.map(d => rows[d][c]))).filter(r => !onPaper || r[r.length - 1].n > 0);
      if (out.length > 1) out.push(of('All', days.map(d => sum(rows[d].map(n => n || 0)))));
      return grid('Recipients by weekday and hour', [{ name: 'Hour' }, ...days.map(d => ({ name: DAYS[d], number: true })), { name: 'All', number: true }], out);
    },
  });
}
