'use strict';
// Elements, texts and figures. Every text that reaches the page goes through `visible`, as a text node: no HTML is
// ever made of data.

const SVG = 'http://www.w3.org/2000/svg';

/** Characters that hide or turn round what stands beside them are shown by their number. */
function visible(text) {
  return String(text).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g,
    c => '\u2039U+' + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0') + '\u203a');
}

/** A text of at most `most` characters; what was cut is told by an ellipsis. */
function clip(text, most) {
  const shown = visible(text);
  if (shown.length <= most) return shown;
  return [...shown.slice(0, most)].slice(0, Math.max(1, most - 1)).join('') + '\u2026';
}

/** Like `clip`, but leaves the end of a name, where domains and hosts differ. */
function clipMiddle(text, most) {
  const shown = [...visible(text)];
  if (shown.length <= most) return shown.join('');
  const tail = Math.floor((most - 1) / 2);
  return shown.slice(0, most - 1 - tail).join('') + '\u2026' + shown.slice(shown.length - tail).join('');
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.setAttribute('class', value);
    else if (name === 'data') Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? '' : visible(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(visible(child)));
  }
  return node;
}

/** An HTML element. */
function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

const ruler = document.createElement('canvas').getContext('2d');
const face = getComputedStyle(document.body).fontFamily;

/** How wide a text is in a chart, in pixels. */
function textWidth(text, bold) {
  ruler.font = (bold ? '600 ' : '') + '12px ' + face;
  return ruler.measureText(text).width;
}

/** As much of a text as fits into `width` pixels, the middle left out. */
function fit(text, width, bold) {
  let most = Math.min(visible(text).length, 400);
  let shown = clipMiddle(text, most);
  for (let wide = textWidth(shown, bold); wide > width && most > 3; wide = textWidth(shown, bold)) {
    most = Math.max(3, Math.min(most - 1, Math.floor(most * width / wide)));
    shown = clipMiddle(text, most);
  }
  return shown;
}

/** An SVG text of at most `most` pixels; `title` holds what did not fit. */
function label(x, y, text, attributes, most) {
  const shown = most ? fit(text, most, String((attributes || {}).class).includes('strong')) : visible(text);
  const full = most && shown !== visible(text) ? s('title', {}, text) : null;
  return s('text', { x: round(x), y: round(y), ...attributes }, shown, full);
}

function round(x) {
  return Math.round(x * 100) / 100;
}

/** A text in which what stands between backticks is code. */
function ticked(text) {
  return String(text).split('`').map((part, i) => (i % 2 ? coded(part) : h('bdi', {}, part)));
}

/** Words of code, kept whole: broken after a hyphen a line would read as two. What fits no phone may break. */
function codeWords(line) {
  return line.split(/(\s+)/).map((part, i) => (i % 2 || !part || part.length > 40 ? part : h('span', { class: 't' }, part)));
}

/** Code that breaks at spaces alone. */
function coded(text) {
  return h('code', {}, codeWords(String(text)));
}

/** Lines of code; one that is broken goes on indented, so that each command is seen to be one. */
function codedLines(lines) {
  return h('code', {}, lines.map((line, i) => h('span', { class: 'line' }, codeWords(line), i < lines.length - 1 ? '\n' : '')));
}

function sum(list) {
  let total = 0;
  for (const x of list) total += x;
  return total;
}

// ---- figures ----

/** 1,234,567 */
function num(n) {
  return n === null || n === undefined ? '\u2013' : Math.round(n).toLocaleString('en-US');
}

/** 1.2 M, for axes. */
function short(n) {
  for (const [size, unit] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
    if (n >= size) return trim(n / size) + '\u202f' + unit;
  }
  return trim(n);
}

function trim(x) {
  return x >= 100 ? String(Math.round(x)) : String(Number(x.toPrecision(2)));
}

/** A share; what is little but there is never 0 %, what is nearly all never 100 %. */
function percent(part, whole) {
  if (!whole) return '\u2013';
  const p = part / whole * 100;
  if (part > 0 && p < 0.1) return '<\u202f0.1\u202f%';
  if (part < whole && p > 99.9) return '>\u202f99.9\u202f%';
  return (p === 100 || p === 0 ? p.toFixed(0) : p.toFixed(1)) + '\u202f%';
}

function bytes(n) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let i = 0;
  while (n >= 1024 && i < units.length - 1) { n /= 1024; i += 1; }
  return (i === 0 || n >= 100 ? Math.round(n).toLocaleString('en-US') : Number(n.toFixed(1))) + '\u202f' + units[i];
}

/** A span of time from milliseconds. */
function span(ms) {
  if (ms === null || ms === undefined) return '\u2013';
  if (ms < 1000) return Math.round(ms) + '\u202fms';
  if (ms < 60000) return Number((ms / 1000).toFixed(1)) + '\u202fs';
  const minutes = Math.round(ms / 60000);
  if (minutes < 60) return minutes + '\u202fmin';
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return hours + '\u202fh' + (minutes % 60 && hours < 10 ? ' ' + minutes % 60 + '\u202fmin' : '');
  return Math.round(hours / 24) + '\u202fd';
}

function many(n, one, more) {
  return num(n) + '\u00a0' + (n === 1 ? one : more || one + 's');
}

// ---- times, always in the zone of the report ----

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function two(n) {
  return String(n).padStart(2, '0');
}

/** The parts of a time; `at` is milliseconds since 1970 or RFC 3339. */
function clock(at) {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  const d = new Date(ms + (page.offset_min || 0) * 60000);
  return {
    ms,
    day: d.getUTCDate() + ' ' + MONTHS[d.getUTCMonth()],
    year: d.getUTCFullYear(),
    weekday: (d.getUTCDay() + 6) % 7,
    hour: d.getUTCHours(),
    minute: d.getUTCMinutes(),
    hm: two(d.getUTCHours()) + ':' + two(d.getUTCMinutes()),
    hms: two(d.getUTCHours()) + ':' + two(d.getUTCMinutes()) + ':' + two(d.getUTCSeconds()),
    thousandth: '.' + String(d.getUTCMilliseconds()).padStart(3, '0'),
  };
}

/** The day, with its year where the period has several. */
function dayOf(c) {
  const p = report.period;
  return c.day + (p && clock(p.first).year !== clock(p.last).year ? ' ' + c.year : '');
}

function dayTime(at) {
  const c = clock(at);
  return dayOf(c) + ' ' + c.hm;
}

/** "10 Mar 07:12 to 23:59", the day said once where it is one. */
function between(first, last) {
  if (!first || !last) return '';
  const a = clock(first);
  const b = clock(last);
  if (a.day === b.day && a.year === b.year) {
    return dayOf(a) + ' ' + a.hm + (a.hm === b.hm ? '' : ' to ' + b.hm);
  }
  return dayOf(a) + ' ' + a.hm + ' to ' + dayOf(b) + ' ' + b.hm;
}
