// The column of chats and the palette.
import { check, picture, test, until } from './harness.mjs';
import { ask, newChat, open } from './steps.mjs';

test('a chat is renamed in place', async ({ page }) => {
  await newChat(page);
  await ask(page, 'What is a zebra crossing');
  const row = page.locator('.list-row.open');
  await row.hover();
  await row.locator('cf-menu button').first().click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.locator('.list-rename').fill('Stripes on the road');
  await page.keyboard.press('Enter');
  await page.locator('.list-row', { hasText: 'Stripes on the road' }).waitFor();
  await page.reload();
  await page.locator('.list-row', { hasText: 'Stripes on the road' }).waitFor();
  await until(async () => (await page.title()).startsWith('Stripes on the road'), 'the title of the page');
});

test('search finds titles and words of messages', async ({ page }) => {
  const search = page.getByRole('searchbox', { name: 'Search chats' });
  await search.fill('stripes');
  await until(async () => (await page.locator('.list-row').count()) === 1, 'one chat by its title');
  await search.fill('zebra');
  await page.locator('.list-row', { hasText: 'Stripes on the road' }).waitFor();
  await search.fill('nothing has this word xyzzy');
  await page.getByText('No chat contains').waitFor();
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await until(async () => (await page.locator('.list-row').count()) > 2, 'all chats');
});

test('a deleted chat can be taken back', async ({ page }) => {
  await page.locator('.list-row', { hasText: 'Stripes on the road' }).locator('a').click();
  await page.locator('.bubble', { hasText: 'zebra' }).waitFor();
  await page.locator('.conv-head cf-menu button').click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByText('is deleted').waitFor();
  check((await page.locator('.list-row', { hasText: 'Stripes on the road' }).count()) === 0, 'gone from the list');
  await picture(page, 'deleted');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator('.bubble', { hasText: 'zebra' }).waitFor();
  await page.locator('.list-row', { hasText: 'Stripes on the road' }).waitFor();
});

test('a draft survives a reload and belongs to its chat', async ({ page }) => {
  await page.fill('#ask', 'half a thought');
  await page.reload();
  await until(async () => (await page.inputValue('#ask')) === 'half a thought', 'the draft');
  await newChat(page);
  check((await page.inputValue('#ask')) === '', 'a new chat has no draft');
  await page.goBack();
  await until(async () => (await page.inputValue('#ask')) === 'half a thought', 'the draft again');
  await page.fill('#ask', '');
});

test('the palette finds pages and chats', async ({ page }) => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('zebra');
  await page.getByRole('option', { name: /Stripes on the road/ }).waitFor();
  await picture(page, 'palette');
  await page.getByRole('combobox').fill('appearance');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Appearance' }).waitFor();
  await page.goBack();
  await page.locator('.bubble', { hasText: 'zebra' }).waitFor();
});

test('the list goes on while it is scrolled', async ({ page }) => {
  const made = await page.evaluate(async () => {
    const answers = await Promise.all(Array.from({ length: 70 }, (_, i) => fetch('/api/v1/chats/new', { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ chat: { title: `Filler ${i}`, models: [], history: { currentId: null, messages: {} } } }) })));
    return answers.filter((a) => a.ok).length;
  });
  check(made === 70, `${made} of 70 chats made`);
  await page.reload();
  const rows = page.locator('.list-row');
  await rows.first().waitFor();
  await until(async () => {
    await page.locator('.list-rows').evaluate((list) => { list.scrollTop = list.scrollHeight; });
    return (await rows.count()) >= 75;
  }, 'the second page');
});

test('? shows the keys', async ({ page }) => {
  await page.locator('.thread').click();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
});

test('an address without a chat says so', async ({ page }) => {
  await open(page, '/c/00000000-0000-0000-0000-000000000000');
  await page.getByRole('heading', { name: 'There is nothing at this address' }).waitFor();
  await picture(page, 'nothing-here');
  page.noise = page.noise.filter((line) => !/40[14]/.test(line)); // the browser reports the expected refusal
});
