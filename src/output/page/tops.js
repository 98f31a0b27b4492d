// The longest of each: senders, recipients, domains, connectors, status codes; and sizes and queues.

/** Recipients of each line of a top list under what is chosen; null where that cannot be told. */
function topCounts(list) {
  const top = page.tops[list];
  if (chosen.item && chosen.item.list !== list) return null;
  const w = weights();
  const out = new Array(top.names.length).fill(0);
  const base = chosen.item ? null : w;
  top.rows.item.forEach((item, k) => {
    const c = top.rows.cell[k];
    if (base ? base[c] > 0 : w[c] > 0 && item === chosen.item.i) out[item] += top.rows.n[k];
  });
  return out;
}

/** Lines of a list: `{i, name, n}`, the longest first. */
function topLines(list) {
  if (list === 'connectors') {
    return byPart('connector').map((n, i) => ({ i, name: nameOf('connector', i), n })).filter(x => x.n > 0).sort((a, b) => b.n - a.n);
  }
  const n = topCounts(list);
  return n && n.map((x, i) => ({ i, name: itemName(list, i), n: x })).filter(x => x.n > 0).sort((a, b) => b.n - a.n || a.i - b.i);
}

let topSearch = '';
const topOpen = new Set();
const FIRST = 8;

/** What a line can be found by. */
function lineText(list, x) {
  return (list === 'statuses' ? statusWhole(x.i) : x.name).toLowerCase();
}

/** How much of the mail a list is about, and how much of that is with names in it. */
function listWords(list, lines) {
  if (!lines) return 'The page does not count these for a single ' + singular(chosen.item.list) + '. `mailtrail routes` has every recipient with all of it.';
  if (list === 'connectors') return lines.length ? '' : nothingWords();
  const { total: there, names } = page.tops[list];
  const title = list === 'recipients' ? 'addresses' : TOPS[list].toLowerCase();
  const of = list === 'statuses' ? byPart('outcome')[cube.outcome.indexOf('failed')] || 0 : total();
  const rest = of - sum(lines.map(x => x.n));
  if (!of) return list === 'statuses' ? nothingWords('failure') : nothingWords();
  const cut = there > names.length;
  // They are chosen by messages, whatever the figures beside them count.
  const senders = list.startsWith('sender');
  if (!anythingChosen()) return cut ? 'The ' + num(names.length) + (senders ? ' with the most messages, of ' : ' most frequent of ') + num(there) + ' ' + title + '.' : '';
  if (rest <= 0) return '';
  const some = lines.length ? num(of - rest) + ' of the ' + many(of, 'recipient') + (of - rest === 1 ? ' is' : ' are') + ' with these; the other ' + (rest === 1 ? 'one is' : num(rest) + ' are') : of === 1 ? 'The one recipient is' : 'All ' + many(of, 'recipient') + ' are';
  if (!cut) return some.replace(/ is$/, ' has').replace(/ are$/, ' have') + ' none.';
  return some + ' with names that are not in this list of the ' + num(names.length) + ' most frequent of the whole period. `mailtrail routes` lists all.';
}

/** What is said where a search finds nothing in a list. */
function noHit(list, lines) {
  const top = page.tops[list];
  if (!top || top.total <= top.names.length) return lines.length ? 'No name here has these letters.' : '';
  return 'Not among the ' + num(top.names.length) + ' most frequent of ' + num(top.total) + '. `mailtrail routes` knows all.';
}

function topLine(list, x, most) {
  const on = list === 'connectors' ? chosen.parts.connector.has(x.i) : Boolean(chosen.item && chosen.item.i === x.i);
  const bar = h('span', { class: 'bar', 'aria-hidden': 'true' });
  bar.style.width = Math.max(0.5, x.n / most * 100) + '%';
  const hit = list === 'statuses' && statusAddresses(x.i);
  const name = list !== 'statuses' ? h('span', { class: 'name' }, named(x.name, 52))
    : h('span', { class: 'name whole', title: statusWhole(x.i) }, h('bdi', {}, clip(statusTitle(x.i), 120)), ' ', h('bdi', { class: 'by' }, clip(statusSource(x.i), 200)), hit && h('bdi', { class: 'by' }, clip(hit, 300)));
  return h('li', {}, h('button', {
    type: 'button', 'aria-pressed': on ? 'true' : 'false', data: { key: list + x.i, n: x.n },
    onclick: () => (list === 'connectors' ? choose([['connector', x.i]]) : chooseItem(list, x.i)),
  }, name, h('span', { class: 'v' }, num(x.n)), bar));
}

function topList(list, title) {
  const top = list === 'connectors' ? null : page.tops[list];
  return panel({
    id: 'top-' + list, title, said: () => listWords(list, topLines(list)),
    figure: () => {
      const lines = topLines(list);
      if (!lines) return null;
      const fit = lines.filter(x => !topSearch || lineText(list, x).includes(topSearch));
      const all = topOpen.has(list) || fit.length <= FIRST + 2;
      const most = fit.reduce((a, x) => Math.max(a, x.n), 1);
      const rows = fit.slice(0, all ? fit.length : FIRST).map(x => topLine(list, x, most));
      const more = fit.length > FIRST + 2 && h('button', { type: 'button', class: 'all', data: { key: 'more' + list }, onclick: () => { if (!topOpen.delete(list)) topOpen.add(list); refresh(); } },
        topOpen.has(list) ? 'Show fewer' : 'Show ' + num(fit.length));
      if (rows.length) return [h('ol', { class: 'toplist' }, rows), more];
      return topSearch ? h('p', { class: 'none' }, ticked(noHit(list, lines))) : null;
    },
    table: () => {
      const lines = topLines(list);
      const empty = listWords(list, lines).replace(/`/g, '');
      if (list === 'statuses') return statusTable(lines || [], byPart('outcome')[cube.outcome.indexOf('failed')] || 0, empty);
      return grid(title, [{ name: 'Name' }, { name: 'Recipients', number: true }, { name: 'Share', number: true }], (lines || []).map(x => [named(x.name, 90), cell(x.n), percent(x.n, total())]), empty);
    },
    tableName: () => {
      const lines = topLines(list) || [];
      if (!top || top.total <= top.names.length) return 'Table';
      return 'Table; ' + (lines.length < top.names.length ? num(lines.length) + ' of ' : '') + 'the ' + num(top.names.length) + ' most frequent of ' + num(top.total);
    },
  });
}

function tops() {
  return h('section', { class: 'group wide', id: 'tops', 'aria-labelledby': 'tops-t' },
    h('div', { class: 'head' }, h('h3', { id: 'tops-t' }, 'Most frequent'),
      h('label', { class: 'search' }, h('span', { class: 'unseen' }, 'Search the lists'),
        h('input', { type: 'search', placeholder: 'Search the lists', oninput: e => { topSearch = e.target.value.trim().toLowerCase(); for (const p of panels) if (p.node.id.startsWith('top-')) p.draw(); } }))),
    h('p', { class: 'lead' }, 'Counted in recipients: a message to three people counts three times, for its sender too. Each list holds the most frequent names of the whole period.', h('span', { class: 'hint' }, ' A click shows only the mail of one.')),
    h('div', { class: 'tops' }, Object.entries(TOPS).slice(0, 4).map(([list, title]) => topList(list, title)), topList('connectors', 'Connectors'), topList('statuses', 'Status codes of failures')));
}

// ---- sizes ----

function sizeBins() {
  const out = new Array(page.sizes.edges.length).fill(0);
  const rows = page.sizes.rows;
  eachRow(rows, (k, n) => { out[rows.bin[k]] += n; });
  return out;
}

function sizeName(i) {
  const e = page.sizes.edges;
  if (i + 1 >= e.length) return bytes(e[i]) + ' and more';
  return bytes(e[i]) + ' to ' + bytes(e[i + 1]);
}

function drawSizes(box) {
  if (narrow()) return h('p', { class: 'none' }, 'Sizes are not known for a single ' + singular(chosen.item.list) + '.');
  const all = sizeBins();
  const [first, last] = [all.findIndex(n => n > 0), all.length - 1 - [...all].reverse().findIndex(n => n > 0)];
  if (first < 0) return nothing('sizes');
  const bins = all.slice(first, last + 1);
  const width = room(box);
  const [x0, top, tall] = [46, 8, 150];
  const inner = plotWidth(width - x0 - 8, bins.length);
  const values = ticks(Math.max(...bins));
  const y = v => top + tall - v / values[values.length - 1] * tall;
  const one = inner / bins.length;
  const out = picture(width, top + tall + 22, 'Sizes of messages, ' + many(sum(bins), 'recipient') + '. The table below has the figures.');
  out.append(...numberAxis(values, y, x0, x0 + inner));
  const every = Math.ceil(58 / one);
  bins.forEach((n, k) => {
    if (n) out.append(s('rect', { class: 'o-plain', x: round(x0 + k * one + 1), y: round(y(n)), width: round(Math.max(1, one - 2)), height: round(Math.max(0.8, top + tall - y(n))) },
      s('title', {}, sizeName(first + k) + ': ' + many(n, 'recipient'))));
    if (k % every === 0) out.append(s('g', { class: 'tick' }, s('line', { x1: round(x0 + k * one), x2: round(x0 + k * one), y1: top + tall, y2: top + tall + 4 }), label(x0 + k * one + 2, top + tall + 15, bytes(page.sizes.edges[first + k]))));
  });
  const unknown = total() - sum(bins);
  return [out, unknown > 0 && h('p', { class: 'under quiet' }, 'The size is not known for ' + many(unknown, 'recipient') + ' more.')];
}

function sizes() {
  return panel({
    id: 'sizes', title: 'Sizes', wide: oneDay, lead: 'Recipients by the size of the message.', figure: drawSizes,
    table: () => grid('Recipients by size', [{ name: 'Size' }, { name: 'Recipients', number: true }, { name: 'Share', number: true }],
      narrow() ? [] : sizeBins().map((n, i) => [sizeName(i), cell(n), percent(n, sum(sizeBins()))]).filter(r => r[1].n > 0), narrow() ? 'Sizes are not known for a single ' + singular(chosen.item.list) + '.' : nothingWords('sizes')),
  });
}

// ---- queues ----

function drawQueue(box) {
  const q = page.queue;
  const lines = q.server.map((server, k) => ({ server, depth: q.depth[k], most: q.depth[k].reduce((a, b) => Math.max(a, b), 0) })).filter(l => l.most > 0).sort((a, b) => b.most - a.most);
  if (!lines.length) return h('p', { class: 'none' }, 'Nothing had to wait at the end of any ' + bucketWords() + '.');
  const width = room(box);
  const [x0, tall, gap] = [46, 54, 26];
  const inner = plotWidth(width - x0 - 14, cube.buckets);
  const one = inner / Math.max(1, cube.buckets);
  const shown = lines.slice(0, 8);
  const out = picture(width, shown.length * (tall + gap) + 22, 'Queue depth of ' + many(shown.length, 'server') + ' over time. The table below has the figures.');
  shown.forEach((l, k) => {
    const top = k * (tall + gap) + 18;
    const values = [0, ticks(l.most).slice(-1)[0]];
    const y = v => top + tall - v / values[1] * tall;
    out.append(label(x0, top - 6, nameOf('server', l.server), { class: 'strong' }, inner - 190), ...numberAxis(values, y, x0, x0 + inner));
    let d = `M${x0} ${top + tall}`;
    l.depth.forEach((n, t) => { d += `V${round(y(n))}H${round(x0 + (t + 1) * one)}`; });
    out.append(s('path', { class: 'area', d: d + `V${top + tall}Z` }));
    const peak = l.depth.indexOf(l.most);
    out.append(label(x0 + inner, top - 6, 'most: ' + num(l.most) + ', ' + bucketName(peak), { class: 'quiet', 'text-anchor': 'end' }));
  });
  if (chosen.time) {
    out.append(s('rect', { class: 'range', x: round(x0 + chosen.time[0] * one), y: 14, width: round((chosen.time[1] - chosen.time[0] + 1) * one), height: shown.length * (tall + gap) - gap + 6 }));
  }
  out.append(...timeAxis(x0, inner, shown.length * (tall + gap) - gap + 18));
  return [out, lines.length > shown.length && h('p', { class: 'under quiet' }, 'The ' + shown.length + ' deepest of ' + lines.length + ' are drawn; the table has all.')];
}

function queue() {
  const q = page.queue;
  return panel({
    id: 'queue', title: 'What was waiting', whole: true, live: true, wide: true, lead: [q.note, ' Who had to wait, and why: ', coded('mailtrail events --event DEFER'), ' lists every try that was put off.'], figure: drawQueue,
    table: () => grid('Queue depth by ' + bucketWords(), [{ name: 'End of' }, ...q.server.map(i => ({ name: nameOf('server', i), number: true }))],
      Array.from({ length: cube.buckets }, (_, t) => [bucketName(t), ...q.depth.map(d => cell(d[t]))]).filter((_, t) => !onPaper || q.depth.some(d => d[t] > 0))),
  });
}
