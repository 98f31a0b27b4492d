// The HTML report in a browser: opened from the disk with the network off, its tables held against its data.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AXE, SHOTS, close, launch, watched } from './browser.mjs';
import { by, byRow, dataOf, exact, hours, oneDay, quantile, rootOf, sum, total, withData } from './sums.mjs';
import { EVIL, empty, hostile, huge, one } from './variants.mjs';

const WORK = process.env.PAGE_WORK;
const PAGES = process.env.PAGES.split(':');

let browser;
before(async () => { browser = await launch(); });
after(async () => browser.close());

async function open(file, { width = 1360, height = 860, dark = false, reduced = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', offline: true, reducedMotion: reduced ? 'reduce' : 'no-preference',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await watched(context, url => /^(file|data):/.test(url));
  await page.goto('file://' + file);
  await page.waitForFunction(() => document.getElementById('end').childElementCount > 0);
  return page;
}

async function frames(page) {
  await page.evaluate(() => new Promise(done => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
}

/** The rows of the table behind a chart: for each cell its bare figure where it has one, else its text. */
async function table(page, id) {
  await page.evaluate(i => { document.querySelector('#' + i + ' > details.behind').open = true; }, id);
  await frames(page);
  return page.$$eval(`#${id} > details.behind tbody tr`, rows => rows.map(r => [...r.children].map(c => (c.dataset.n === undefined ? c.textContent : Number(c.dataset.n)))));
}

/** `{key: n}` of a table without zeros. */
function asMap(rows, key, n) {
  return Object.fromEntries(rows.map(r => [key(r), r[n]]).filter(e => e[1] !== 0));
}

const OUTCOMES = { delivered: 'Delivered here', left: 'Sent elsewhere', failed: 'Failed or dropped', waiting: 'Waiting', unknown: 'End not known' };
const NONE = { connector: 'no connector', next_hop: 'no next hop', server: 'no server' };
const nameOf = (data, part, i) => (part === 'entry' && data.cube.entry[i] === 'unknown' ? 'beginning not in these logs' : part === 'outcome' ? OUTCOMES[data.cube.outcome[i]] : data.cube[part][i] || NONE[part] || 'none');

/** Holds every table and total of the page against the data under a filter. */
async function holds(page, data, filter = {}) {
  const { cells } = data.cube;
  const all = total(data, filter);
  const totals = await page.$$eval('.panel .head .n', list => list.map(e => Number(e.dataset.n)));
  assert.ok(totals.length >= 10, 'each filtered panel says how many');
  assert.deepEqual([...new Set(totals)], [all], 'all panels say the same');
  assert.equal(Number(await page.$eval('.chosen b', e => e.dataset.n)), all);

  const ends = Object.fromEntries(await page.$$eval('.end', list => list.map(e => [e.querySelector('.name').textContent, Number(e.dataset.n)])));
  for (const [i, o] of data.cube.outcome.entries()) {
    assert.equal(ends[OUTCOMES[o]], by(data, filter, c => cells.outcome[c])[i] || 0, o);
  }
  assert.deepEqual(asMap(await table(page, 'ends'), r => r[0], 2), by(data, filter, c => data.cube.decision[cells.decision[c]]), 'decisions');

  const flow = await table(page, 'flow');
  for (const [stage, part] of [['Came in by', 'entry'], ['Server', 'server'], ['Route decision', 'decision'], ['Outcome', 'outcome']]) {
    const rows = flow.filter(r => r[0] === stage);
    assert.equal(sum(rows.map(r => r[2])), all, stage);
    assert.deepEqual(asMap(rows, r => r[1], 2), by(data, filter, c => nameOf(data, part, cells[part][c])), stage);
  }
  const nodes = await page.$$eval('#flow .node', list => list.map(e => Number(e.dataset.n)));
  assert.equal(sum(nodes), all * 5, 'each stage of the drawing holds all');

  const volume = await table(page, 'volume');
  const names = await page.evaluate(() => ({ '-1': bucketName(-1), ...Array.from({ length: cube.buckets }, (_, t) => bucketName(t)) }));
  const known = by(data, filter, c => `${cells.t[c]},${cells.outcome[c]}`);
  const head = await page.$$eval('#volume thead th', list => list.map(e => e.textContent));
  for (const [key, n] of Object.entries(known)) {
    const [t, o] = key.split(',').map(Number);
    const name = names[t];
    assert.equal(volume.find(r => r[0] === name)[head.indexOf(OUTCOMES[data.cube.outcome[o]])], n, name);
  }
  if (volume.length) assert.equal(volume.at(-1).at(-1), all, 'volume in all');

  const heat = oneDay(data) ? [] : await table(page, 'heat');
  assert.equal(await page.$$eval('#heat', list => list.length), oneDay(data) ? 0 : 1);
  const timed = all - (by(data, filter, c => cells.t[c])[-1] || 0);
  if (heat.length) assert.equal(heat.at(-1).at(-1), timed, 'hours of the week');

  const sizes = await table(page, 'sizes');
  assert.equal(sum(sizes.map(r => r[1])), sum(Object.values(byRow(data, filter, data.sizes.rows, () => 0))), 'sizes');

  const { rows, hops } = data.latency;
  const bins = {};
  for (const [key, n] of Object.entries(byRow(data, filter, rows, k => `${rows.hop[k]},${rows.bin[k]}`))) {
    const [hop, bin] = key.split(',').map(Number);
    (bins[hop] ||= {})[bin] = n;
  }
  const shown = await page.$$eval('#latency .figure tbody tr', list => list.map(r => [...r.children].map(c => (c.dataset.n === undefined ? c.textContent : Number(c.dataset.n)))));
  assert.equal(shown.length, Object.keys(bins).length, 'hops');
  for (const [hop, b] of Object.entries(bins)) {
    const row = shown.find(r => r[0] === (hops[hop] === '' ? 'all the way' : hops[hop]));
    const n = sum(Object.values(b));
    assert.equal(row[1], n, hops[hop]);
    const known = hops[hop] === '' ? exact(data, filter, n) : null;
    for (const [k, p] of ['p50', 'p90', 'p99', 'max'].entries()) {
      if (p !== 'max' && n < 5) assert.equal(row[k + 2], 'too few');
      else if (known) assert.equal(row[k + 2], known[p], `${p} of all is that of the report`);
      else {
        const most = hops[hop] === '' ? data.report.latency_ms.all.max : Infinity;
        const top = data.latency.edges[Math.max(...Object.keys(b).map(Number)) + 1];
        const want = p === 'max' ? Math.min(top ?? Infinity, most) : quantile(data, b, [0.5, 0.9, 0.99][k], most);
        assert.ok(Math.abs(row[k + 2] - want) <= 1, `${hops[hop]} ${p}`);
      }
    }
  }

  for (const [list, top] of Object.entries(data.tops)) {
    const counted = byRow(data, filter, top.rows, k => top.rows.item[k]);
    const lines = await table(page, 'top-' + list);
    assert.deepEqual(lines.map(r => r[1]), Object.values(counted).sort((a, b) => b - a), list);
    const words = await page.$eval('#top-' + list, e => e.textContent);
    const of = list === 'statuses' ? by(data, filter, c => cells.outcome[c])[data.cube.outcome.indexOf('failed')] || 0 : all;
    if (of) assert.doesNotMatch(words, /No (mail|failure) (under|in)/, list);
    if (Object.keys(filter).length && of > sum(lines.map(r => r[1]))) {
      assert.match(words, /(is|are) with these; the other|recipients? (are|is) with names|(have|has) none/, list);
    }
  }
  const connectors = await table(page, 'top-connectors');
  assert.equal(sum(connectors.map(r => r[1])), all, 'connectors');
}

for (const file of PAGES) {
  const data = dataOf(file);
  const name = path.basename(file, '.html');
  const full = sum(data.cube.cells.n) > 0;

  describe(name, () => {
    test('opens fast, silent, from the disk, and small', async () => {
      const size = readFileSync(file).length;
      const page = await open(file);
      const ms = await page.evaluate(() => Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd));
      console.log(`${name}: ${size} bytes, loaded after ${ms} ms`);
      assert.ok(size < 1.5e6, `${size} bytes`);
      assert.equal(await page.$eval('meta[http-equiv="Content-Security-Policy"]', e => /default-src 'none'/.test(e.content) && !/unsafe/.test(e.content)), true);
      await close(page);
    });

    test('the first screen says what matters', async () => {
      const page = await open(file);
      const top = await page.$eval('#top', e => e.textContent);
      assert.ok(top.includes(data.report.verdict), 'verdict');
      assert.ok(top.includes('All times on this page are ' + data.zone), 'zone');
      assert.equal(await page.$$eval('.sums .off', list => list.length), 0, 'all equations come out');
      assert.equal(await page.$$eval('.sums .fits', list => list.length), 4);
      if (data.report.coverage.length) {
        const rows = await table(page, 'coverage');
        for (const c of data.report.coverage) assert.equal(rows.find(r => r[0] === c.server)[1], c.rows, c.server);
        const logged = sum(data.report.coverage.map(c => Object.keys(c.hours).length));
        const drawn = await page.$$eval('#coverage rect.log', list => list.filter(r => r.closest('.chart')).map(r => r.querySelector('title').textContent));
        assert.ok(drawn.length <= logged && drawn.every(t => /row/.test(t)), 'each says how many rows');
        if (data.report.coverage.every(c => Object.keys(c.hours).length + c.silent_hours.length <= 200)) assert.equal(drawn.length, logged, 'each hour with rows is coloured');
        assert.match(await page.$eval('#coverage .legend', e => e.textContent), /rows in the/);
        const silent = sum(data.report.coverage.map(c => c.silent_hours.length));
        if (silent) assert.ok(await page.$$eval('#coverage rect.gap', list => list.length) > 0, 'gaps are marked');
      }
      const box = await (await page.$('#coverage h3')).boundingBox();
      assert.ok(box.y < 860, `coverage begins on the first screen, at ${box.y}`);
      await close(page);
    });

    test('the sums of the page are those of the report', () => {
      assert.equal(sum(data.cube.cells.n), data.report.recipients);
      const decisions = by(data, {}, c => data.cube.decision[data.cube.cells.decision[c]]);
      for (const [d, n] of Object.entries(data.report.decisions)) assert.equal(decisions[d] || 0, n, d);
      assert.equal(sum(data.sizes.rows.n) + (data.sizes.unknown || 0), data.report.recipients, 'sizes');
    });

    test('every chart has the right totals', async () => {
      const page = await open(file);
      await holds(page, data);
      if (full) {
        for (const id of ['coverage', 'ends', 'flow', 'volume', ...(oneDay(data) ? [] : ['heat']), 'sizes']) {
          assert.ok(await page.$$eval(`#${id} .figure svg rect`, list => list.length) > 0, id);
        }
      }
      const depth = await table(page, 'queue');
      const wanted = Array.from({ length: data.cube.buckets }, (_, t) => data.queue.depth.map(d => d[t]));
      if (data.queue.server.length) assert.deepEqual(depth.map(r => r.slice(1)), wanted, 'queue');
      await close(page);
    });

    test('a click filters everything', { skip: !full }, async () => {
      const page = await open(file);
      const { cells } = data.cube;
      for (const [o, i] of data.cube.outcome.map((x, k) => [x, k])) {
        if (!by(data, {}, c => cells.outcome[c])[i]) continue;
        await page.click(`[data-key="end-${o}"]`);
        await frames(page);
        await holds(page, data, { parts: { outcome: i } });
        await page.click(`[data-key="end-${o}"]`);
        await frames(page);
      }
      for (const [stage, part] of ['entry', 'server', 'decision'].entries()) {
        const i = Number(Object.entries(by(data, {}, c => cells[part][c])).sort((a, b) => b[1] - a[1])[0][0]);
        await page.$eval(`[data-key="flow${stage}:${i}"]`, e => e.dispatchEvent(new MouseEvent('click', { bubbles: true })));
        await frames(page);
        await holds(page, data, { parts: { [part]: i } });
        assert.equal(await page.$$eval('.chip', list => list.length), 1);
        await page.click('.chip');
        await frames(page);
      }
      const pair = Object.entries(by(data, {}, c => cells.connector[c] + ',' + cells.next_hop[c])).sort((a, b) => b[1] - a[1])[0][0];
      await page.focus(`[data-key="flow3:${pair}"]`);
      await page.keyboard.press('Enter');
      await frames(page);
      const [connector, next_hop] = pair.split(',').map(Number);
      await holds(page, data, { parts: { connector, next_hop } });
      await page.click('.reset');
      await frames(page);
      await holds(page, data);
      if (data.tops.statuses.names.length) {
        await page.evaluate(() => { report.failures.first[0].addresses = { total: 4, first: [{ name: 'nora@northwind.example', count: 3 }] }; refresh(); });
        assert.match(await page.$eval('#top-statuses', e => e.textContent), /nora@northwind\.example \(3\) and 3\u00a0more addresses/, 'who was hit');
      }
      await page.click('#top-senders li button');
      await frames(page);
      const top = data.tops.senders;
      const most = Math.max(...Object.values(byRow(data, {}, top.rows, k => top.rows.item[k])));
      const totals = await page.$$eval('.panel .head .n', list => list.map(e => Number(e.dataset.n)));
      assert.deepEqual([...new Set(totals)], [most]);
      assert.match(await page.$eval('#latency .figure', e => e.textContent), /not known for a single sender/);
      for (const list of ['recipients', 'sender_domains', 'statuses']) {
        await table(page, 'top-' + list);
        const words = await page.$eval('#top-' + list, e => e.textContent);
        assert.match(words, /does not count these for a single sender/);
        assert.doesNotMatch(words, /under these filters/);
      }
      await page.click('.reset');
      await page.fill('#tops input', 'no such name');
      await frames(page);
      const cut = data.tops.senders;
      if (cut.total > cut.names.length) assert.match(await page.$eval('#top-senders', e => e.textContent), /Not among the \d+ most frequent of/);
      await close(page);
    });

    test('brush and heat map filter everything, by mouse and by keys', { skip: !full }, async () => {
      const page = await open(file);
      const last = data.cube.buckets - 1;
      await page.$eval('#volume', e => e.scrollIntoView({ block: 'center', behavior: 'instant' }));
      const plot = await (await page.$('#volume .pull')).boundingBox();
      const at = t => plot.x + (t + 0.5) / data.cube.buckets * plot.width;
      const [a, b] = [Math.floor(last * 0.3), Math.floor(last * 0.6)];
      await page.mouse.move(at(a), plot.y + 60);
      await page.mouse.down();
      await page.mouse.move(at((a + b) / 2), plot.y + 64, { steps: 4 });
      await page.mouse.move(at(b), plot.y + 60, { steps: 4 });
      await page.mouse.up();
      await frames(page);
      if (b > a) await holds(page, data, { time: [a, b] });
      if (last >= 3) {
        await page.focus('[data-key="brush0"]');
        await page.keyboard.press('Escape');
        await frames(page);
        await page.keyboard.press('ArrowRight');
        await frames(page);
        await page.keyboard.press('ArrowRight');
        await frames(page);
        await page.focus('[data-key="brush1"]');
        await page.keyboard.press('ArrowLeft');
        await frames(page);
        await holds(page, data, { time: [2, last - 1] });
        assert.equal(await page.evaluate(() => document.activeElement.dataset.key), 'brush1', 'the focus stays');
      }
      await page.click('.reset');
      await frames(page);
      if (!oneDay(data)) {
        await page.focus('#heat [tabindex="0"]');
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Enter');
        await frames(page);
        const slot = await page.evaluate(() => chosen.slot);
        assert.equal(slot.hour % hours(data), 0);
        await holds(page, data, { slot });
        assert.equal(await page.$$eval('.chip', list => list.length), 1);
      }
      await close(page);
    });

    test('findings tell why, what to run, and show messages', { skip: !data.report.findings.length }, async () => {
      const page = await open(file);
      const list = data.report.findings;
      assert.equal(await page.$$eval('.finding', e => e.length), list.length);
      const roots = list.filter((_, i) => rootOf(list, i) === i).length;
      assert.equal(await page.$$eval('.family', e => e.length), roots);
      assert.ok((await page.$eval('#findings .n', e => e.textContent)).startsWith(`${roots}\u00a0finding`), 'those that nothing explains are counted');
      for (const [i] of list.entries()) assert.equal(await page.$eval('#finding-' + i, e => e.closest('.family').querySelector('.finding').id), 'finding-' + rootOf(list, i));
      for (const id of await page.$$eval('.attention a', e => e.map(a => a.getAttribute('href')))) assert.equal(await page.$$eval(id, e => e.length), 1, id);
      await page.evaluate(() => { for (const d of document.querySelectorAll('.family, .follows, .finding')) { d.hidden = false; d.open = true; } });
      await frames(page);
      for (const [i, f] of list.entries()) {
        const text = await page.$eval('#finding-' + i, e => e.textContent);
        assert.ok(text.includes(f.title), f.title);
        assert.ok(text.includes(f.cause.slice(0, 300)), f.cause);
        if (f.fix) {
          const steps = await page.$$eval(`#finding-${i} .todo`, e => e.map(t => ({ text: t.querySelector('code').textContent, copy: Boolean(t.querySelector('.copy')), kind: t.className })));
          const lines = steps.flatMap(t => t.text.split('\n'));
          assert.deepEqual(f.fix.split('\n').filter(l => l.trim() && !lines.includes(l)), [], 'every line is there');
          for (const t of steps) {
            if (/<[^<>@]*[a-z][^<>@]*>/.test(t.text.replace(/ {2}#.*/g, ''))) assert.equal(t.copy, false, t.text);
            if (/^(Get|Test)-/m.test(t.text)) assert.doesNotMatch(t.text, /^(Set|New|Remove)-/m, 'a check is not copied with a change');
            assert.equal(/^mailtrail /m.test(t.text), /trail/.test(t.kind));
          }
        }
        if (f.cycle.length) assert.match(await page.$eval(`#finding-${i} figure svg`, e => e.getAttribute('aria-label')), /^A loop: /);
        assert.equal(await page.$$eval(`#finding-${i} .places li`, e => e.length), f.evidence.length);
      }
      if (await page.$('#finding-0 .copy')) {
        await page.click('#finding-0 .copy');
        await page.waitForFunction(() => document.querySelector('#finding-0 .copy').textContent === 'Copied');
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.$eval('#finding-0 .copy', e => e.closest('.todo').querySelector('code').textContent));
      }
      assert.equal(await page.$$eval('.sample', e => e.length), new Set(data.samples.map(x => x.message_id + '\n' + x.recipient)).size, 'each message is drawn once');
      for (let k = 0; k < Math.min(6, await page.$$eval('.sample', e => e.length)); k += 1) {
        await page.evaluate(n => { document.querySelectorAll('.sample')[n].open = true; }, k);
        await frames(page);
        const steps = await page.$$eval('.sample', (e, n) => e[n].querySelectorAll('tbody tr').length, k);
        assert.ok(steps > 0 && steps <= Math.max(...data.samples.map(x => x.hops.length)), 'sample ' + k);
      }
      const off = data.report.clocks[0];
      if (off && data.samples.some(x => x.hops.some(hop => hop.server === off.server))) {
        await page.evaluate(() => { for (const d of document.querySelectorAll('.sample')) d.open = true; });
        await frames(page);
        assert.ok(await page.$$eval('.clocks', (e, s) => e.some(p => p.textContent.includes('The clock of ' + s)), off.server), 'clocks are told where times go backwards');
      }
      if (list.length > 1) {
        await page.fill('#findings input', list.at(-1).kind);
        const hits = await page.$$eval('.family:not([hidden])', e => e.length);
        assert.ok(hits > 0 && hits <= list.length);
        const hop = data.samples.flatMap(x => x.hops).find(x => x.connector);
        if (hop) {
          await page.fill('#findings input', hop.connector);
          assert.ok(await page.$$eval('.family:not([hidden])', e => e.length) > 0, 'folded texts are searched too');
        }
        await page.fill('#findings input', 'no such words');
        assert.equal(await page.$$eval('.family:not([hidden])', e => e.length), 0);
        assert.match(await page.$eval('#findings', e => e.innerText), /No finding has \u201cno such words\u201d/);
      }
      await close(page);
    });

    for (const dark of [false, true]) {
      for (const width of [1360, 360]) {
        test(`no serious fault for axe-core, ${dark ? 'dark' : 'light'}, ${width} px`, async () => {
          const page = await open(file, { dark, width, height: 780 });
          if (full) await page.click('[data-key="end-' + data.cube.outcome[data.cube.cells.outcome[0]] + '"]');
          await page.evaluate(() => { for (const d of [...document.querySelectorAll('details')].slice(0, 60)) d.open = true; });
          await page.evaluate(() => { for (const d of [...document.querySelectorAll('.sample')].slice(0, 2)) d.open = true; });
          await frames(page);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
          await page.evaluate(AXE);
          const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
          const grave = violations.filter(v => ['serious', 'critical'].includes(v.impact));
          assert.deepEqual(grave.map(v => [v.id, v.nodes.length, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message || ''))]), []);
          if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${dark ? 'dark' : 'light'}-${width}.png` });
          await close(page);
        });
      }
    }

    test('on paper all tables are open, in black on white', async () => {
      const page = await open(file, { width: 695, dark: true });
      if (full) {
        await page.click('[data-key="end-' + data.cube.outcome[data.cube.cells.outcome[0]] + '"]');
        await frames(page);
        assert.equal(await page.isVisible('#filtered'), false);
      }
      await page.emulateMedia({ media: 'print' });
      await frames(page);
      assert.equal(await page.$$eval('details.behind', list => list.filter(d => !d.open).length), 0);
      assert.equal(await page.$$eval('details.finding, .follows', list => list.filter(d => !d.open || d.closest('.family').hidden).length), 0);
      if (full) assert.match(await page.innerText('#filtered'), /^Filtered: outcome .* of /, 'a filter is printed');
      assert.equal(await page.$$eval('.hint', list => list.filter(e => e.offsetParent).length), 0, 'nothing to click is printed');
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
      assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), 'rgb(0, 0, 0)');
      const bare = await page.$$eval('.panel > details.behind', list => list.filter(d => !d.querySelector('table, .none')).map(d => d.parentNode.id));
      assert.deepEqual(bare, [], 'each chart has its table');
      await page.emulateMedia({ media: 'screen' });
      await frames(page);
      const pdf = await page.pdf({ preferCSSPageSize: true });
      assert.ok(pdf.length > 10000);
      if (SHOTS) writeFileSync(`${SHOTS}/${name}.pdf`, pdf);
      await close(page);
    });

    test('fits a phone', { skip: !full }, async () => {
      const page = await open(file, { width: 390, height: 800 });
      assert.ok(await page.$$eval('#flow .stage', list => list.length) === 5, 'the flow stands in stages');
      await page.evaluate(() => { for (const d of [...document.querySelectorAll('.finding')].slice(0, 8)) d.open = true; });
      await frames(page);
      const small = await page.$$eval('button, summary, input, nav a', list => list.filter(e => e.offsetParent && e.getBoundingClientRect().height < 31.5).map(e => e.className + ' ' + e.textContent.slice(0, 40) + ' ' + e.getBoundingClientRect().height));
      assert.deepEqual([...new Set(small)], [], 'tap targets');
      const wide = await page.$$eval('.figure, .stacked, .toggle', list => list.filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'visible').map(e => (e.closest('.panel') || e).id + ' ' + e.className + ' ' + e.scrollWidth + ' of ' + e.clientWidth));
      assert.deepEqual(wide, [], 'nothing is cut at the right');
      const bar = await (await page.$('.filters')).boundingBox();
      assert.ok(bar.height <= 60, `the bar takes ${bar.height} px`);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-phone.png`, fullPage: true });
      await close(page);
    });

    test('motion is spared where that is wished', async () => {
      const page = await open(file, { reduced: true });
      assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), 'auto');
      await close(page);
    });

    test('hostile names and texts are text', { skip: !full }, async () => {
      const bad = path.join(WORK, name + '-hostile.html');
      writeFileSync(bad, withData(file, hostile(data)));
      for (const width of [1360, 360]) {
        const page = await open(bad, { width });
        await page.evaluate(() => { for (const d of document.querySelectorAll('.finding, .sample')) { d.hidden = false; d.open = true; } });
        await frames(page);
        await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
        await frames(page);
        await page.$$eval('.node.press, .end, .toplist button', list => { for (const b of list.slice(0, 4)) b.dispatchEvent(new MouseEvent('click', { bubbles: true })); });
        await frames(page);
        assert.equal(await page.evaluate(() => window.hacked), undefined);
        assert.equal(await page.$$eval('img, iframe, object, embed, form', list => list.length), 0);
        assert.equal(await page.$$eval('script', list => list.length), 2);
        const text = await page.evaluate(() => document.body.textContent.replace(document.getElementById('data').textContent, ''));
        assert.ok(text.includes(EVIL[0]), 'the script is there as text');
        assert.ok(text.includes('\u2039U+202E\u203a'), 'what turns text round is shown by its number');
        assert.doesNotMatch(await page.evaluate(() => document.getElementById('main').textContent), /[\u202a-\u202e\u2066-\u2069]/);
        const out = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(out <= width, `${out} of ${width} px`);
        if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-hostile-${width}.png` });
        await close(page);
      }
    });

    for (const [what, make] of Object.entries({ empty, one, huge })) {
      test(`a page of ${what}`, { skip: !full }, async () => {
        const made = make(data);
        const other = path.join(WORK, `${name}-${what}.html`);
        writeFileSync(other, withData(file, made));
        for (const width of [1360, 360]) {
          const page = await open(other, { width });
          await holds(page, made);
          assert.equal(await page.$$eval('.sums .off', list => list.length), 0);
          assert.doesNotMatch(await page.evaluate(() => document.getElementById('main').textContent), /NaN|undefined|Infinity|\[object/);
          assert.equal(await page.$$eval('svg *', list => list.filter(e => [...e.attributes].some(a => /NaN|undefined|Infinity/.test(a.value))).length), 0);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out');
          if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${what}-${width}.png`, fullPage: true });
          await close(page);
        }
      });
    }
  });
}
