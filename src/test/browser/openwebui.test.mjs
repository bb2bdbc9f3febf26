// What people do with Open WebUI's front end, against Carafe. Each step ends with a look at what the server kept.
import { check, openTab, picture, test, until, url } from './harness.mjs';
import { answered, api, chatId, lastAnswer, real, say, stop } from './openwebui-steps.mjs';
import { ADMIN } from './steps.mjs';

/** It is drawn closed in a fresh browser. */
async function openSidebar(page) {
  const bar = page.locator('#sidebar');
  if ((await bar.boundingBox()).width < 150) await page.getByRole('button', { name: /Open Sidebar/ }).first().click();
  await until(async () => (await bar.boundingBox()).width > 150, 'the sidebar to open');
}

test('signs up as the first administrator', async ({ page, upstream }) => {
  await page.getByRole('button', { name: 'Get started' }).click();
  await page.locator('#name').fill(ADMIN.name);
  await page.locator('#email').fill(ADMIN.email);
  await page.locator('#password').fill(ADMIN.password);
  await picture(page, 'ow-sign-up');
  await page.locator('button[type=submit]').click();
  await page.getByRole('dialog').getByRole('button', { name: /Let's Go/ }).click(); // what is new
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator('#chat-input').waitFor();
  const made = await api(page, 'POST', '/api/v1/connections', { kind: 'openai', name: 'Fake', url: upstream.url, key: '' });
  check(made.status < 300, `the connection was refused: ${JSON.stringify(made)}`);
  await until(async () => (await api(page, 'GET', '/api/models?refresh=true')).body.data.length === 2, 'two models');
  await page.reload();
  await page.locator('#chat-input').waitFor();
  await page.getByText('fake-writer').first().waitFor();
  await picture(page, 'ow-start');
});

test('chats with a streamed answer, gets a title and follow-ups', async ({ page }) => {
  await say(page, 'Where do slow rivers end?');
  await until(async () => (await lastAnswer(page).innerText()).includes('sorting first'), 'the beginning of the answer');
  check(await stop(page).count(), 'no button Stop while the answer grows');
  await picture(page, 'ow-growing');
  await answered(page);
  await until(async () => page.url().includes('/c/'), 'the address of the chat');
  await page.getByText('Why is the sea salty?').waitFor();
  await openSidebar(page);
  await until(async () => (await page.locator('#sidebar').innerText()).includes('Rivers and seas'), 'the title in the sidebar');
  await picture(page, 'ow-answered');
  const { body } = await api(page, 'GET', `/api/v1/chats/${chatId(page)}`);
  check(body.title === 'Rivers and seas', `title: ${body.title}`);
  check(body.chat.messages.length === 2 && body.chat.messages[1].done, 'the stored chat is not whole');
  check(body.chat.messages[1].followUps.length === 2, 'no follow-ups were kept');
});

test('a second tab sees the answer grow, and Stop keeps what is there', async ({ page, browser }) => {
  const other = await openTab(browser, { storageState: await page.context().storageState() });
  await other.goto(page.url());
  await other.getByText('Why is the sea salty?').waitFor();
  await say(page, 'Tell me slow many things');
  await until(async () => (await lastAnswer(other).innerText()).includes('word3'), 'the answer in the second tab');
  await stop(page).click();
  await until(async () => (await stop(page).count()) === 0, 'Stop to go');
  const id = chatId(page);
  const kept = (await api(page, 'GET', `/api/v1/chats/${id}`)).body.chat.messages.at(-1);
  check(kept.content.includes('word3') && !kept.content.includes('word599'), 'the text was not kept, or ran on');
  check(kept.done, 'the stored answer is not done');
  check((await api(page, 'GET', `/api/tasks/chat/${id}`)).body.task_ids.length === 0, 'something still runs');
  await until(async () => (await stop(other).count()) === 0, 'Stop to go in the second tab');
  check(!other.noise.filter(real).length, `the console of the second tab: ${other.noise.filter(real).join('\n')}`);
  await other.context().close();
});

test('regenerates an answer and keeps both', async ({ page }) => {
  await page.goto(`${url}/`);
  await page.locator('#chat-input').waitFor();
  await say(page, 'Where do rivers begin?');
  await answered(page);
  await until(async () => page.url().includes('/c/'), 'the address of the chat');
  await page.locator('[aria-label=Regenerate]:visible').last().click();
  await page.getByText('Try Again').click({ timeout: 3000 }).catch(() => undefined);
  await page.getByText('2/2').waitFor();
  await answered(page);
  await picture(page, 'ow-regenerated');
  const { messages } = (await api(page, 'GET', `/api/v1/chats/${chatId(page)}`)).body.chat.history;
  const question = Object.values(messages).find((m) => m.role === 'user');
  check(question.childrenIds.length === 2, `${question.childrenIds.length} answers are stored`);
});

test('edits the question into a branch of its own, also after a reload', async ({ page }) => {
  await page.locator('.user-message').last().hover();
  await page.locator('.edit-user-message-button').last().click();
  const editor = page.locator('textarea[id^=message-edit]');
  await editor.fill('Where do lakes begin?');
  await page.getByRole('button', { name: 'Send' }).last().click();
  await until(async () => (await page.locator('.user-message').last().innerText()).includes('lakes'), 'the edited question');
  await answered(page);
  await page.reload();
  await until(async () => (await page.locator('.user-message').last().innerText()).includes('lakes'), 'the branch after the reload');
  await answered(page);
  const { messages } = (await api(page, 'GET', `/api/v1/chats/${chatId(page)}`)).body.chat.history;
  check(Object.values(messages).filter((m) => m.parentId === null).length === 2, 'there are not two branches');
  await picture(page, 'ow-branch');
});

test('thoughts are drawn, and again after a reload', async ({ page }) => {
  await say(page, 'Please think');
  await answered(page);
  await page.getByText(/Thought for (less than a second|\d+ seconds?)/).last().waitFor();
  await page.reload();
  await answered(page);
  await page.getByText(/Thought for/).last().waitFor();
});

test('an upstream that fails or breaks off says so', async ({ page }) => {
  await say(page, 'Now fail');
  await page.getByText('fails as it was told to').last().waitFor();
  await say(page, 'and cut it');
  await until(async () => (await stop(page).count()) === 0, 'Stop to go');
  await picture(page, 'ow-failed');
  const last = (await api(page, 'GET', `/api/v1/chats/${chatId(page)}`)).body.chat.messages.at(-1);
  check(last.error && last.content.length > 10, 'the broken answer has no error or no text');
  await page.reload();
  await page.locator('#chat-input').waitFor();
});

test('folders, search, archive and share', async ({ page }) => {
  const id = chatId(page);
  await openSidebar(page);
  const folder = (await api(page, 'POST', '/api/v1/folders/', { name: 'Geography' })).body;
  await api(page, 'POST', `/api/v1/chats/${id}/folder`, { folder_id: folder.id });
  await page.reload();
  await page.locator('#sidebar').getByText('Folders', { exact: true }).click(); // the section is closed at first
  await page.locator('#sidebar').getByText('Geography').waitFor();
  await picture(page, 'ow-folder');
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Search').last().fill('lakes');
  await page.locator('[role=dialog], .modal').getByText('Rivers and seas').first().waitFor();
  await picture(page, 'ow-search');
  await page.keyboard.press('Escape');
  const share = (await api(page, 'POST', `/api/v1/chats/${id}/share`)).body.share_id;
  await page.goto(`${url}/s/${share}`);
  await page.locator('.chat-assistant').last().waitFor();
  await picture(page, 'ow-shared');
  await page.goto(`${url}/`);
  await page.locator('#chat-input').waitFor();
  await api(page, 'POST', `/api/v1/chats/${id}/archive`);
  check((await api(page, 'GET', '/api/v1/chats/archived?page=1')).body.some((c) => c.id === id), 'it is not archived');
});

test('a temporary chat is answered and not kept', async ({ page }) => {
  const before = (await api(page, 'GET', '/api/v1/chats/?include_folders=true')).body.length;
  await page.goto(`${url}/?temporary-chat=true`);
  await page.locator('#chat-input').waitFor();
  await say(page, 'Between us');
  await answered(page);
  check((await api(page, 'GET', '/api/v1/chats/?include_folders=true')).body.length === before, 'it was kept');
});

test('the console stayed clean', async ({ page }) => {
  check(!page.noise.filter(real).length, page.noise.filter(real).join('\n'));
});
