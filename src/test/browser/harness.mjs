// Starts the browser, runs named tests one after another, and tells how they ended.
import { chromium } from 'playwright-core';
import { mkdirSync } from 'node:fs';

export const url = process.env.CARAFE_URL.replace(/\/$/, '');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
/** A deadline for things that happen at once on a healthy machine; generous, since others may use it too. */
export const PATIENCE = 20_000;

const tests = [];
export const test = (name, body) => tests.push({ name, body });

export function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** A tab of its own whose console errors and policy reports are collected in `noise`, and what it asked for in vain in `failures`. */
export async function openTab(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.noise = [];
  page.requests = [];
  page.failures = [];
  page.on('console', (m) => {
    if (m.type() === 'error' || /Content Security Policy/.test(m.text())) page.noise.push(`${m.text()} (${m.location().url})`);
  });
  page.on('pageerror', (e) => page.noise.push(String(e.stack ?? e)));
  // what a page left behind when it was closed or loaded anew is no failure
  page.on('requestfailed', (r) => {
    if (!/ERR_ABORTED/.test(r.failure()?.errorText) && !/example\.org/.test(r.url())) page.failures.push(`${r.method()} ${r.url()} ${r.failure()?.errorText}`);
  });
  page.on('response', (r) => r.status() >= 400 && !/example\.org/.test(r.url()) && page.failures.push(`${r.request().method()} ${r.url()} ${r.status()}`));
  page.on('requestfinished', (r) => page.requests.push(r));
  return page;
}

export async function picture(page, name) {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(process.env.SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png` });
}

/** Waits until `question()` answers something true; it says what it waited for when it never comes. */
export async function until(question, what, patience = PATIENCE) {
  const end = Date.now() + patience;
  let last;
  for (;;) {
    try {
      last = await question();
      if (last) return last;
    } catch (e) {
      last = e.message;
    }
    if (Date.now() > end) throw new Error(`waited ${patience / 1000} s for ${what}; last: ${JSON.stringify(last)}`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

/** Runs all tests with a context made by `prepare(browser)`; ends the process with the number that matters. */
export async function run(prepare) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: FLAGS });
  const given = await prepare(browser);
  let passed = 0;
  let failed = 0;
  for (const [at, { name, body }] of tests.entries()) {
    const start = Date.now();
    if (!(await fetch(url).then((r) => r.ok, () => false))) {
      console.log(`FAILED  ${name}\n        the server at ${url} does not answer any more; the tests behind this one were not run`);
      failed += tests.length - at;
      break;
    }
    try {
      await body(given);
      passed++;
      console.log(`ok      ${name} (${Date.now() - start} ms)`);
    } catch (e) {
      failed++;
      console.log(`FAILED  ${name}\n        ${String(e.message).split('\n').slice(0, 12).join('\n        ')}`);
      await picture(given.page, `failed-${name.replace(/\W+/g, '-')}`).catch(() => undefined);
    }
  }
  await browser.close();
  await given.close?.();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
