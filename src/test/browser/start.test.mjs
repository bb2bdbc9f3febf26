// First run: the first account, the first look, the first connection.
import { check, openTab, picture, test, until, url } from './harness.mjs';
import { ADMIN, chooseModel, open, signUp } from './steps.mjs';

test('the first visitor is asked to create the first account', async ({ page }) => {
  await page.getByRole('heading', { name: 'Welcome to Carafe' }).waitFor();
  await picture(page, 'sign-up');
});

test('mistakes in the form are told at the field', async ({ page }) => {
  await signUp(page, { name: '', email: 'nobody', password: 'short' });
  await page.getByText('Fill in this field.').waitFor();
  await page.getByText('This does not look like an email address.').waitFor();
  await page.getByText('Use at least 8 characters.').waitFor();
});

test('the first account becomes the administrator and sees the frame', async ({ page }) => {
  await signUp(page, ADMIN);
  await page.getByRole('navigation', { name: 'Sections' }).waitFor();
  await page.getByRole('link', { name: 'Admin' }).waitFor();
  await page.locator('cf-empty-chat h1').waitFor();
  await picture(page, 'first-look');
});

test('a connection that does not answer says why and what to do', async ({ page }) => {
  await open(page, '/admin/connections');
  await page.getByRole('button', { name: 'Add a connection' }).click();
  await page.fill('#c-url', 'nonsense');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('An address that begins with').waitFor();
  await page.fill('#c-url', 'http://127.0.0.1:9/v1');
  await page.getByRole('button', { name: 'Test', exact: true }).last().click();
  await page.locator('.verdict.bad').waitFor();
  await picture(page, 'connection-broken');
});

test('a connection can be tested and added; its models appear', async ({ page, upstream }) => {
  await page.fill('#c-url', upstream.url);
  await page.fill('#c-key', 'sk-fake');
  await page.fill('#c-name', 'Fake upstream');
  await page.getByRole('button', { name: 'Test', exact: true }).last().click();
  await page.locator('.verdict.good').getByText('2 models').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.connection', { hasText: 'Fake upstream' }).waitFor();
  await page.getByRole('button', { name: 'Test Fake upstream' }).click();
  await page.locator('.connection', { hasText: 'Fake upstream' }).locator('.verdict.good').waitFor();
  await picture(page, 'connections');
  await open(page, '/');
  await chooseModel(page, 'fake-writer');
});

test('the first load stays below 150 kB and 40 requests', async ({ browser, page }) => {
  const cold = await openTab(browser, { storageState: await page.context().storageState() });
  await cold.goto(url);
  await cold.locator('cf-empty-chat h1').waitFor();
  await until(() => cold.evaluate(() => performance.getEntriesByType('resource').length > 20), 'the files of the page');
  await cold.waitForTimeout(500); // what still comes after the page is usable counts too
  const sizes = await Promise.all(cold.requests.map(async (r) => {
    const s = await r.sizes();
    return { path: new URL(r.url()).pathname, bytes: s.responseBodySize + s.responseHeadersSize };
  }));
  const bytes = sizes.reduce((sum, s) => sum + s.bytes, 0);
  const ready = await cold.evaluate(() => Math.round(performance.getEntriesByType('paint').find((p) => p.name === 'first-contentful-paint')?.startTime ?? 0));
  console.log(`        ${sizes.length} requests, ${(bytes / 1000).toFixed(1)} kB, first content after ${ready} ms`);
  check(sizes.length <= 40, `${sizes.length} requests: ${sizes.map((s) => s.path).join(' ')}`);
  check(bytes <= 150_000, `${bytes} bytes: ${sizes.sort((a, b) => b.bytes - a.bytes).slice(0, 8).map((s) => `${s.path} ${s.bytes}`).join(', ')}`);
  check(!cold.noise.length, cold.noise.join('\n'));
  await cold.context().close();
});
