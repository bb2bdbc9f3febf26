// The documentation of the API: it opens for strangers, filters, shows, and sends requests.
import { faults } from './accessible.mjs';
import { check, openTab, picture, test, until, url } from './harness.mjs';
import { call } from './steps.mjs';

const DOCS = `${url}/api/v1/docs`;
const ready = (tab) => tab.locator('.api-op').first().waitFor();
const operation = (tab, id) => tab.locator(`cf-operation:has(#${id})`);

async function openDocs(tab, id = '') {
  await tab.goto('about:blank'); // else a change of the fragment alone loads nothing
  await tab.goto(DOCS + (id && `#${id}`));
  await ready(tab);
}

test('the documentation opens for strangers, on a phone too, in both themes', async ({ browser }) => {
  for (const [colorScheme, width, height] of [['light', 1440, 900], ['dark', 1440, 900], ['light', 390, 844], ['dark', 390, 844]]) {
    const tab = await openTab(browser, { colorScheme, viewport: { width, height } });
    for (const [path, name] of [['/api/v1/docs', 'api'], ['/api/v1/docs#executeCode', 'api-open'], ['/api/v1/redoc', 'api-reading']]) {
      if (name === 'api-reading' && (colorScheme === 'light') !== (width > 1000)) continue; // it is long: each theme and width once
      await tab.goto('about:blank');
      await tab.goto(url + path);
      await ready(tab);
      if (path !== '/api/v1/docs') await tab.locator('#executeCode .api-facts').waitFor();
      await picture(tab, `${name}-${width}-${colorScheme}`);
      const wide = await tab.evaluate(() => document.querySelector('main').scrollWidth > document.querySelector('main').clientWidth);
      check(!wide, `${path} is wider than ${width}`);
    }
    await tab.keyboard.press('/'); // on a phone it brings the list
    await tab.locator('#api-filter:focus').waitFor();
    await tab.keyboard.type('run a program'); // fewer rows say as much
    await until(async () => (await tab.locator('.api-op').count()) < 4, 'the filter');
    await tab.keyboard.press('Escape');
    const found = await faults(tab);
    check(!found.length, `${colorScheme} ${width}: ${found.join('\n')}`);
    check(!tab.noise.length, tab.noise.join('\n'));
    await tab.context().close();
  }
});

test('the filter leaves what was asked for, in the list and on the page', async ({ browser }) => {
  const tab = await openTab(browser);
  await openDocs(tab);
  const all = await tab.locator('.api-op').count();
  await tab.keyboard.press('/');
  await tab.keyboard.type('code languages');
  await until(async () => (await tab.locator('.api-op').count()) === 1, 'one operation to be left');
  check((await tab.locator('.api-op .api-path').textContent()) === '/api/v1/code/languages', 'the right one');
  check((await tab.locator('.api-list .list-row').count()) === 1 && all > 10, `${all} before`);
  await tab.fill('#api-filter', 'nothing at all');
  await tab.getByText('No operation is called “nothing at all”.').waitFor();
  check(!tab.noise.length, tab.noise.join('\n'));
  await tab.context().close();
});

test('an operation is tried with the sign-in of the tab', async ({ page }) => {
  await openDocs(page, 'listLanguages');
  const languages = operation(page, 'listLanguages');
  await page.getByText('You are signed in').waitFor();
  await languages.getByRole('button', { name: 'Send' }).click();
  await languages.locator('.api-result .api-status', { hasText: '200' }).waitFor();
  await until(async () => (await languages.locator('.api-result cf-code').textContent()).includes('"python"'), 'the body');
  await languages.getByText(/\d+ headers/).click();
  check((await languages.locator('.api-headers').textContent()).includes('x-execution-time'), 'the headers');
  await picture(page, 'api-tried');
});

test('a body is changed and sent, with parameters, and its mistake is shown', async ({ page }) => {
  await openDocs(page, 'hint');
  const hint = operation(page, 'hint');
  await hint.locator('#hint-body').fill('{"code": ');
  await hint.getByText('This is not valid JSON').waitFor();
  await hint.locator('#hint-body').fill('{"code": "it\'s", "cursor_line": 1, "cursor_column": 0}');
  check((await hint.locator('.api-side cf-code code').first().textContent()).includes("it'\\''s"), 'curl in quotes');
  await hint.getByRole('button', { name: 'Send' }).click();
  await until(async () => (await hint.locator('.api-result').textContent()).includes('key_concepts'), 'a hint');
  await hint.getByRole('button', { name: 'Python' }).click();
  await until(async () => (await hint.locator('.api-side cf-code').first().textContent()).includes('requests.request('), 'Python');
  await hint.getByRole('button', { name: 'JavaScript' }).click();
  await until(async () => (await hint.locator('.api-side cf-code').first().textContent()).includes('await fetch('), 'JavaScript');
});

test('a stream is shown while it comes, and can be stopped', async ({ page }) => {
  await openDocs(page, 'executeCode');
  const run = operation(page, 'executeCode');
  await run.locator('#executeCode-body').fill(JSON.stringify({ code: 'import time\nprint("first", flush=True)\ntime.sleep(50)', stream: true }));
  await run.getByRole('button', { name: 'Send' }).click();
  await until(async () => (await run.locator('.api-result').textContent()).includes('event: stdout'), 'the first event');
  await run.getByRole('button', { name: 'Cancel' }).click();
  await run.getByText('Stopped.', { exact: true }).waitFor();
});

test('a stranger tries with a pasted key, which goes nowhere else', async ({ browser, page }) => {
  const made = (await call(page, 'POST', '/api/v1/auths/api_key')).body.api_key;
  const tab = await openTab(browser);
  await openDocs(tab, 'listLanguages');
  await tab.getByText('You are not signed in').waitFor();
  await tab.fill('#api-key', made);
  await operation(tab, 'listLanguages').getByRole('button', { name: 'Send' }).click();
  await operation(tab, 'listLanguages').locator('.api-result .api-status', { hasText: '200' }).waitFor();
  const kept = await tab.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]));
  check(!kept.includes(made), 'the key is not kept');
  check(!(await tab.locator('.api-side').first().textContent()).includes(made), 'nor shown in what is copied');
  check(!tab.noise.length, tab.noise.join('\n'));
  await tab.context().close();
});

test('every operation unfolds and the samples hold together', async ({ page }) => {
  await openDocs(page);
  const ids = await page.locator('.api-op').evaluateAll((all) => all.map((one) => one.id));
  for (const line of await page.locator('button.api-line').all()) await line.click();
  check((await page.locator('.api-facts').count()) === ids.length, 'all are open');
  check(!(await page.locator('main').textContent()).includes('[object'), 'no object where text should be');
  check(!/undefined|NaN/.test(await page.locator('.api-text').evaluateAll((all) => all.map((one) => one.textContent).join(' '))), 'nothing undefined');
  await page.goto(url);
});
