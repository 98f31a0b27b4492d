// What is chosen, as chips that can be taken back, and how much of the whole that is.

function filterBar() {
  const chips = h('ul', { class: 'chips', 'aria-label': 'Active filters' });
  const count = h('p', { class: 'chosen' });
  const none = h('p', { class: 'quiet hint' }, 'Click a bar, a band or a name, or drag over the hours, to narrow everything below.');
  const clear = h('button', { type: 'button', class: 'reset', onclick: () => { reset(); say('All filters removed.'); } }, 'Reset');
  const node = h('div', { class: 'filters', role: 'region', 'aria-label': 'Filters' }, count, chips, clear, none);
  const chip = (key, what, words, drop) => h('li', {}, h('button', {
    type: 'button', class: 'chip', data: { key },
    onclick: () => { drop(); say('Filter removed: ' + what + '.'); },
  }, h('span', { class: 'unseen' }, 'Remove filter '), h('span', { class: 'k' }, what), named(words, 48), h('span', { class: 'x', 'aria-hidden': 'true' }, '\u00d7')));
  const draw = () => {
    const out = [];
    if (chosen.time) out.push(chip('c-time', 'Time', rangeName(chosen.time), () => chooseTime(null)));
    if (chosen.slot) out.push(chip('c-slot', 'Hour of week', slotName(chosen.slot), () => chooseSlot(null)));
    for (const part of Object.keys(PARTS)) {
      for (const i of chosen.parts[part]) out.push(chip('c-' + part + i, PARTS[part], nameOf(part, i), () => choose([[part, i]])));
    }
    if (chosen.item) {
      const { list, i } = chosen.item;
      out.push(chip('c-item', capital(singular(list)), itemName(list, i), () => chooseItem(list, i)));
    }
    keepFocus(node, () => chips.replaceChildren(...out));
    const [n, all] = [total(), sum(cells.n)];
    count.replaceChildren(h('b', { data: { n } }, num(n)), anythingChosen() ? ' of ' + many(all, 'recipient') + ' (' + percent(n, all) + ')' : ' ' + (n === 1 ? 'recipient' : 'recipients') + ', nothing filtered');
    clear.hidden = !anythingChosen();
    chips.hidden = !out.length;
    none.hidden = anythingChosen();
    document.getElementById('filtered').textContent = anythingChosen()
      ? 'Filtered: ' + chosenWords() + '. ' + num(n) + ' of ' + many(all, 'recipient') + '. Charts below show these alone; the summary, the findings, the logs and what was waiting are of the whole period.' : '';
  };
  whenChanged(draw);
  return node;
}

function rangeName([a, b]) {
  return between(bucketStart(a), bucketStart(b + 1));
}

function slotName({ weekday, hour }) {
  return DAYS[weekday] + ' ' + two(hour) + ':00' + (bucketHours > 1 && bucketHours < 24 ? '\u2013' + two((hour + bucketHours) % 24) + ':00' : '');
}

function itemName(list, i) {
  if (list === 'statuses') return statusTitle(i) + (statusSource(i) ? ', ' + statusSource(i) : '');
  const name = page.tops[list].names[i];
  if (name !== '') return name;
  return { sender_domains: 'no domain (delivery reports)', recipient_domains: 'no domain' }[list] || 'none';
}

/** What the outcome that holds most decisions is made of. */
function endWords() {
  const n = byPart('decision');
  const of = d => n[cube.decision.indexOf(d)] || 0;
  const [unknown, failed, dropped] = [of('recipient-not-found'), of('failed'), of('dropped')];
  const ways = [unknown && num(unknown) + ' with an address nobody has (recipient-not-found)', failed && num(failed) + ' failed otherwise',
    dropped && num(dropped) + ' dropped by a rule, an agent or a moderator, without a delivery report, which may be wanted: the summary lists these under Open'];
  return ways.some(Boolean) ? 'Failed or dropped: ' + ways.filter(Boolean).join(', ') + '.' : '';
}

/** How it ended: one bar, and a button for each end, which is the legend of all charts too. */
function ends() {
  return panel({
    id: 'ends', title: 'How it ended', wide: true,
    lead: 'Every message counts once for each recipient.',
    said: endWords,
    figure: box => {
      const n = byPart('outcome');
      const all = sum(n);
      const width = room(box);
      let x = 0;
      const bar = picture(width, 14, 'Shares of the outcomes', outcomes.map(o => {
        const part = n[cube.outcome.indexOf(o)];
        const w = all ? part / all * width : 0;
        const rect = w > 0 && s('rect', { class: 'o-' + o, x: round(x), y: 0, width: round(Math.max(w - 1.5, 0.8)), height: 14, rx: 2 });
        x += w;
        return rect;
      }).filter(Boolean));
      return [bar, h('div', { class: 'endlist' }, outcomes.map(o => {
        const i = cube.outcome.indexOf(o);
        return h('button', { type: 'button', class: 'end', 'aria-pressed': chosen.parts.outcome.has(i) ? 'true' : 'false', data: { key: 'end-' + o, n: n[i] }, onclick: () => choose([['outcome', i]]) },
          h('span', { class: 'key k-' + o, 'aria-hidden': 'true' }), h('span', { class: 'name' }, nameOf('outcome', i)),
          h('b', {}, num(n[i])), h('span', { class: 'quiet' }, percent(n[i], all)));
      }))];
    },
    tableName: 'Table by decision',
    table: () => {
      const n = byPart('decision');
      const all = sum(n);
      return grid('Recipients by decision', [{ name: 'Decision' }, { name: 'In plain words' }, { name: 'Recipients', number: true }, { name: 'Share', number: true }],
        cube.decision.map((d, i) => [d, meaning('decision', d), cell(n[i]), percent(n[i], all)]).filter(r => r[2].n > 0 || !anythingChosen()), nothingWords());
    },
  });
}
