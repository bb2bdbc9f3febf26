// The conversation: streaming, stopping, branches, reload.
import { check, picture, test, until } from './harness.mjs';
import { answered, ask, lastAnswer, newChat, say } from './steps.mjs';

test('an answer streams in as Markdown, with coloured code and a table', async ({ page }) => {
  await newChat(page);
  await ask(page, 'Merge overlapping intervals, please');
  const answer = lastAnswer(page);
  await answer.locator('.prose strong', { hasText: 'sorting first' }).waitFor();
  check((await answer.locator('.prose ol li').count()) === 3, 'three list items');
  await answer.locator('figure.code', { hasText: 'python' }).waitFor();
  await until(async () => (await answer.locator('.hljs-keyword').count()) > 2, 'coloured code');
  check((await answer.locator('.table-box td').count()) === 4, 'a table');
  check((await answer.locator('input[type=checkbox][checked]').count()) === 1, 'a ticked task');
  await picture(page, 'answer');
});

test('what a model writes cannot run, track or lead astray', async ({ page }) => {
  const answer = lastAnswer(page);
  check((await page.evaluate(() => window.hacked)) === undefined, 'script ran');
  check((await answer.locator('.prose img, .prose script, .prose [onerror]').count()) === 0, 'unsafe elements');
  check((await answer.locator('a[href^="javascript"]').count()) === 0, 'a javascript link');
  const link = answer.getByRole('link', { name: 'safe', exact: true });
  check((await link.getAttribute('rel')).includes('noopener') && (await link.getAttribute('target')) === '_blank', 'link attributes');
});

test('the chat has an address and the page a title', async ({ page }) => {
  check(/\/c\/[\w-]+$/.test(page.url()), page.url());
  await page.locator('.list-row.open').waitFor();
  await until(async () => (await page.title()).includes('· Carafe'), 'the title');
});

test('reload finds the chat as it was', async ({ page }) => {
  const before = await lastAnswer(page).locator('.prose').innerText();
  await page.reload();
  await lastAnswer(page).locator('.prose strong').first().waitFor();
  check((await lastAnswer(page).locator('.prose').innerText()) === before, 'the same answer');
});

test('a running answer can be stopped, and says so', async ({ page }) => {
  await say(page, 'Now slow, please');
  await until(async () => (await lastAnswer(page).locator('.prose').innerText()).length > 20, 'the first words');
  await picture(page, 'streaming');
  await page.getByRole('button', { name: 'Stop' }).click();
  await answered(page);
  await lastAnswer(page).getByText('Stopped here.').waitFor();
  check((await lastAnswer(page).locator('.prose').innerText()).length > 10, 'what came is kept');
});

test('Escape stops as well', async ({ page }) => {
  await say(page, 'Again slow, please');
  await until(async () => (await lastAnswer(page).locator('.prose').innerText()).length > 5, 'the first words');
  await page.keyboard.press('Escape');
  await lastAnswer(page).getByText('Stopped here.').waitFor();
});

test('a reload in mid-answer shows the rest of it', async ({ page }) => {
  await say(page, 'One more, slow, and I reload');
  await until(async () => (await lastAnswer(page).locator('.prose').innerText()).length > 20, 'the first words');
  await page.reload();
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  const some = (await lastAnswer(page).locator('.prose').innerText()).length;
  await until(async () => (await lastAnswer(page).locator('.prose').innerText()).length > some + 10, 'more words');
  await page.getByRole('button', { name: 'Stop' }).click();
  await answered(page);
});

test('answering again makes a second version to switch between', async ({ page }) => {
  await newChat(page);
  await ask(page, 'Tell me about intervals');
  await page.getByRole('button', { name: 'Answer again' }).last().click();
  await page.locator('.figures', { hasText: '2/2' }).waitFor();
  await answered(page);
  await page.getByRole('button', { name: 'Previous version' }).click();
  await page.locator('.figures', { hasText: '1/2' }).waitFor();
});

test('an edited message becomes a new branch; the old one stays', async ({ page }) => {
  await page.locator('cf-message').first().hover();
  await page.getByRole('button', { name: 'Edit' }).first().click();
  await page.locator('.edit-box').fill('Tell me about trees');
  await page.getByRole('button', { name: 'Send as a new version' }).click();
  await page.locator('.bubble', { hasText: 'about trees' }).waitFor();
  await answered(page);
  await page.getByRole('button', { name: 'Previous version' }).first().click();
  await page.locator('.bubble', { hasText: 'about intervals' }).waitFor();
  await page.reload();
  await page.locator('.bubble', { hasText: 'about intervals' }).waitFor();
});

test('thoughts are folded away', async ({ page }) => {
  await ask(page, 'Please think about it');
  const thoughts = lastAnswer(page).locator('details.thoughts');
  await thoughts.waitFor();
  check(!(await thoughts.evaluate((d) => d.open)), 'folded');
  await thoughts.locator('summary').click();
  await thoughts.getByText('First I look at the question').waitFor();
});

test('the view follows a fast answer only while the reader is at its end', async ({ page }) => {
  await newChat(page);
  await say(page, 'Give me many words');
  const thread = page.locator('.thread');
  const fromEnd = () => thread.evaluate((t) => t.scrollHeight - t.scrollTop - t.clientHeight);
  await until(() => thread.evaluate((t) => t.scrollHeight > t.clientHeight + 200), 'a page that scrolls');
  check((await fromEnd()) < 60, 'follows');
  await thread.evaluate((t) => { t.scrollTop = 0; });
  await page.getByRole('button', { name: 'Jump to latest' }).waitFor();
  await answered(page);
  check((await thread.evaluate((t) => t.scrollTop)) < 50, 'stays where the reader is');
  await page.getByRole('button', { name: 'Jump to latest' }).click();
  await until(async () => (await fromEnd()) < 60, 'the end');
});

test('code and answers can be copied', async ({ page }) => {
  await newChat(page);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await ask(page, 'Code once more');
  await page.getByRole('button', { name: 'Copy the code' }).click();
  check((await page.evaluate(() => navigator.clipboard.readText())).startsWith('def merge'), 'the code');
  await lastAnswer(page).getByRole('button', { name: 'Copy', exact: true }).click();
  check((await page.evaluate(() => navigator.clipboard.readText())).startsWith('Merging intervals'), 'the answer as Markdown');
});
