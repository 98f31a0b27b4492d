// The flow map: where mail came in, which server decided, what, by which connector to whom, and how it ended.

// What the layout needs of d3-array, which is these three.
Object.assign(d3, {
  sum: (list, value) => sum(Array.from(list, value)),
  min: (list, value) => Array.from(list, value).reduce((a, b) => Math.min(a, b), Infinity),
  max: (list, value) => Array.from(list, value).reduce((a, b) => Math.max(a, b), -Infinity),
});

const STAGES = [
  { name: 'Came in by', parts: ['entry'] },
  { name: 'Server', parts: ['server'] },
  { name: 'Route decision', parts: ['decision'] },
  { name: 'Connector \u2192 next hop', parts: ['connector', 'next_hop'] },
  { name: 'Outcome', parts: ['outcome'] },
];
/** More values of a stage than this are drawn as one. */
const MOST_NODES = 9;

/** The value of a stage in a cell, as a key. */
function stageKey(stage, c) {
  if (!stage.keys) stage.keys = cells.n.map((_, i) => stage.parts.map(p => cells[p][i]).join(','));
  return stage.keys[c];
}

/** Recipients by value of a stage, most first. */
function stageCounts(stage, w) {
  const n = new Map();
  for (let c = 0; c < w.length; c += 1) {
    if (w[c]) n.set(stageKey(stage, c), (n.get(stageKey(stage, c)) || 0) + w[c]);
  }
  return [...n.entries()].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function stageName(stage, key) {
  const values = key.split(',').map(Number);
  if (stage.parts.length === 1) return nameOf(stage.parts[0], values[0]);
  const [connector, hop] = stage.parts.map((p, i) => cube[p][values[i]]);
  if (connector === '' && hop === '') return 'none';
  if (connector === '') return '\u2192 ' + hop;
  return hop === '' ? connector : connector + ' \u2192 ' + hop;
}

/** Nodes and links of the drawing, from the cells that count. Links are split by outcome. */
function flowGraph() {
  const w = weights();
  const stages = STAGES.map(stage => {
    const order = stageCounts(stage, w);
    const kept = new Set(order.slice(0, order.length > MOST_NODES + 1 ? MOST_NODES : order.length).map(e => e[0]));
    return { stage, order, kept, rest: order.length - kept.size };
  });
  const nodes = [];
  const links = new Map();
  const make = (k, key, name) => {
    nodes.push({ id: k + ':' + (key ?? '*'), place: nodes.length, k, key, n: 0, name });
    return nodes[nodes.length - 1];
  };
  const nodesOf = stages.map(({ stage, order, kept, rest }, k) => {
    const others = rest > 0 ? make(k, null, many(rest, 'other', 'others')) : null;
    return new Map(order.map(([key]) => [key, kept.has(key) ? make(k, key, stageName(stage, key)) : others]));
  });
  for (let c = 0; c < w.length; c += 1) {
    if (!w[c]) continue;
    let before = null;
    for (let k = 0; k < STAGES.length; k += 1) {
      const here = nodesOf[k].get(stageKey(STAGES[k], c));
      here.n += w[c];
      if (before) {
        const id = (before.place * 1000 + here.place) * 10 + cells.outcome[c];
        let link = links.get(id);
        if (!link) {
          const outcome = cube.outcome[cells.outcome[c]];
          link = { source: before.id, target: here.id, outcome, rank: outcomes.indexOf(outcome), value: 0 };
          links.set(id, link);
        }
        link.value += w[c];
      }
      before = here;
    }
  }
  return { nodes, links: [...links.values()], stages };
}

/** On a narrow screen and on paper the stages stand one under the other. */
const NARROW = 620;

function drawFlow(box) {
  const { nodes, links, stages } = flowGraph();
  if (!nodes.length) return nothing();
  if (onPaper) return h('p', { class: 'none' }, 'Drawn on a screen; here its stages are a table.');
  if (room(box) < NARROW) return flowStages(nodes);
  const width = Math.max(room(box), 820);
  const tallest = Math.max(...stages.map(x => Math.min(x.order.length, MOST_NODES + 1)));
  const [top, height] = [26, Math.max(210, tallest * 46)];
  const edge = 190;
  // The layout wants weights that leave room for the least of them; the figures shown are the counts.
  const place = d3.sankey().nodeId(n => n.id).nodeAlign(n => n.k).nodeWidth(11).nodePadding(28).iterations(12)
    .linkSort((a, b) => a.rank - b.rank || a.source.y0 - b.source.y0 || a.target.y0 - b.target.y0)
    .extent([[1, top + 14], [width - edge, top + height]]);
  const laid = place({ nodes: nodes.map(n => ({ ...n })), links: links.map(l => ({ ...l })) });
  const out = board(width, top + height + 14, 'Flow map of ' + many(total(), 'recipient') + '. Each node is a button that filters the page; the table below has the figures.');
  const step = (width - edge - 12) / (STAGES.length - 1);
  STAGES.forEach((stage, k) => out.append(label(1 + k * step, 12, stage.name, { class: 'column strong' }, step - 10)));
  for (const l of laid.links) {
    const [x0, x1, mid] = [l.source.x1, l.target.x0, (l.source.x1 + l.target.x0) / 2];
    out.append(s('path', { class: 'link l-' + l.outcome, 'stroke-width': round(Math.max(0.8, l.width)),
      d: `M${round(x0)} ${round(l.y0)}C${round(mid)} ${round(l.y0)} ${round(mid)} ${round(l.y1)} ${round(x1)} ${round(l.y1)}` },
    s('title', {}, clip(l.source.name, 80) + ' \u2192 ' + clip(l.target.name, 80) + ', ' + nameOf('outcome', cube.outcome.indexOf(l.outcome)).toLowerCase() + ': ' + many(l.value, 'recipient'))));
  }
  for (const n of laid.nodes) out.append(flowNode(n, step));
  const wide = width > room(box);
  return [h('div', { class: 'scroll', tabindex: wide ? '0' : null, role: wide ? 'region' : null, 'aria-label': wide ? 'Flow map, scrolls sideways' : null }, out), scrollHint(width, room(box))];
}

/** A name in one line or two of `most` pixels; what does not fit is cut at the end. */
function twoLines(name, most) {
  const text = visible(name);
  if (textWidth(text, true) <= most) return [text];
  let cut = -1;
  for (let at = text.indexOf(' '); at >= 0; at = text.indexOf(' ', at + 1)) {
    if (textWidth(text.slice(0, at), true) > most) break;
    cut = at;
  }
  if (cut < 0) return [fitEnd(text, most)];
  return [text.slice(0, cut), fitEnd(text.slice(cut + 1), most)];
}

/** As much of a text as fits into `width` pixels, the end left out. */
function fitEnd(text, width) {
  let most = Math.min(text.length, 400);
  while (most > 3 && textWidth(clip(text, most), true) > width) most -= 1;
  return clip(text, most);
}

/** What a node says of itself. */
function nodeWords(n) {
  const stage = STAGES[n.k];
  const decision = stage.parts[0] === 'decision' && n.key !== null ? meaning('decision', cube.decision[Number(n.key)]) : '';
  return stage.name + ': ' + clip(n.name, 120) + ', ' + many(n.n, 'recipient') + (decision ? ': ' + decision : '');
}

/** The values that a node stands for, `[[part, i], \u2026]`; null for the one that holds the others. */
function nodePairs(n) {
  return n.key === null ? null : n.key.split(',').map((v, i) => [STAGES[n.k].parts[i], Number(v)]);
}

function flowNode(n, step) {
  const pairs = nodePairs(n);
  const outcome = n.k === STAGES.length - 1 && pairs ? cube.outcome[pairs[0][1]] : null;
  const tall = Math.max(1.5, n.y1 - n.y0);
  const last = n.k === STAGES.length - 1;
  const figure = ' ' + num(n.n);
  const most = (last ? 172 : step - 30) - textWidth(figure);
  const lines = twoLines(n.name, most);
  const mid = (n.y0 + n.y1) / 2;
  const x = round(n.x1 + 5);
  const wide = Math.max(...lines.map(l => textWidth(l, true))) + textWidth(figure) + 20;
  const group = s('g', { class: 'node', data: { n: n.n } }, s('title', {}, nodeWords(n)),
    s('rect', { class: 'hit', x: round(n.x0 - 2), y: round(Math.min(n.y0, mid - 13)), width: round(wide), height: round(Math.max(tall, 26)) }),
    s('rect', { class: outcome ? 'bar o-' + outcome : 'bar', x: round(n.x0), y: round(n.y0), width: round(n.x1 - n.x0), height: round(tall), rx: 1.5 }),
    s('text', { class: 'halo', y: round(mid + 4 - (lines.length - 1) * 6.5) }, lines.map((line, i) => s('tspan', { class: 'strong', x, dy: i ? 13 : null }, line)), s('tspan', { class: 'quiet' }, figure)));
  if (!pairs) return group;
  return pressable(group, 'flow' + n.id, '', pairs.every(([p, i]) => chosen.parts[p].has(i)), () => choose(pairs));
}

/** The stages as lists of buttons. */
function flowStages(nodes) {
  const all = total();
  return h('div', { class: 'stages' }, STAGES.map((stage, k) => {
    const here = nodes.filter(n => n.k === k).sort((a, b) => (a.key === null) - (b.key === null) || b.n - a.n);
    return h('div', { class: 'stage' }, h('h4', {}, k ? '\u2193 ' + stage.name : stage.name), h('ul', { class: 'toplist' }, here.map(n => {
      const bar = h('span', { class: 'bar', 'aria-hidden': 'true' });
      bar.style.width = Math.max(0.5, n.n / all * 100) + '%';
      const pairs = nodePairs(n);
      const inner = [h('span', { class: 'name whole' }, h('bdi', {}, clip(n.name, 90))), h('span', { class: 'v' }, num(n.n)), bar];
      return h('li', {}, pairs ? h('button', { type: 'button', class: 'node', title: nodeWords(n), 'aria-pressed': pairs.every(([p, i]) => chosen.parts[p].has(i)) ? 'true' : 'false', data: { key: 'flow' + n.id, n: n.n }, onclick: () => choose(pairs) }, inner)
        : h('span', { class: 'node others', data: { n: n.n } }, inner));
    })));
  }));
}

function flow() {
  return panel({
    id: 'flow', title: 'The way of the mail', wide: true,
    lead: 'In recipients: where mail came in, the server that decided, what it decided, by which connector to whom, and how it ended. Bands have the colour of the outcome.',
    figure: drawFlow,
    tableName: 'Table of all stages',
    table: () => {
      const w = weights();
      const all = sum(w);
      const rows = STAGES.flatMap(stage => stageCounts(stage, w).map(([key, value]) => [stage.name, named(stageName(stage, key), 70), cell(value), percent(value, all)]));
      return grid('Recipients by stage of the flow', [{ name: 'Stage' }, { name: 'Value' }, { name: 'Recipients', number: true }, { name: 'Share', number: true }], rows, nothingWords());
    },
  });
}
