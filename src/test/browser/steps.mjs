// What several tests do in the same way.
import { until, url } from './harness.mjs';

export const ADMIN = { name: 'Ada Lovelace', email: 'ada@example.org', password: 'correct horse battery' };

export async function signUp(page, { name, email, password }) {
  await page.fill('#in-name', name);
  await page.fill('#in-email', email);
  await page.fill('#in-password', password);
  await page.getByRole('button', { name: 'Create account' }).click();
}

export async function signIn(page, { email, password }) {
  await page.fill('#in-email', email);
  await page.fill('#in-password', password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export async function newChat(page) {
  await page.getByRole('link', { name: 'New chat' }).click();
  await page.locator('cf-empty-chat').waitFor();
}

/** Writes and sends; resolves when the server has accepted the message. */
export async function say(page, text) {
  const before = await page.locator('cf-message').count();
  await page.fill('#ask', text);
  await page.keyboard.press('Enter');
  await until(async () => (await page.locator('cf-message').count()) > before || (await page.locator('.composer-failure').count()), 'the message to be taken');
}

/** Resolves when no answer is coming in any more. */
export async function answered(page) {
  await page.getByRole('button', { name: 'Send' }).waitFor();
  await page.locator('cf-message:last-child .msg-actions').waitFor();
}

export async function ask(page, text) {
  await say(page, text);
  await answered(page);
}

export const lastAnswer = (page) => page.locator('cf-message').last();

export async function chooseModel(page, name) {
  await page.locator('cf-model-picker button').first().click();
  await page.getByRole('combobox', { name: 'Search models' }).fill(name);
  await page.keyboard.press('Enter');
  await until(async () => (await page.locator('.face-text').textContent()) === name, `the model ${name} to be chosen`);
}

/** A call to the API with the session of the tab. */
export const call = (page, method, path, body) => page.evaluate(async ([m, p, b]) => {
  const response = await fetch(p, { method: m, headers: b ? { 'content-type': 'application/json' } : {}, body: b ? JSON.stringify(b) : undefined });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}, [method, path, body]);

export const open = async (page, path) => {
  await page.goto(url + path);
  await page.locator('.frame').waitFor();
};
