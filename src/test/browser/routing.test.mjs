// Administration: at which servers a model is called.
import { faults } from './accessible.mjs';
import { check, picture, test, until } from './harness.mjs';
import { call, open } from './steps.mjs';

const row = (page, name) => page.locator('li.connection', { has: page.getByText(name, { exact: true }) });
const dialog = (page) => page.getByRole('dialog');
const ids = async (page) => (await call(page, 'GET', '/api/models')).body.data.map((m) => m.id);

test('every model says where it is called', async ({ page }) => {
  await open(page, '/admin/routing');
  await row(page, 'fake-other').getByText('automatic').waitFor();
  await row(page, 'fake-other').getByText('well').waitFor();
});

test('a new name is routed to a server, and mistakes are named', async ({ page }) => {
  await page.getByRole('button', { name: 'Route a new name' }).click();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).getByText('Give the model a name.').waitFor();
  await page.fill('#r-model', 'team/shaky');
  await page.fill('#r-upstream-0', 'fake-writer');
  await page.fill('#r-weight-0', 'much');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).getByText('A whole number from 0 to 1000').waitFor();
  await page.fill('#r-weight-0', '1');
  const found = await faults(page);
  check(!found.length, found.join('\n'));
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await row(page, 'team/shaky').getByText('set by hand').waitFor();
  await until(async () => (await ids(page)).includes('team/shaky'), 'the new name to be offered');
});

test('a second server is added by keyboard, and one that fails is passed over', async ({ page }) => {
  const dead = (await call(page, 'POST', '/api/v1/connections', { kind: 'openai', name: 'Dead server', url: 'http://127.0.0.1:9/v1' })).body;
  await page.reload();
  await page.getByRole('button', { name: 'Edit the routes of team/shaky' }).focus();
  await page.keyboard.press('Enter');
  await page.fill('#r-priority-0', '1');
  await dialog(page).getByRole('button', { name: 'Add a server' }).focus();
  await page.keyboard.press('Enter');
  await page.selectOption('#r-server-1', { label: 'Dead server' });
  await page.fill('#r-upstream-1', 'fake-writer');
  await picture(page, 'routing-edit');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await row(page, 'team/shaky').getByText('Dead server').waitFor();
  for (let i = 0; i < 3; i++) {
    const answer = await call(page, 'POST', '/api/chat/completions', { model: 'team/shaky', stream: false, messages: [{ role: 'user', content: 'hello' }] });
    check(answer.status === 200, JSON.stringify(answer));
  }
  await row(page, 'team/shaky').getByText(/passed over|the next call tries it/).waitFor();
  await page.getByRole('region', { name: 'Calls that needed more than one try' }).getByText('upstream_unreachable').first().waitFor();
  await picture(page, 'routing');
  await call(page, 'DELETE', `/api/v1/connections/${dead.id}`);
});

test('routes are given back', async ({ page }) => {
  await page.getByRole('button', { name: 'Edit the routes of team/shaky' }).click();
  await dialog(page).getByRole('button', { name: 'Back to automatic' }).click();
  await until(async () => (await row(page, 'team/shaky').count()) === 0, 'the name to go');
  check(!(await ids(page)).includes('team/shaky'), 'nobody offers it');
});
