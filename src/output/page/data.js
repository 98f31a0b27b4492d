// The one cube that every figure of the page comes from, what is chosen of it, and the sums over that.

const page = JSON.parse(document.getElementById('data').textContent);
const report = page.report;
const cube = page.cube;
const cells = cube.cells;

/** The parts of a cell that a click can choose, and how a chip names them. */
const PARTS = {
  entry: 'Entry', server: 'Server', decision: 'Decision', connector: 'Connector', next_hop: 'Next hop',
  outcome: 'Outcome',
};
const TOPS = {
  senders: 'Senders', recipients: 'Recipients', sender_domains: 'Sender domains',
  recipient_domains: 'Recipient domains', statuses: 'Status codes',
};
const OUTCOME_WORDS = {
  delivered: 'Delivered here', left: 'Sent elsewhere', failed: 'Failed or dropped', waiting: 'Waiting', unknown: 'End not known',
};
/** Good ends first, so that what went wrong lies together. */
const OUTCOME_ORDER = ['delivered', 'left', 'unknown', 'waiting', 'failed'];
const outcomes = OUTCOME_ORDER.filter(o => cube.outcome.includes(o))
  .concat(cube.outcome.filter(o => !OUTCOME_ORDER.includes(o)));

/** The name of value `i` of a part, as people read it. */
function nameOf(part, i) {
  const name = cube[part][i];
  if (part === 'outcome') return OUTCOME_WORDS[name] || name;
  if (part === 'entry' && name === 'unknown') return 'beginning not in these logs';
  if (name === '') return { connector: 'no connector', next_hop: 'no next hop', server: 'no server' }[part] || 'none';
  return name;
}

/** What a word of the log means, or nothing. */
function meaning(group, word) {
  const words = page.words && page.words[group];
  return words && Object.prototype.hasOwnProperty.call(words, word) ? words[word] : '';
}

// ---- what is chosen ----

/** `time`: first and last bucket; `slot`: weekday and hour; `parts`: sets of values; `item`: one line of a top list. */
const chosen = { time: null, slot: null, parts: {}, item: null };
const watchers = [];
for (const part of Object.keys(PARTS)) chosen.parts[part] = new Set();

function whenChanged(draw) {
  watchers.push(draw);
}

let planned = false;
/** All that hangs on the choice is drawn anew, once a frame. */
function changed() {
  if (planned) return;
  planned = true;
  requestAnimationFrame(() => {
    planned = false;
    refresh();
  });
}

function refresh() {
  weights.known = {};
  for (const draw of watchers) draw();
}

function chooseTime(first, last) {
  const whole = first <= 0 && last >= cube.buckets - 1;
  chosen.time = first === null || whole ? null : [Math.max(0, first), Math.min(cube.buckets - 1, last)];
  changed();
}

function chooseSlot(slot) {
  const same = slot && chosen.slot && chosen.slot.weekday === slot.weekday && chosen.slot.hour === slot.hour;
  chosen.slot = same ? null : slot;
  changed();
}

/** Chooses values of parts, `[[part, i], …]`, or takes them back if all of them are chosen. */
function choose(pairs) {
  const all = pairs.every(([part, i]) => chosen.parts[part].has(i));
  for (const [part, i] of pairs) {
    if (all) chosen.parts[part].delete(i);
    else chosen.parts[part].add(i);
  }
  changed();
}

function chooseItem(list, i) {
  const same = chosen.item && chosen.item.list === list && chosen.item.i === i;
  chosen.item = same ? null : { list, i };
  changed();
}

function reset() {
  chosen.time = null;
  chosen.slot = null;
  chosen.item = null;
  for (const set of Object.values(chosen.parts)) set.clear();
  changed();
}

function anythingChosen() {
  return Boolean(chosen.time || chosen.slot || chosen.item || Object.values(chosen.parts).some(p => p.size));
}

// ---- buckets ----

function bucketStart(t) {
  return cube.start + t * cube.step;
}

function bucketName(t) {
  return t < 0 ? 'time not known' : dayTime(bucketStart(t));
}

/** How many hours a bucket holds. */
const bucketHours = Math.max(1, Math.round(cube.step / 3600000));

/** Weekday and hour of each bucket, in the zone of the report. */
const slots = Array.from({ length: cube.buckets }, (_, t) => {
  const c = clock(bucketStart(t));
  return { weekday: c.weekday, hour: Math.floor(c.hour / bucketHours) * bucketHours };
});

// ---- sums ----

/** How many recipients each line of a top list has in each cell. */
function itemCells(list, i) {
  const out = new Float64Array(cells.n.length);
  const rows = page.tops[list].rows;
  rows.item.forEach((item, k) => {
    if (item === i) out[rows.cell[k]] += rows.n[k];
  });
  return out;
}

/**
 * The recipients that count in each cell under what is chosen. `free` names what is to be left open: a chart that
 * chooses a time shows the other times too.
 */
function weights(free = '') {
  const known = weights.known[free];
  if (known) return known;
  const out = chosen.item ? itemCells(chosen.item.list, chosen.item.i) : Float64Array.from(cells.n);
  const sets = Object.entries(chosen.parts).filter(([, set]) => set.size);
  const time = free === 'time' ? null : chosen.time;
  const slot = free === 'slot' ? null : chosen.slot;
  for (let c = 0; c < out.length; c += 1) {
    const t = cells.t[c];
    if (time && (t < time[0] || t > time[1])) out[c] = 0;
    else if (slot && (t < 0 || slots[t].weekday !== slot.weekday || slots[t].hour !== slot.hour)) out[c] = 0;
    else if (sets.some(([part, set]) => !set.has(cells[part][c]))) out[c] = 0;
  }
  weights.known[free] = out;
  return out;
}
weights.known = {};

function total() {
  return sum(weights());
}

/** Recipients by value of a part: an array as long as the part. */
function byPart(part, w = weights()) {
  const out = new Array(cube[part].length).fill(0);
  for (let c = 0; c < w.length; c += 1) if (w[c]) out[cells[part][c]] += w[c];
  return out;
}

/** Recipients by bucket and outcome, and those without a time. */
function byTime(w) {
  const rows = Array.from({ length: cube.buckets }, () => new Array(cube.outcome.length).fill(0));
  const without = new Array(cube.outcome.length).fill(0);
  for (let c = 0; c < w.length; c += 1) {
    if (w[c]) (cells.t[c] < 0 ? without : rows[cells.t[c]])[cells.outcome[c]] += w[c];
  }
  return { rows, without };
}

/** Sizes and times are counted by cell, not by sender: with a line of a top list chosen they cannot be told. */
function narrow() {
  return chosen.item !== null;
}

/** Visits the rows of a table by cell (`latency`, `sizes`, a top list) that count under what is chosen. */
function eachRow(rows, visit) {
  const w = weights();
  for (let k = 0; k < rows.cell.length; k += 1) {
    if (w[rows.cell[k]] > 0) visit(k, rows.n[k]);
  }
}

/** Chosen values of one part and nothing else, or null: some figures are known exactly for these. */
function onlyPart(part) {
  const others = chosen.time || chosen.slot || chosen.item || Object.entries(chosen.parts).some(([p, set]) => p !== part && set.size);
  return others || !chosen.parts[part].size ? null : [...chosen.parts[part]];
}

/** What is chosen, in words, for paper and for tables. */
function chosenWords() {
  const out = [];
  if (chosen.time) out.push('time ' + rangeName(chosen.time));
  if (chosen.slot) out.push(slotName(chosen.slot));
  for (const [part, set] of Object.entries(chosen.parts)) {
    if (set.size) out.push(PARTS[part].toLowerCase() + ' ' + [...set].map(i => clip(nameOf(part, i), 80)).join(' or '));
  }
  if (chosen.item) out.push(singular(chosen.item.list) + ' ' + clip(itemName(chosen.item.list, chosen.item.i), 80));
  return out.join('; ');
}

/** A line of a top list, by the name of the list. */
function singular(list) {
  return TOPS[list].toLowerCase().replace(/s$/, '');
}

/**
 * About the value below which the share `q` of a histogram lies; null without any. Inside a step values are taken to lie
 * evenly by their logarithms; the last step has no end and gives its beginning. No value is above `most`.
 */
function quantile(bins, edges, q, most = Infinity) {
  const all = sum(bins.values());
  if (!all) return null;
  const rank = Math.max(1, Math.ceil(all * q));
  let seen = 0;
  for (const bin of [...bins.keys()].sort((a, b) => a - b)) {
    const n = bins.get(bin);
    if (seen + n >= rank) {
      const [low, high] = [edges[bin], edges[bin + 1] ?? edges[bin]];
      const part = (rank - seen - 0.5) / n;
      return Math.min(most, Math.round(low > 0 ? low * (high / low) ** part : high * part));
    }
    seen += n;
  }
  return null;
}
