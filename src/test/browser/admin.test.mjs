// Administration, and the account that waits.
import { check, openTab, picture, test, until, url } from './harness.mjs';
import { ADMIN, call, open, signUp } from './steps.mjs';

const GRACE = { name: 'Grace Hopper', email: 'grace@example.org', password: 'nanoseconds matter' };
let second;

test('sign-up can be opened with a role for new accounts', async ({ page }) => {
  await open(page, '/admin/signup');
  await page.selectOption('#s-role', 'pending');
  const box = page.getByRole('checkbox', { name: /Anybody who reaches/ });
  await box.check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await picture(page, 'admin-signup');
  const config = await call(page, 'GET', '/api/v1/auths/admin/config');
  check(config.body.DEFAULT_USER_ROLE === 'pending' && config.body.ENABLE_SIGNUP === true, JSON.stringify(config.body));
});

test('a second account waits and is told whom to ask', async ({ browser }) => {
  second = await openTab(browser);
  await second.goto(url);
  await second.getByRole('button', { name: 'Create an account' }).click();
  await signUp(second, GRACE);
  await second.getByRole('heading', { name: 'Almost there' }).waitFor();
  await second.getByText(ADMIN.email).waitFor();
  await picture(second, 'pending');
});

test('the administrator finds the account and lets it in', async ({ page }) => {
  await open(page, '/admin/users');
  await page.getByRole('searchbox', { name: 'Search users' }).fill('grace');
  await until(async () => (await page.locator('tbody tr').count()) === 1, 'one row');
  await page.getByRole('button', { name: 'Let in' }).click();
  await page.getByText('Grace Hopper is now: user.').waitFor();
  await picture(page, 'admin-users');
  await second.getByRole('button', { name: 'Check now' }).click();
  await second.locator('.frame').waitFor();
  check((await second.getByRole('link', { name: 'Admin' }).count()) === 0, 'no administration for users');
});

test('a user sees neither the pages nor the chats of others', async () => {
  await second.goto(`${url}/admin/users`);
  await second.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
  check(!(await call(second, 'GET', '/api/v1/chats/?page=1')).body.length, 'no chats of somebody else');
});

test('a user is added by hand and deleted with what goes named', async ({ page }) => {
  await open(page, '/admin/users');
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.fill('#n-name', 'Alan Turing');
  await page.fill('#n-email', 'alan@example.org');
  await page.fill('#n-pw', 'enigma enigma');
  await page.getByRole('dialog').getByRole('button', { name: 'Add a user' }).click();
  await page.locator('tr', { hasText: 'alan@example.org' }).waitFor();
  await page.getByRole('button', { name: 'Actions for Alan Turing' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByText('all its chats, its settings and its API key').waitFor();
  await picture(page, 'delete-user');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await until(async () => (await page.locator('tr', { hasText: 'alan@example.org' }).count()) === 0, 'the row to go');
});

test('the models page names the command for a local model', async ({ page }) => {
  await open(page, '/admin/models');
  await page.locator('.command code', { hasText: 'model add' }).waitFor();
  await page.locator('td', { hasText: 'fake-writer' }).waitFor();
  await picture(page, 'admin-models');
});

test('the second account signs out', async () => {
  await second.goto(url);
  await second.getByRole('button', { name: /^Account/ }).click();
  await second.getByRole('menuitem', { name: 'Sign out' }).click();
  await second.getByRole('heading', { name: 'Sign in to Carafe' }).waitFor();
  await picture(second, 'sign-in');
  check(!second.noise.length, second.noise.join('\n'));
  await second.context().close();
});
