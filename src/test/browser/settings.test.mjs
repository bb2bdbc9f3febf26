// Own settings.
import { check, picture, test, until } from './harness.mjs';
import { answered, call, newChat, open, say } from './steps.mjs';

test('the theme is chosen and stays after a reload', async ({ page }) => {
  await open(page, '/settings/look');
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole('radio', { name: 'Dark' }).check();
  await until(async () => (await ground()) !== light, 'the dark ground');
  await page.reload();
  await page.locator('.frame').waitFor();
  check((await ground()) !== light, 'still dark');
  await picture(page, 'settings-dark');
  await page.getByRole('radio', { name: 'As the system' }).check();
  await until(async () => (await ground()) === light, 'the light ground');
});

test('the language is chosen and stays after a reload', async ({ page }) => {
  await page.selectOption('#l-lang', 'zh-CN');
  await page.getByRole('heading', { name: '外观' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '外观' }).waitFor();
  await picture(page, 'chinese');
  await page.selectOption('#l-lang', 'en');
  await page.getByRole('heading', { name: 'Appearance' }).waitFor();
});

test('the name is changed', async ({ page }) => {
  await open(page, '/settings/profile');
  await page.fill('#p-name', 'Ada King');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.reload();
  await until(async () => (await page.inputValue('#p-name')) === 'Ada King', 'the new name');
});

test('numbers that make no sense are refused at the field', async ({ page }) => {
  await open(page, '/settings/answers');
  await page.fill('#a-temp', '7');
  await page.fill('#a-max', '-3');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('A number from 0 to 2.').waitFor();
  await page.getByText('A whole number above 0.').waitFor();
  await page.fill('#a-temp', '0.3');
  await page.fill('#a-max', '900');
  await page.fill('#a-system', 'Answer briefly.');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.reload();
  await until(async () => (await page.inputValue('#a-temp')) === '0.3', 'the stored number');
  await newChat(await backToChat(page));
  await say(page, 'With settings');
  await answered(page);
});

test('an API key is made, works, and is replaced', async ({ page }) => {
  await open(page, '/settings/access');
  await page.evaluate(() => document.querySelector('cf-settings').makeKey(false));
  await page.locator('.command code', { hasText: /^sk-\w{10}/ }).waitFor();
  const key = await page.locator('.command code').textContent();
  check((await models(page, key)) === 200, 'the key works');
  await page.getByRole('button', { name: 'Replace the key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Replace the key' }).click();
  await until(async () => (await page.locator('.command code').textContent()) !== key, 'another key');
  check((await models(page, key)) === 401, 'the old key no longer works');
  page.noise = page.noise.filter((line) => !/401/.test(line));
  await picture(page, 'api-key');
});

test('a wrong password is refused in words', async ({ page }) => {
  await page.fill('#w-now', 'not the password');
  await page.fill('#w-next', 'another good one');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.locator('.toast.bad').waitFor();
  page.noise = page.noise.filter((line) => !/40[013]/.test(line));
  check((await call(page, 'GET', '/api/v1/auths/')).status === 200, 'still signed in');
});

const backToChat = async (page) => {
  await open(page, '/');
  return page;
};

const models = (page, key) => page.evaluate(async (k) =>
  (await fetch('/v1/models', { headers: { authorization: `Bearer ${k}` }, credentials: 'omit' })).status, key);
