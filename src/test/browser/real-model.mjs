// A short walk with a real model: sign up, read a streamed answer, stop one, reload and find the chat.
import { check, openTab, picture, run, test, until, url } from './harness.mjs';
import { ADMIN, answered, lastAnswer, newChat, say, signUp } from './steps.mjs';

const LOADING = 120_000; // a model may have to be read from a slow disk first

test('a newcomer signs up and reads a streamed answer', async ({ page }) => {
  await signUp(page, ADMIN);
  await page.locator('cf-model-picker .tag', { hasText: 'local' }).waitFor();
  await say(page, 'What is the capital of France? Answer in one sentence.');
  await until(async () => (await lastAnswer(page).locator('.prose').innerText()).length > 10, 'the first words', LOADING);
  await page.getByRole('button', { name: 'Send' }).waitFor({ timeout: LOADING });
  await picture(page, 'real-answer');
});

// a model of random weights ends too soon to be stopped; the suite with the fake upstream stops one, too
const quick = Boolean(process.env.CARAFE_QUICK_MODEL);

if (!quick) test('an answer is stopped', async ({ page }) => {
  await newChat(page);
  await say(page, 'Write a very long story about a lighthouse, with many chapters.');
  await until(async () => (await lastAnswer(page).locator('.prose').innerText()).length > 30, 'the first words', LOADING);
  await page.getByRole('button', { name: 'Stop' }).click();
  await answered(page);
  await lastAnswer(page).getByText('Stopped here.').waitFor();
});

test('a reload finds the chat', async ({ page }) => {
  const before = await lastAnswer(page).locator('.prose').innerText();
  await page.reload();
  await until(async () => (await lastAnswer(page).locator('.prose').innerText()) === before, 'the same text');
  await until(async () => (await page.locator('.list-row').count()) === (quick ? 1 : 2), 'the chats in the list');
  check(!page.noise.length, page.noise.join('\n'));
});

await run(async (browser) => {
  const page = await openTab(browser);
  await page.goto(url);
  return { browser, page };
});
