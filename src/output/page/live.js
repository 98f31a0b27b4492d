// What makes the page live, where `mailtrail serve` answers behind it: links to messages and rows, a line that says when
// the logs were read, and what is chosen kept when the page is loaded anew. Stands before the script that begins to draw.

const served = JSON.parse(document.getElementById('live').textContent);

/** An address of the program behind the page. */
function address(of, fields) {
  return of + '?' + Object.entries(fields).map(([k, v]) => k + '=' + encodeURIComponent(v)).join('&');
}

function go(words, of, fields, attributes) {
  return h('a', { ...attributes, href: address(of, fields) }, words);
}

/** Makes a place in a log a link to its row. */
function linkRow(code, evidence) {
  if (!code || !evidence || code.closest('a')) return;
  const link = go('', 'record', evidence);
  code.replaceWith(link);
  link.append(code);
}

const bodyOfFile = findingBody;
findingBody = function bodyWithLinks(f, samples, body, i) {
  bodyOfFile(f, samples, body, i);
  [...body.querySelectorAll(':scope > .behind .places li code')].forEach((code, k) => linkRow(code, f.evidence[k]));
  const rest = f.samples.filter(m => !samples.some(x => x.message_id === m));
  const last = rest.length && body.lastElementChild;
  if (last) {
    [...last.querySelectorAll('code')].slice(0, rest.length).forEach((code, k) => {
      const link = go('', 'message', { id: rest[k] });
      code.replaceWith(link);
      link.append(code);
    });
    last.lastChild.previousSibling.remove();
    last.lastChild.remove();
    last.lastChild.remove();
    last.append('.');
  }
  if (f.messages) {
    const words = f.messages === 1 ? 'The message in the list' : 'All ' + many(f.messages, 'message') + ' in the list';
    body.querySelector('.meta').after(h('p', { class: 'deeper' }, go(words, 'messages', { finding: served.findings[i] })));
  }
};

const sampleOfFile = sampleCard;
sampleCard = function sampleWithLinks(sample, open) {
  const card = sampleOfFile(sample, open);
  const link = () => {
    const body = card.querySelector('.body');
    if (!body.firstChild || body.querySelector('.deeper')) return;
    const id = sample.network_message_id || sample.message_id;
    if (id) body.prepend(h('p', { class: 'deeper' }, go('This message whole', 'message', { id })));
    [...body.querySelectorAll('tbody tr')].forEach((row, k) => linkRow(row.querySelector('td:last-child code'), sample.hops[k] && sample.hops[k].evidence));
  };
  const draw = card.drawBody;
  card.drawBody = () => { draw(); link(); };
  card.addEventListener('toggle', link);
  return card;
};

// ---- lists ----

/** Which messages a line of a list means. */
function linesMean(list, i) {
  const name = list === 'connectors' ? cube.connector[i] : page.tops[list].names[i];
  if (!name) return null;
  // A list of messages knows no codes: a text of that kind stands elsewhere in rows too.
  if (list === 'statuses') return { decision: failureAt(i).decision };
  if (list.endsWith('_domains')) return { [list.slice(0, -8)]: '*@' + name };
  return { [list.slice(0, -1)]: name };
}

function linkLists(tops) {
  for (const button of tops.querySelectorAll('.toplist li > button:only-child')) {
    const [, list, i] = button.dataset.key.match(/^([a-z_]+?)(\d+)$/) || [];
    const fields = list && linesMean(list, Number(i));
    const name = list === 'statuses' ? 'all that are ' + fields.decision : button.querySelector('.name').textContent;
    if (fields) button.after(go(h('span', { 'aria-hidden': 'true' }, '\u203a'), 'messages', fields, { class: 'deep', title: 'Messages: ' + name, 'aria-label': 'Messages: ' + name }));
  }
}

// ---- what is chosen, over a load ----

/** What is chosen, by names and times, since places in lists change from reading to reading. */
function chosenNow() {
  const parts = Object.entries(chosen.parts).filter(([, set]) => set.size).map(([part, set]) => [part, [...set].map(i => cube[part][i])]);
  return {
    time: chosen.time && chosen.time.map((t, k) => bucketStart(t + k)), slot: chosen.slot, parts,
    item: chosen.item && { list: chosen.item.list, name: page.tops[chosen.item.list].names[chosen.item.i] },
  };
}

function chooseAgain(old) {
  for (const [part, names] of old.parts || []) {
    if (!chosen.parts[part]) continue;
    for (const i of names.map(name => cube[part].indexOf(name)).filter(i => i >= 0)) chosen.parts[part].add(i);
  }
  const i = old.item && page.tops[old.item.list] ? page.tops[old.item.list].names.indexOf(old.item.name) : -1;
  if (i >= 0) chosen.item = { list: old.item.list, i };
  if (old.slot && Number.isInteger(old.slot.weekday) && Number.isInteger(old.slot.hour)) chosen.slot = { weekday: old.slot.weekday, hour: old.slot.hour };
  if (old.time) {
    // Buckets may have become longer; then what is chosen becomes so too.
    const [a, b] = [Math.floor((old.time[0] - cube.start) / cube.step), Math.ceil((old.time[1] - cube.start) / cube.step)];
    if (b > 0 && a < cube.buckets) chooseTime(a, b - 1);
  }
  changed();
}

/** Takes back what was chosen before the page was loaded anew. */
function recall() {
  if (!location.hash.startsWith('#chosen=')) return;
  try {
    chooseAgain(JSON.parse(decodeURIComponent(location.hash.slice(8))));
  } catch {
    reset();
  }
  history.replaceState(null, '', location.pathname + location.search);
}

function loadAnew() {
  if (anythingChosen()) history.replaceState(null, '', '#chosen=' + encodeURIComponent(JSON.stringify(chosenNow())));
  else history.replaceState(null, '', location.pathname + location.search);
  location.reload();
}

// ---- when the logs were read ----

const EVERY = 10000;

function watch() {
  const words = h('span', {});
  const news = h('button', { type: 'button', class: 'copy', hidden: true, onclick: loadAnew }, 'Show it');
  document.querySelector('#top .brand').after(h('p', { class: 'read', id: 'read' }, h('span', { role: 'status' }, words), news));
  const at = time => { const c = clock(time); return c.day + ' ' + c.hms + ' (' + (page.zone || 'UTC') + ')'; };
  const tell = text => { if (words.textContent !== text) words.textContent = text; };
  const own = 'Logs read ' + at(served.read_at) + '.';
  tell(own);
  async function ask() {
    try {
      const answer = await fetch('api/state', { cache: 'no-store' });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      const newer = state.read_at && state.read_at !== served.read_at;
      news.hidden = !newer;
      const failed = state.last_error ? ' Reading them again failed: ' + visible(clip(state.last_error.message, 300)) + '.' : '';
      tell(own + (newer ? ' A newer reading is there, of ' + at(state.read_at) + '.' : state.reading_now ? ' They are being read anew.' : '') + failed);
    } catch {
      tell(own + ' The program behind this page does not answer.');
    }
  }
  setInterval(() => { if (!document.hidden) ask(); }, EVERY);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
  ask();
}

function goLive() {
  document.querySelector('#top nav').prepend(h('a', { href: 'messages' }, 'Messages'));
  const made = document.querySelector('#end > .quiet');
  if (made) made.replaceChildren('Made by ' + page.tool + ', served live. The same as a file that needs nothing else: ', h('code', {}, 'mailtrail report -o day.html'), '.');
  const lists = document.getElementById('tops');
  linkLists(lists);
  new MutationObserver(() => linkLists(lists)).observe(lists, { childList: true, subtree: true });
  recall();
  watch();
}

queueMicrotask(goLive);
