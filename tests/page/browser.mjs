// The browser of the tests: how it is started, and what a page must not do in it.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.NODE_PATH, 'x.js'));
const { chromium } = require('playwright-core');
export const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const SHOTS = process.env.PAGE_SHOTS;

export function launch() {
  if (SHOTS) mkdirSync(SHOTS, { recursive: true });
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page of a context; what it says on the console, what fails and what it asks of others is kept in `page.faults`. */
export async function watched(context, isOwn) {
  const page = await context.newPage();
  page.faults = [];
  page.on('console', m => page.faults.push('console: ' + m.text()));
  page.on('pageerror', e => page.faults.push('error: ' + e.message));
  page.on('request', r => { if (!isOwn(r.url())) page.faults.push('asks for ' + r.url()); });
  return page;
}

export async function close(page) {
  const { faults } = page;
  await page.context().close();
  assert.deepEqual(faults, []);
}
