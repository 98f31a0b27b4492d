// What charts have in common: the panel around them, the table behind them, axes, bars.

const panels = [];

/** How wide a drawing may be. On paper a width that fits A4 upright. */
function room(box) {
  if (onPaper) return 650;
  if (!rooms.has(box)) rooms.set(box, Math.max(270, Math.floor(box.clientWidth || 0)));
  return rooms.get(box);
}

/** Widths once measured: to ask for one while drawing makes the browser lay out the whole page. */
let rooms = new Map();
let onPaper = false;

/** Measures all panels, before any is drawn. */
function measure() {
  rooms = new Map();
  for (const p of panels) room(p.box);
}

/**
 * A panel: title, a line that says what is seen, a figure and a table behind it.
 *
 * `figure(box)` and `table()` are called anew whenever the choice or the width changes, `table` only while it is open; so
 * are `tableName` and `said`, a line under the lead, where they are functions.
 * Returns the panel; its `draw` is registered.
 */
function panel({ id, title, lead, said = null, whole = false, live = !whole, figure, table, tableName = 'Table', wide = false }) {
  const box = h('div', { class: 'figure' });
  const note = h('span', { class: 'scope' });
  const rows = table && h('div', { class: 'rows' });
  const line = said && h('p', { class: 'lead' });
  const name = table && h('summary', {});
  const details = table && h('details', { class: 'behind', ontoggle: () => { if (details.open) fillTable(); } },
    name, rows);
  const node = h('section', { class: wide ? 'panel wide' : 'panel', id, 'aria-labelledby': id + '-t' },
    h('div', { class: 'keep' }, h('div', { class: 'head' }, h('h3', { id: id + '-t' }, title), note), lead && h('p', { class: 'lead' }, lead), line, box), details);
  function fillTable() {
    rows.replaceChildren(table());
    wholeRows(rows.firstElementChild);
  }
  function draw() {
    keepFocus(node, () => {
      box.replaceChildren(...[figure(box)].flat().filter(Boolean));
      note.replaceChildren(...scope(whole));
      if (line) line.replaceChildren(...ticked(said()));
      if (name) name.textContent = visible(typeof tableName === 'function' ? tableName() : tableName);
      if (details && details.open) fillTable();
    });
  }
  panels.push({ node, box, draw, live });
  if (live) whenChanged(draw);
  return node;
}

/** Ends a box that scrolls below a whole row, so that none is cut in half. */
function wholeRows(box) {
  if (!box || onPaper || box.scrollHeight <= box.clientHeight + 1) return;
  const top = box.getBoundingClientRect().top;
  const ends = [...box.querySelectorAll('tbody tr')].map(row => row.getBoundingClientRect().bottom - top).filter(end => end <= box.clientHeight);
  if (ends.length) box.style.maxHeight = Math.ceil(ends[ends.length - 1] + box.offsetHeight - box.clientHeight) + 'px';
}

/** The words beside a title: of how many recipients this is, or that no filter touches it. */
function scope(whole) {
  if (whole) return [h('span', { class: 'tag' }, 'whole period')];
  const n = total();
  return [h('span', { class: 'n', data: { n } }, many(n, 'recipient')), anythingChosen() && h('span', { class: 'tag on' }, 'filtered')]
    .filter(Boolean);
}

/** Draws, and gives the focus back to what had it before, told by its `data-key`. */
function keepFocus(node, draw) {
  const active = document.activeElement;
  const key = active && node.contains(active) ? active.dataset.key : undefined;
  draw();
  if (key === undefined) return;
  const again = [...node.querySelectorAll('[data-key]')].find(e => e.dataset.key === key);
  if (again) again.focus({ preventScroll: true });
}

/**
 * A table. `columns`: `{name, number}`; rows: lists of texts, elements, or `{text, n}` where `n` is the bare figure.
 */
function grid(caption, columns, rows, empty = 'Nothing here.') {
  if (!rows.length) return h('p', { class: 'none' }, empty);
  const head = h('tr', {}, columns.map(c => h('th', { scope: 'col', class: c.number ? 'r' : null }, c.name)));
  const body = rows.map(row => h('tr', {}, row.map((cell, i) => {
    const shown = cell && typeof cell === 'object' && 'text' in cell && !(cell instanceof Node) ? cell : { text: cell };
    return h(i === 0 ? 'th' : 'td', {
      scope: i === 0 ? 'row' : null, class: columns[i].number ? 'r' : null, data: 'n' in shown ? { n: shown.n } : {},
    }, shown.text);
  })));
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    h('table', { class: columns.length > 10 ? 'many' : null }, h('caption', { class: 'unseen' }, caption), h('thead', {}, head), h('tbody', {}, body)));
}

/** A figure for a table: shown with separators, kept bare. */
function cell(n, shown = num) {
  return { text: n === 0 ? '0' : shown(n), n };
}

/** A name that may be long: clipped, whole in its title. */
function named(text, most = 60) {
  const shown = clipMiddle(text, most);
  return h('bdi', { title: shown === visible(text) ? null : text }, shown);
}

/** A picture that says in words what it shows. */
function picture(width, height, words, ...children) {
  return s('svg', { class: 'chart', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': words }, children);
}

/** A picture with controls inside. */
function board(width, height, words, ...children) {
  return s('svg', { class: 'chart', width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': words }, children);
}

/** Makes an SVG element a button; without `words` its own text is its name. */
function pressable(node, key, words, pressed, press) {
  return fill(node, {
    class: ((node.getAttribute('class') || '') + ' press').trim(), role: 'button', tabindex: '0', 'aria-label': words || null,
    'aria-pressed': pressed ? 'true' : 'false', data: { key },
    onclick: press,
    onkeydown: e => {
      if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); press(e); }
    },
  }, []);
}

/** How wide a plot of `n` steps is where there is room for `most`: few steps are not drawn as walls. */
function plotWidth(most, n) {
  return Math.min(most, Math.max(1, n) * 64);
}

/** Says that there is nothing to draw, and whether filters are why. */
function nothing(what = 'mail') {
  return h('p', { class: 'none' }, nothingWords(what));
}

function nothingWords(what = 'mail') {
  return 'No ' + what + (anythingChosen() ? ' under these filters.' : ' in these logs.');
}

/** Round values up to `most`, some five of them, whole numbers. */
function ticks(most) {
  if (most <= 0) return [0, 1];
  const raw = most / 5;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].map(k => k * size).find(k => k >= raw));
  const out = [];
  for (let v = 0; v < most + step; v += step) out.push(v);
  return out;
}

/** Where the time axis has words: `{t, text, strong}` by bucket, as many as `width` has room for. */
function timeTicks(width) {
  const out = [];
  const most = Math.max(2, Math.floor(width / 62));
  const per = [1, 2, 3, 4, 6, 12, 24, 48, 72, 96, 168, 336, 720].find(k => cube.buckets * bucketHours / k <= most) || 1440;
  for (let t = 0; t < cube.buckets; t += 1) {
    const c = clock(bucketStart(t));
    const midnight = c.hour < bucketHours && c.minute < 60;
    if (per < 24 ? c.hour % per < Math.min(bucketHours, per) : midnight && Math.floor(c.ms / 86400000) % (per / 24) === 0) {
      out.push({ t, text: midnight || per >= 24 ? c.day : c.hm, strong: midnight });
    }
  }
  if (!out.length && cube.buckets) out.push({ t: 0, text: dayTime(bucketStart(0)), strong: true });
  return out;
}

/** The lines and words of an axis of time below a plot. */
function timeAxis(x0, width, bottom) {
  const one = width / Math.max(1, cube.buckets);
  return timeTicks(width).map(({ t, text, strong }) => {
    const x = x0 + t * one;
    return s('g', { class: strong ? 'tick strong' : 'tick', 'aria-hidden': 'true' },
      s('line', { x1: round(x), x2: round(x), y1: bottom, y2: bottom + 4 }),
      label(Math.min(x + 2, x0 + width - text.length * 6), bottom + 15, text, {}));
  });
}

/** The lines and words of an axis of numbers at the left of a plot. */
function numberAxis(values, y, x0, x1, words = short) {
  return values.map(v => s('g', { class: 'tick', 'aria-hidden': 'true' },
    s('line', { class: 'rule', x1: x0, x2: x1, y1: round(y(v)), y2: round(y(v)) }),
    label(x0 - 6, y(v) + 4, words(v), { 'text-anchor': 'end' })));
}

/** A switch between few views of one thing; each option a button. */
function toggle(name, options, current, pick) {
  const buttons = options.map(([value, words]) => h('button', {
    type: 'button', 'aria-pressed': value === current ? 'true' : 'false', data: { key: name + value },
    onclick: e => {
      for (const b of e.currentTarget.parentNode.children) b.setAttribute('aria-pressed', b === e.currentTarget ? 'true' : 'false');
      pick(value);
    },
  }, words));
  return h('div', { class: 'toggle', role: 'group', 'aria-label': name }, buttons);
}

function say(words) {
  document.getElementById('said').textContent = visible(words);
}

/** The line that says that a wide drawing goes on, where it does not fit. */
function scrollHint(wide, width) {
  return !onPaper && wide > width + 1 && h('p', { class: 'sideways quiet' }, 'Goes on to the right: swipe or scroll sideways.');
}

/** Puts a text on the clipboard; where a page may not, it is selected in `source` to be copied by hand. */
async function copy(text, source, button) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    const range = document.createRange();
    range.selectNodeContents(source);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    try { done = document.execCommand('copy'); } catch { done = false; }
  }
  button.textContent = done ? 'Copied' : 'Selected: copy it';
  say(done ? 'Copied to the clipboard.' : 'The text is selected; copy it with the keyboard.');
  setTimeout(() => { button.textContent = 'Copy'; }, 1800);
}
