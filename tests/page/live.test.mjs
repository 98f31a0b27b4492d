// The pages that `mailtrail serve` answers with, in a browser: silent, accessible, at any width, and leading to each other.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { AXE, SHOTS, close, launch, watched } from './browser.mjs';

const AT = process.env.SERVED;

let browser;
before(async () => { browser = await launch(); });
after(async () => browser.close());

async function open(where, { width = 1360, height = 860, dark = false, scripts = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', javaScriptEnabled: scripts });
  const page = await watched(context, url => url.startsWith(AT) || url.startsWith('data:'));
  page.status = (await page.goto(AT + where)).status();
  return page;
}

async function json(where) {
  const answer = await fetch(AT + where);
  assert.equal(answer.status, 200, where);
  return answer.json();
}

/** One address of each kind of page. */
async function addresses() {
  const { messages } = await json('api/messages?sort=recipients&order=desc');
  const one = messages[0];
  const e = one.evidence;
  return {
    report: '', messages: 'messages', searched: 'messages?text=contoso&decision=failed&sort=latency&order=desc',
    message: 'message?id=' + encodeURIComponent(one.network_message_id || one.message_id),
    record: `record?file=${encodeURIComponent(e.file)}&line=${e.line}&offset=${e.offset}`,
  };
}

for (const [look, as] of Object.entries({ light: {}, dark: { dark: true }, phone: { width: 360, height: 740 }, 'phone-dark': { width: 360, height: 740, dark: true } })) {
  test(`every page is silent and accessible: ${look}`, async () => {
    for (const [name, where] of Object.entries(await addresses())) {
      const page = await open(where, as);
      assert.equal(page.status, 200, name);
      if (name === 'report') await page.waitForSelector('#read');
      assert.ok((await page.title()).length > 5, name);
      const out = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(out <= (as.width || 1360), `${name}: ${out} px`);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${look}.png`, fullPage: name !== 'report' });
      if (SHOTS && name === 'report') {
        await page.$eval('#tops', e => e.scrollIntoView({ block: 'start', behavior: 'instant' }));
        await page.screenshot({ path: `${SHOTS}/tops-${look}.png` });
      }
      const cdp = await page.context().newCDPSession(page);
      await cdp.send('Page.setBypassCSP', { enabled: true });
      const world = await cdp.send('Page.createIsolatedWorld', { frameId: (await cdp.send('Page.getFrameTree')).frameTree.frame.id });
      await cdp.send('Runtime.evaluate', { expression: AXE, contextId: world.executionContextId });
      const ran = await cdp.send('Runtime.evaluate', {
        expression: 'axe.run().then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.map(n => n.target + " " + n.html.slice(0, 120)).slice(0, 3).join(" | "))))',
        contextId: world.executionContextId, awaitPromise: true,
      });
      assert.deepEqual(JSON.parse(ran.result.value || 'null'), [], `${name}: ${JSON.stringify(ran).slice(0, 400)}`);
      await close(page);
    }
  });
}

test('from the report to a finding, to its messages, to one of them, to a row, and back', async () => {
  const page = await open('');
  await page.waitForSelector('.finding[open] .deeper a');
  const { findings } = await json('api/findings');
  const n = findings[0].messages;
  await page.click('.finding[open] .meta + .deeper a');
  await page.waitForURL(/messages\?finding=/);
  assert.match(await page.textContent('.total'), new RegExp(`^${n.toLocaleString('en-US')} message`));
  await page.click('tbody .when a');
  await page.waitForURL(/message\?id=/);
  const rows = await page.$$eval('.rows tbody tr td:last-child a', list => list.length);
  assert.ok(rows > 1, 'each row is a link');
  await page.click('.rows tbody tr:nth-child(2) td:last-child a');
  await page.waitForURL(/record\?/);
  assert.ok(await page.$$eval('.columns dt', list => list.some(e => e.textContent === 'event-id')));
  await page.click('.lead a');
  await page.waitForURL(/message\?id=/);
  await page.click('text=Report');
  await page.waitForSelector('#read');
  await close(page);
});

test('evidence, samples and lists of the report are links that answer', async () => {
  const page = await open('');
  await page.waitForSelector('#read');
  await page.evaluate(() => { for (const d of document.querySelectorAll('.finding, .sample')) { d.hidden = false; d.open = true; } });
  await page.waitForTimeout(300);
  await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
  await page.waitForTimeout(300);
  const links = await page.$$eval('#main a[href]', list => list.map(a => a.getAttribute('href')).filter(x => !x.startsWith('#')));
  for (const kind of ['record?', 'message?', 'messages?finding', 'messages?sender', 'messages?recipient', 'messages?connector']) {
    assert.ok(links.some(l => l.startsWith(kind)), kind);
  }
  for (const link of [...new Set(links)]) {
    const answer = await fetch(AT + link);
    assert.equal(answer.status, 200, link);
    const text = await answer.text();
    if (link.startsWith('messages?')) assert.doesNotMatch(text, /Nothing matched/, link);
  }
  await close(page);
});

test('what is chosen survives loading anew', async () => {
  const page = await open('');
  await page.waitForSelector('#read');
  await page.click('#top-senders li button');
  await page.click('#top-connectors li button');
  await page.waitForFunction(() => document.querySelectorAll('.chip').length === 2);
  const before = await page.$$eval('.chip', list => list.map(e => e.textContent));
  await page.evaluate(() => loadAnew());
  await page.waitForFunction(() => document.querySelectorAll('.chip').length === 2);
  assert.deepEqual(await page.$$eval('.chip', list => list.map(e => e.textContent)), before);
  assert.equal(await page.evaluate(() => location.hash), '');
  await close(page);
});

test('without scripts every page but the charts works', async () => {
  const page = await open('', { scripts: false });
  assert.equal(await page.textContent('noscript a'), 'Messages');
  await page.goto(AT + 'messages');
  await page.fill('#f-text-0', 'contoso');
  await page.selectOption('#f-decision', 'failed');
  await page.keyboard.press('Tab');
  await page.click('button[type=submit]');
  await page.waitForURL(/text=contoso/);
  assert.equal(await page.inputValue('#f-text-0'), 'contoso');
  const { total } = await json('api/messages?text=contoso&decision=failed');
  assert.match(await page.textContent('.total'), new RegExp('^' + total + ' message'));
  await close(page);
});

test('the keyboard reaches everything', async () => {
  const page = await open('messages');
  const seen = new Set();
  for (let i = 0; i < 40; i += 1) {
    await page.keyboard.press('Tab');
    seen.add(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim()));
  }
  for (const what of ['To the content', 'Report', 'Messages', 'f-text-0', 'f-finding', 'f-order', 'Search']) assert.ok(seen.has(what), what);
  await close(page);
});

test('what cannot be shown is said', async () => {
  for (const [where, status, words] of [
    ['nope', 404, /no such page/], ['messages?colour=red', 400, /no field 'colour'/], ['messages?decision=xx', 400, /'xx' is none/],
    ['message?id=nobody%40nowhere', 404, /No message/], ['record?file=etc&line=1&offset=0', 404, /No file of this name/],
  ]) {
    const page = await open(where);
    page.faults = page.faults.filter(f => !/Failed to load resource/.test(f));
    assert.equal(page.status, status, where);
    assert.match(await page.textContent('main'), words);
    await close(page);
  }
});
