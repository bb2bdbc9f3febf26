// Every page in both themes and both widths: accessible, legible, nothing sticking out, no complaint of the browser.
import { faults } from './accessible.mjs';
import { check, picture, test, until } from './harness.mjs';
import { call, open } from './steps.mjs';
import { weakPairs } from './contrast.mjs';

const PAGES = ['/', 'chat', '/run', '/workflows', 'flow', 'flow/edit', 'flow/versions', 'flow/runs', 'flow-run', '/learn', '/learn/python-first-steps', '/learn/python-first-steps/fizz',
  '/teach/python-first-steps', '/teach/python-first-steps/stuck', '/teach/python-first-steps/hints', '/teach/python-first-steps/regrade', '/teach/python-first-steps/problems',
  '/settings/profile', '/settings/look', '/settings/answers', '/settings/access',
  '/admin/users', '/admin/connections', '/admin/models', '/admin/routing', '/admin/sandbox', '/admin/signup', '/admin/proxy'];
const first = async (page, path) => (await call(page, 'GET', path)).body;

/** The address of a page; those that stand for something made by the tests before are looked up. */
async function address(page, name) {
  if (name === 'chat') return `/c/${(await first(page, '/api/v1/chats/search?text=overlapping&page=1'))[0].id}`;
  if (!name.startsWith('flow')) return name;
  const { id } = (await first(page, '/api/v1/workflows')).workflows.find((f) => f.name === 'Support triage');
  if (name === 'flow-run') return `/workflows/runs/${(await first(page, `/api/v1/workflows/${id}/runs`)).runs.at(-1).id}`;
  return `/workflows/${id}${name.slice('flow'.length)}`;
}

for (const colorScheme of ['light', 'dark']) {
  test(`no serious accessibility fault on any page (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const found = [];
    for (const name of PAGES) {
      const path = await address(page, name);
      await open(page, path);
      await page.locator('main h1:visible, cf-message:visible').first().waitFor();
      await page.waitForTimeout(150);
      await picture(page, `page-${name.replace(/\W+/g, '-')}-${colorScheme}`);
      for (const fault of await faults(page)) found.push(`${path} ${fault}`);
    }
    check(!found.length, found.join('\n'));
  });

  test(`the colours have enough contrast (${colorScheme})`, async ({ page }) => {
    const weak = await weakPairs(page);
    check(!weak.length, weak.join('\n'));
  });
}

test('menus, dialogs and the palette have no serious fault either', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await open(page, '/');
  await page.locator('cf-model-picker button').first().click();
  const found = await faults(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('option').first().waitFor();
  found.push(...(await faults(page)));
  await page.keyboard.press('Escape');
  await open(page, '/admin/connections');
  await page.getByRole('button', { name: 'Add a connection' }).click();
  found.push(...(await faults(page)));
  await page.keyboard.press('Escape');
  check(!found.length, found.join('\n'));
});

test('nothing sticks out on a phone, and everything is reached', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const name of PAGES) {
      await open(page, await address(page, name));
      await page.locator('main h1:visible, cf-message:visible').first().waitFor();
      await page.waitForTimeout(150);
      await picture(page, `phone-${name.replace(/\W+/g, '-')}-${colorScheme}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.querySelector('main').scrollWidth > innerWidth);
      check(!wide, `${name} is wider than the phone`);
    }
  }
  await open(page, '/');
  await page.getByRole('button', { name: 'Show chats' }).click();
  await page.locator('.second.open .list-row').first().waitFor();
  await picture(page, 'phone-list');
  await page.locator('.second.open .list-row a').first().click();
  await page.locator('cf-message').first().waitFor();
  await until(async () => (await page.locator('.second.open').count()) === 0, 'the list to close');
  await page.setViewportSize({ width: 1440, height: 900 });
});

test('the browser had nothing to complain about all the way', async ({ page }) => {
  check(!page.noise.length, page.noise.join('\n'));
});
