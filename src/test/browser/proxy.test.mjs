// The panel of the proxy on its own port: figures, log, settings, and a stream that a change of settings leaves alone.
import { faults } from './accessible.mjs';
import { check, openTab, picture, test, until } from './harness.mjs';

const proxy = process.env.CARAFE_PROXY_URL;
const key = process.env.CARAFE_PROXY_KEY;
const VIEWS = ['dashboard', 'monitoring', 'config', 'logs'];
let panel;

const rail = (name) => panel.getByRole('navigation').getByRole('link', { name });
const chat = (text) => fetch(`${proxy}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'fake-writer', stream: true, messages: [{ role: 'user', content: text }] }) });

async function save() {
  // the words of the save before may still be on the page
  const saved = panel.waitForResponse((answer) => answer.request().method() === 'PUT');
  await panel.getByRole('button', { name: 'Save', exact: true }).click();
  check((await saved).ok(), `the settings were answered ${(await saved).status()}`);
  await panel.getByText('Saved. The settings hold').last().waitFor();
}

test('the panel asks for its key and refuses a wrong one', async ({ browser }) => {
  panel = await openTab(browser);
  await panel.goto(`${proxy}/`);
  await panel.getByRole('heading', { name: 'This needs the key of the panel' }).waitFor();
  check(new URL(panel.url()).pathname === '/admin', `the root leads to ${panel.url()}`);
  await picture(panel, 'panel-locked');
  await panel.locator('main').getByRole('button', { name: 'Unlock' }).click();
  const dialog = panel.getByRole('dialog');
  await dialog.getByLabel('Key of the panel').fill('not the key');
  await dialog.getByRole('button', { name: 'Unlock' }).click();
  await dialog.getByText('This is not the key.').waitFor();
  panel.noise.length = 0; // the browser tells of the 401 that was meant to come
  await dialog.getByLabel('Key of the panel').fill(key);
  await dialog.getByRole('button', { name: 'Unlock' }).click();
  await panel.getByText('Nothing has passed yet').waitFor();
  await picture(panel, 'panel-empty');
});

test('an upstream is set in the browser and used at once', async ({ upstream }) => {
  await rail('Settings').click();
  const field = panel.getByLabel('Upstream', { exact: true });
  await field.fill('ftp://nowhere');
  await panel.getByRole('button', { name: 'Save', exact: true }).click();
  await panel.getByRole('alert').waitFor();
  panel.noise.length = 0; // nor is the 422 a surprise
  await field.fill(upstream.url.replace(/\/v1$/, ''));
  await save();
  const models = await (await fetch(`${proxy}/v1/models`)).json();
  check(models.data?.length === 2, JSON.stringify(models));
});

test('a change of settings leaves a running stream alone', async () => {
  const stream = await chat('Now slow, please');
  const reader = stream.body.getReader();
  await reader.read();
  await panel.getByRole('button', { name: 'Add a header' }).click();
  await panel.getByLabel('Name', { exact: true }).fill('X-Team');
  await panel.getByLabel('Value', { exact: true }).fill('blue');
  await panel.getByLabel('Upstream', { exact: true }).fill('http://127.0.0.1:9');
  await save();
  await picture(panel, 'panel-settings');
  const refused = await fetch(`${proxy}/v1/models`);
  check(refused.status === 502 && (await refused.text()).startsWith('Upstream request failed'), `${refused.status} by the new upstream`);
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += new TextDecoder().decode(part.value);
  check(text.endsWith('data: [DONE]\n\n'), `the stream ended with ${JSON.stringify(text.slice(-80))}`);
});

test('the log shows requests as they come, filtered and paused', async ({ upstream }) => {
  await panel.getByLabel('Upstream', { exact: true }).fill(upstream.url.replace(/\/v1$/, ''));
  await save();
  await rail('Log').click();
  await panel.getByText('live', { exact: true }).waitFor();
  await fetch(`${proxy}/v1/models?of=the+log`);
  await panel.locator('.line', { hasText: 'GET v1/models 200' }).last().waitFor();
  await (await chat('fail')).text();
  await panel.getByLabel('Level').selectOption('ERROR');
  await until(async () => (await panel.locator('.line.bad').count()) > 0 && (await panel.locator('.line:not(.bad)').count()) === 0, 'errors alone');
  await panel.locator('.line details summary').last().click();
  await panel.getByText('The fake upstream fails as it was told to.').last().waitFor();
  await picture(panel, 'panel-log');
  await panel.getByRole('button', { name: 'Pause' }).click();
  const before = await panel.locator('.line').count();
  await (await chat('fail')).text();
  await panel.getByRole('button', { name: 'Go on (1 new)' }).click();
  await until(async () => (await panel.locator('.line').count()) > before, 'the line that was held back');
});

test('the figures count what passed and show the table behind a chart', async () => {
  await rail('Traffic').click();
  await until(async () => Number(await panel.locator('.tile strong').first().textContent()) >= 5, 'the requests to be counted');
  await panel.getByRole('button', { name: 'Table' }).first().click();
  await panel.locator('cf-chart table').waitFor();
  await panel.getByRole('button', { name: 'Try them' }).click();
  await panel.getByText(/answers \d+ in/).waitFor();
  await picture(panel, 'panel-traffic');
  await rail('Monitor').click();
  await panel.getByRole('button', { name: '5 min', exact: true }).click();
  await panel.getByText('HTTP 500').first().waitFor();
  await panel.getByPlaceholder('Part of a path').fill('nowhere');
  await panel.getByText('No errors here.').waitFor();
});

test('a restart keeps the panel and what it knows', async () => {
  await rail('Settings').click();
  await panel.getByRole('button', { name: 'Restart' }).click();
  await panel.getByRole('dialog').getByRole('button', { name: 'Restart' }).click();
  await panel.getByText('The proxy has begun anew.').waitFor();
  await rail('Traffic').click();
  await until(async () => Number(await panel.locator('.tile strong').first().textContent()) >= 5, 'the requests of before');
});

test('the panel can be installed', async () => {
  const link = await panel.locator('link[rel=manifest]').getAttribute('href');
  const manifest = await (await fetch(new URL(link, panel.url()))).json();
  check(manifest.start_url === '/admin' && manifest.display === 'standalone', JSON.stringify(manifest));
  for (const icon of manifest.icons) {
    const answer = await fetch(new URL(icon.src, panel.url()));
    check(answer.ok && answer.headers.get('content-type').startsWith(icon.type), `${icon.src} answers ${answer.status}`);
  }
});

test('the panel is accessible in both themes and fits a phone', async () => {
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    await panel.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const [width, height, what] of [[1440, 900, 'page'], [390, 844, 'phone']]) {
      await panel.setViewportSize({ width, height });
      for (const view of VIEWS) {
        await panel.goto(`${proxy}/admin/${view}`);
        await panel.locator('main h1:visible').waitFor();
        await panel.waitForTimeout(400);
        await picture(panel, `${what}-panel-${view}-${colorScheme}`);
        for (const fault of await faults(panel)) found.push(`${view} ${fault}`);
        const wide = await panel.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.querySelector('main').scrollWidth > innerWidth);
        if (wide) found.push(`${view} is wider than ${width} px`);
      }
    }
  }
  check(!found.length, found.join('\n'));
});

test('the panel is locked again, and nothing was complained about', async () => {
  await panel.setViewportSize({ width: 1440, height: 900 });
  await panel.getByRole('button', { name: 'Lock', exact: true }).click();
  await panel.getByRole('button', { name: 'Unlock' }).first().waitFor();
  check((await panel.evaluate(() => localStorage.getItem('dashboard_api_key'))) === null, 'the key is forgotten');
  check(!panel.noise.length, panel.noise.join('\n'));
  await panel.context().close();
});
