// Things that go wrong: the model, the server, the session.
import { check, openTab, picture, test, until, url } from './harness.mjs';
import { ADMIN, answered, ask, call, chooseModel, lastAnswer, newChat, open, say } from './steps.mjs';

test('a failing model: what happened, what it means, what to do', async ({ page }) => {
  await open(page, '/');
  await chooseModel(page, 'fake-writer');
  await ask(page, 'Please fail now');
  const problem = lastAnswer(page).locator('.problem');
  await problem.getByText('The answer could not be finished').waitFor();
  await problem.getByText('Your message is saved').waitFor();
  await problem.getByRole('link', { name: 'Open connections' }).waitFor();
  await picture(page, 'model-failed');
  await problem.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.figures', { hasText: '2/2' }).waitFor();
  await answered(page);
});

test('an answer that is cut keeps what came', async ({ page }) => {
  await newChat(page);
  await ask(page, 'Now cut it');
  await lastAnswer(page).locator('.problem').waitFor();
  check((await lastAnswer(page).locator('.prose').innerText()).includes('Merging'), 'the beginning is kept');
});

test('a lost server: a banner, nothing typed lost, and back by itself', async ({ browser, page }) => {
  const tab = await openTab(browser, { storageState: await page.context().storageState() });
  await open(tab, '/');
  await tab.locator('cf-empty-chat h1').waitFor();
  await tab.context().setOffline(true);
  await tab.fill('#ask', 'typed while the server is away');
  await tab.keyboard.press('Enter');
  await tab.getByText('Carafe does not answer.').waitFor();
  check((await tab.inputValue('#ask')) === 'typed while the server is away', 'the text is kept');
  await picture(tab, 'offline');
  await tab.context().setOffline(false);
  await until(async () => (await tab.getByText('Carafe does not answer.').count()) === 0, 'the banner to go by itself', 40_000);
  await say(tab, 'typed while the server is away');
  await answered(tab);
  await tab.context().close();
});

test('an ended session asks to sign in again and then sends what was written', async ({ browser }) => {
  const tab = await openTab(browser);
  await tab.goto(url);
  await tab.fill('#in-email', ADMIN.email);
  await tab.fill('#in-password', ADMIN.password);
  await tab.getByRole('button', { name: 'Sign in', exact: true }).click();
  await tab.locator('cf-empty-chat h1').waitFor();
  await tab.locator('.list-row').first().waitFor(); // nothing else is on its way that would notice first
  await tab.context().clearCookies();
  await tab.fill('#ask', 'Sent after signing in again');
  await tab.keyboard.press('Enter');
  await tab.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
  await picture(tab, 'session-ended');
  await tab.getByRole('dialog').locator('#in-password').fill(ADMIN.password);
  await tab.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click();
  await tab.locator('.bubble', { hasText: 'Sent after signing in again' }).waitFor();
  await answered(tab);
  await tab.context().close();
});

test('a wrong password at the door is told in words', async ({ browser }) => {
  const tab = await openTab(browser);
  await tab.goto(url);
  await tab.fill('#in-email', ADMIN.email);
  await tab.fill('#in-password', 'wrong wrong wrong');
  await tab.getByRole('button', { name: 'Sign in', exact: true }).click();
  await tab.locator('.form-failure').waitFor();
  await picture(tab, 'wrong-password');
  await tab.context().close();
});

test('two messages at once: the second is refused and stays in its box', async ({ page }) => {
  await newChat(page);
  await say(page, 'Keep going, slow');
  const chat = page.url().split('/').pop();
  const other = await call(page, 'POST', '/api/v1/chats/turns', { chat_id: chat, parent_id: null, model: 'fake-writer', content: 'me too' });
  check(other.status === 409, `status ${other.status}`);
  page.noise = page.noise.filter((line) => !/409/.test(line));
  await page.getByRole('button', { name: 'Stop' }).click();
  await answered(page);
});

test('a chat of 2,000 messages opens at once and shows older ones while scrolling up', async ({ page }) => {
  const messages = {};
  for (let i = 0; i < 2000; i++) {
    messages[`m${i}`] = { id: `m${i}`, parentId: i ? `m${i - 1}` : null, childrenIds: i < 1999 ? [`m${i + 1}`] : [], role: i % 2 ? 'assistant' : 'user',
      content: `Message ${i} with **some** words and \`code\`.`, timestamp: 1_700_000_000 + i, done: true, ...(i % 2 && { model: 'fake-writer' }) };
  }
  const made = await call(page, 'POST', '/api/v1/chats/new', { chat: { title: 'Two thousand', models: ['fake-writer'], history: { currentId: 'm1999', messages } } });
  if (made.status !== 200) return console.log(`        skipped: POST /api/v1/chats/new answers ${made.status}`);
  await open(page, '/');
  await page.locator('.list-row', { hasText: 'Two thousand' }).waitFor();
  const took = await page.evaluate(async () => {
    const start = performance.now();
    [...document.querySelectorAll('.list-row a')].find((a) => a.textContent.includes('Two thousand')).click();
    while (!document.querySelector('cf-message:last-child')?.textContent.includes('Message 1999')) await new Promise(requestAnimationFrame);
    return performance.now() - start;
  });
  console.log(`        opened in ${took.toFixed(0)} ms`);
  check((await page.locator('cf-message').count()) <= 60, 'only the newest are drawn');
  await page.locator('.thread').evaluate((t) => { t.scrollTop = 0; });
  await until(async () => (await page.locator('cf-message').count()) > 60, 'older messages');
});
