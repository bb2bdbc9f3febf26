// What several tests of Open WebUI's front end do in the same way.
import { until, url } from './harness.mjs';

export const lastAnswer = (page) => page.locator('.chat-assistant').last();
export const stop = (page) => page.getByRole('button', { name: 'Stop' });
export const chatId = (page) => new URL(page.url()).pathname.split('/')[2];

const token = (page) => page.evaluate(() => localStorage.token);

export async function api(page, method, path, body) {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${await token(page)}`, 'content-type': 'application/json' },
    body: body ? JSON.stringify(body) : undefined,
  });
  return { status: response.status, body: await response.json().catch(() => null) };
}

export async function say(page, text) {
  await page.locator('#chat-input').click();
  await page.keyboard.insertText(text);
  await page.keyboard.press('Enter');
}

/** What the console says of errors, without pictures from other servers that answers of the fake upstream name. */
export const real = (line) => !/example\.org/.test(line);

/** Resolves when no answer is coming in any more. */
export async function answered(page, end = 'handles the empty list') {
  await until(async () => (await lastAnswer(page).innerText()).includes(end), `an answer with '${end}'`);
  await until(async () => (await stop(page).count()) === 0, 'the button Stop to go');
}
