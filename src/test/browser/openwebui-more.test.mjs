// What else people and administrators do with Open WebUI's front end, against Carafe. After each step the page is loaded
// anew: what is drawn then comes from the server.
import { check, openTab, picture, test, until, url } from './harness.mjs';
import { answered, api, chatId, real, say } from './openwebui-steps.mjs';
import { pdf } from './pdf.mjs';

const sidebar = (page) => page.locator('#sidebar');
const dialog = (page) => page.getByRole('dialog').last();

async function home(page) {
  await page.goto(`${url}/`);
  await page.locator('#chat-input').waitFor();
}

async function withSidebar(page) {
  if ((await sidebar(page).boundingBox()).width < 150) await page.getByRole('button', { name: /Open Sidebar/ }).first().click();
  await until(async () => (await sidebar(page).boundingBox()).width > 150, 'the sidebar to open');
}

/** The menu of the first chat of this title in the sidebar. */
async function chatMenu(page, title, item) {
  await withSidebar(page);
  const row = sidebar(page).locator('#sidebar-chat-group, [id^=sidebar-chat-group]').filter({ hasText: title }).first();
  await row.hover();
  await row.getByRole('button', { name: /Chat Menu/ }).click();
  await page.getByRole('menuitem', { name: item }).first().click();
}

test('uploads a PDF and asks about it', async ({ page }) => {
  await home(page);
  await page.locator('input[type=file]').first().setInputFiles({ name: 'birds.pdf', mimeType: 'application/pdf', buffer: pdf('The kestrel nests in May') });
  await page.getByText('birds.pdf').first().waitFor();
  const files = async () => (await api(page, 'GET', '/api/v1/files/')).body.items;
  await until(async () => (await files())[0]?.data.status === 'completed', 'the text of the PDF');
  await say(page, 'Please recite');
  await until(async () => (await page.locator('.chat-assistant').last().innerText()).includes('kestrel nests in May'), 'the text of the PDF in the answer');
  await answered(page);
  await page.reload();
  await page.getByText('birds.pdf').first().waitFor();
  await until(async () => (await page.locator('.chat-assistant').last().innerText()).includes('kestrel'), 'the answer after the reload');
  await picture(page, 'ow-pdf');
});

test('rates an answer, and administrators see the rating', async ({ page }) => {
  await home(page);
  await say(page, 'Where do rivers begin?');
  await answered(page);
  await until(async () => page.url().includes('/c/'), 'the address of the chat');
  await page.getByRole('button', { name: 'Good Response' }).last().click();
  await until(async () => (await api(page, 'GET', '/api/v1/evaluations/feedbacks/list?page=1')).body.total === 1, 'the rating');
  await page.reload();
  await answered(page);
  const kept = (await api(page, 'GET', `/api/v1/chats/${chatId(page)}`)).body.chat.messages.at(-1);
  check(kept.annotation?.rating === 1, `the rating is not in the chat: ${JSON.stringify(kept.annotation)}`);
  await page.goto(`${url}/admin/evaluations/feedback`);
  await page.getByText('Ada Lovelace').first().waitFor();
  await page.getByText('fake-writer').first().waitFor();
  await picture(page, 'ow-feedback');
});

test('makes a folder, shares, archives and finds chats', async ({ page, browser }) => {
  await home(page);
  await withSidebar(page);
  await page.getByRole('button', { name: 'New Folder' }).click();
  await dialog(page).getByRole('textbox', { name: 'Enter folder name' }).fill('Rivers');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await until(async () => (await api(page, 'GET', '/api/v1/folders/')).body.some((f) => f.name === 'Rivers'), 'the folder');
  await page.reload();
  await page.locator('#chat-input').waitFor();
  await withSidebar(page);
  const inFolder = sidebar(page).getByText('Rivers', { exact: true }).first();
  if (!(await inFolder.count())) await sidebar(page).getByText('Folders', { exact: true }).click(); // the section may be closed
  await inFolder.waitFor();

  await chatMenu(page, 'Rivers and seas', /Share/);
  await picture(page, 'ow-share');
  await dialog(page).getByRole('button', { name: /Create|Copy|Update/ }).last().click();
  await until(async () => (await api(page, 'GET', '/api/v1/chats/shared')).body.length > 0, 'the share');
  const share = (await api(page, 'GET', '/api/v1/chats/shared')).body[0].share_id;
  const other = await openTab(browser, { storageState: await page.context().storageState() });
  await other.goto(`${url}/s/${share}`);
  await other.locator('.chat-assistant').last().waitFor();
  check(!other.noise.filter(real).length, `the console of the shared page: ${other.noise.filter(real).join('\n')}`);
  await other.context().close();

  await home(page);
  const before = (await api(page, 'GET', '/api/v1/chats/archived/count')).body;
  await chatMenu(page, 'Rivers and seas', 'Archive');
  await until(async () => (await api(page, 'GET', '/api/v1/chats/archived/count')).body === before + 1, 'the chat to be archived');
  await page.reload();
  await page.locator('#chat-input').waitFor();
  await page.keyboard.press('Control+k');
  const find = page.getByRole('combobox', { name: 'Search your workspace' });
  await find.fill('recite');
  await dialog(page).getByText('Rivers and seas').first().waitFor();
  await picture(page, 'ow-found');
  await page.keyboard.press('Escape');
});

test('makes a model in the workspace and talks to it', async ({ page }) => {
  await page.goto(`${url}/workspace/models/create`);
  await page.getByRole('textbox', { name: 'Model Name' }).fill('Pirate');
  await page.getByRole('button', { name: 'Select a base model' }).click();
  await page.getByRole('listbox', { name: 'Available models' }).getByText('fake-writer').first().click();
  await page.getByRole('textbox', { name: 'System Prompt' }).fill('You are a pirate called Kestrel.');
  await page.getByRole('button', { name: 'Save & Create' }).click();
  await page.waitForURL('**/workspace/models');
  await page.reload();
  await page.getByText('Pirate', { exact: true }).first().waitFor();
  await picture(page, 'ow-model');
  await page.goto(`${url}/?models=pirate`);
  await page.locator('#chat-input').waitFor();
  await page.getByRole('button', { name: 'Selected model: Pirate' }).waitFor();
  await say(page, 'Please recite');
  await until(async () => (await page.locator('.chat-assistant').last().innerText()).includes('pirate called Kestrel'), 'the system prompt to arrive');
  await answered(page);
});

test('makes a prompt and calls it with its command', async ({ page }) => {
  await page.goto(`${url}/workspace/prompts/create`);
  await dialog(page).getByRole('textbox', { name: 'Prompt Name' }).fill('Greet');
  await dialog(page).getByRole('textbox', { name: 'Command' }).fill('greet');
  await dialog(page).getByRole('textbox', { name: 'Prompt Content' }).fill('Please recite this greeting of ours');
  await dialog(page).getByRole('button', { name: 'Save & Create' }).click();
  await until(async () => (await api(page, 'GET', '/api/v1/prompts/')).body.some((p) => p.command === 'greet'), 'the prompt');
  await page.goto(`${url}/workspace/prompts`);
  await page.getByText('/greet').first().waitFor();
  await picture(page, 'ow-prompt');
  await home(page);
  await page.locator('#chat-input').click();
  await page.keyboard.type('/greet');
  await page.getByText('Greet', { exact: true }).first().waitFor();
  await page.keyboard.press('Enter');
  await until(async () => (await page.locator('#chat-input').innerText()).includes('this greeting of ours'), 'the text of the prompt');
  await page.keyboard.press('Enter');
  await until(async () => (await page.locator('.chat-assistant').last().innerText()).includes('this greeting of ours'), 'the answer');
  await answered(page);
});

test('changes settings of one person', async ({ page }) => {
  await home(page);
  await page.getByRole('button', { name: /User Profile Menu|User menu/ }).first().click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await dialog(page).getByRole('textbox', { name: 'Enter system prompt here' }).fill('Always answer in rhyme.');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await until(async () => JSON.stringify((await api(page, 'GET', '/api/v1/users/user/settings')).body).includes('in rhyme'), 'the setting');
  await page.reload();
  await page.locator('#chat-input').waitFor();
  await say(page, 'Please recite');
  await until(async () => (await page.locator('.chat-assistant').last().innerText()).includes('answer in rhyme'), 'the system prompt to arrive');
  await answered(page);
});

test('an administrator adds, changes and removes accounts', async ({ page }) => {
  const people = async () => (await api(page, 'GET', '/api/v1/users/all')).body.users;
  await page.goto(`${url}/admin/users/overview`);
  await page.getByRole('button', { name: 'Add User' }).click();
  await dialog(page).getByRole('textbox', { name: 'Name', exact: true }).fill('Grace Hopper');
  await dialog(page).getByRole('textbox', { name: 'Email' }).fill('grace@example.org');
  await dialog(page).locator('input[type=password]').fill('correct horse battery');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await until(async () => (await people()).some((user) => user.name === 'Grace Hopper'), 'the account');
  await page.reload();
  const row = page.getByRole('row').filter({ hasText: 'Grace Hopper' });
  await row.waitFor();
  await picture(page, 'ow-users');
  await row.getByRole('button', { name: 'Edit User' }).click();
  await dialog(page).getByRole('textbox', { name: 'Name', exact: true }).fill('Grace M. Hopper');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await until(async () => (await people()).some((user) => user.name === 'Grace M. Hopper'), 'the new name');
  await page.reload();
  await page.getByRole('row').filter({ hasText: 'Grace M. Hopper' }).waitFor();
});

test('an administrator makes a group and sets permissions', async ({ page }) => {
  const groups = async () => (await api(page, 'GET', '/api/v1/groups/')).body;
  await page.goto(`${url}/admin/users/groups`);
  await page.getByRole('button', { name: 'New Group' }).click();
  await dialog(page).getByRole('textbox', { name: 'Group Name' }).fill('Pilots');
  await dialog(page).getByRole('button', { name: 'Permissions' }).click();
  await dialog(page).getByRole('switch', { name: 'Models Access' }).click();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await until(async () => (await groups()).some((group) => group.name === 'Pilots' && group.permissions.workspace?.models), 'the group');
  await page.reload();
  await page.getByText('Pilots').first().waitFor();
  await picture(page, 'ow-groups');
  await page.getByRole('button', { name: /Default permissions/ }).click();
  await dialog(page).getByRole('switch', { name: 'Allow Chat Delete' }).click();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await until(async () => (await api(page, 'GET', '/api/v1/users/default/permissions')).body.chat.delete === false, 'the permission');
  await page.reload();
  await page.getByRole('button', { name: /Default permissions/ }).click();
  const allowed = dialog(page).getByRole('switch', { name: 'Allow Chat Delete' });
  check((await allowed.getAttribute('aria-checked')) === 'false', 'the switch is on again after the reload');
  await page.keyboard.press('Escape');
});

test('an administrator switches a connection off and on', async ({ page }) => {
  const models = async () => (await api(page, 'GET', '/api/models')).body.data.length;
  await page.goto(`${url}/admin/settings/connections`);
  const on = dialog(page).getByRole('switch', { name: 'OpenAI API' });
  await on.click();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await until(async () => (await models()) === 0, 'no model');
  await page.goto(`${url}/admin/settings/connections`); // the address is the home page's once the dialog is drawn
  await until(async () => (await on.getAttribute('aria-checked')) === 'false', 'the switch to be off');
  await picture(page, 'ow-connections');
  await on.click();
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await until(async () => (await models()) >= 2, 'the models to come back');
});

test('nothing failed on the way', async ({ page }) => {
  const noise = page.noise.filter(real);
  check(!noise.length, `the console: ${noise.join('\n')}`);
  check(!page.failures.length, `requests: ${page.failures.join('\n')}`);
});
