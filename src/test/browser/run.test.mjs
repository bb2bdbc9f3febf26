// The Run page: programs in the sandbox, and what is shown when there is none.
import { check, openTab, picture, test, until, url } from './harness.mjs';
import { call, open } from './steps.mjs';

const editor = (page) => page.locator('cf-code-editor .cm-content');
const output = (page) => page.locator('.run-text');
const state = (page) => page.locator('.run-state');
const runButton = (page) => page.getByRole('button', { name: 'Run', exact: true });

async function write(page, text) {
  await editor(page).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

async function runs(page, text, tone) {
  await write(page, text);
  await page.keyboard.press('Control+Enter');
  await page.locator(`.run-state.${tone}`).waitFor();
}

/** The editor without its marks of empty lines. */
const code = (page) => editor(page).evaluate((e) => [...e.querySelectorAll('.cm-line')].map((l) => l.textContent).join('\n'));

const options = async (page) => {
  if (!(await page.locator('#r-stdin').isVisible())) await page.locator('.run-options summary').click();
};

/** Answers the next calls of `path` with what the test says instead of the server's. */
const answer = (page, path, status, body, headers = {}) => page.route(`**${path}`, (route) =>
  route.fulfill({ status, headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) }));

const refused = (status, codeName, message, details) => ({ error: { code: codeName, message, path: '/api/v1/code/execute', timestamp: 1, request_id: 'abcdef12', details } });

test('there is an engine to test with', async ({ page }) => {
  await until(async () => {
    const { checks } = await page.evaluate(async () => (await fetch('/health')).json());
    if (checks.container_pool.status !== 'healthy') throw new Error(checks.container_pool.details);
    return true;
  }, 'the container pool: the tests of the Run page need a container engine and its image (scripts/sandbox-image)', 60_000);
});

test('the administrator sees the containers and sets how often people may run code', async ({ page }) => {
  await open(page, '/admin/sandbox');
  await page.locator('.pool-figures').waitFor();
  await page.locator('td', { hasText: 'JavaScript' }).waitFor();
  await page.fill('#l-execute', 'often');
  const save = page.locator('form', { has: page.locator('#l-execute') }).getByRole('button', { name: 'Save' });
  await save.click();
  await page.getByText('A whole number, 0 or more').waitFor();
  for (const name of ['execute', 'pool_stats', 'global']) await page.fill(`#l-${name}`, '0');
  await save.click();
  await page.getByText('Saved.').waitFor();
  const limits = await call(page, 'GET', '/api/v1/sandbox/limits');
  check(limits.body.execute === 0 && limits.body.hint === 60, JSON.stringify(limits.body));
  await page.fill('#w-size', '2');
  await page.getByRole('button', { name: 'Prepare' }).click();
  await page.getByText('2 containers will be kept for 15 minutes.').waitFor();
  await picture(page, 'admin-sandbox');
});

test('the Run page offers an example that runs with one key', async ({ page }) => {
  await page.getByRole('link', { name: 'Run' }).click();
  await editor(page).waitFor();
  await picture(page, 'run-start');
  check((await code(page)).includes('Hello'), 'an example is there');
  await editor(page).click();
  await page.keyboard.press('Control+Enter');
  await until(async () => (await output(page).textContent()).includes('Hello 1') && (await state(page).textContent()).includes('Running'), 'output while it runs');
  await picture(page, 'run-running');
  await state(page).getByText('Finished').waitFor();
  check((await output(page).textContent()).includes('squares'), await output(page).textContent());
  await page.locator('.run-figures', { hasText: /time .*s.*processor .*s.*memory .*B/ }).waitFor();
  await picture(page, 'run-finished');
});

test('keys of the page do not take letters from the editor', async ({ page }) => {
  await write(page, '');
  await page.keyboard.type('# a/b? yes');
  check((await code(page)) === '# a/b? yes', await code(page));
  check((await page.locator('dialog[open]').count()) === 0, 'no dialog');
  await page.keyboard.press('Control+a'); // typing over a selection keeps the page's policy
  await page.keyboard.type('x = 1');
  check((await code(page)) === 'x = 1', await code(page));
});

test('a fault: both outputs apart, the exit code, the line marked', async ({ page }) => {
  await runs(page, 'import sys\nprint("out")\nprint("aside", file=sys.stderr)\n\n1 / 0\n', 'bad');
  await state(page).getByText('exit code 1').waitFor();
  check((await page.locator('.run-err').textContent()).includes('ZeroDivisionError'), 'the trace');
  check(!(await page.locator('.run-text span:not(.run-err)').first().textContent()).includes('aside'), 'apart');
  await page.locator('cf-code-editor .cm-lint-marker-error').waitFor();
  await picture(page, 'run-fault');
});

test('an endless program is stopped and told in words', async ({ page }) => {
  await options(page);
  await page.selectOption('#r-timeout', '2');
  await runs(page, 'while True: pass\n', 'warn');
  await state(page).getByText('out of time').waitFor();
  await page.locator('.run-told', { hasText: 'loop that never ends' }).waitFor();
  await page.selectOption('#r-timeout', '0');
});

test('a running program is cancelled', async ({ page }) => {
  await write(page, 'import time\nprint("begun", flush=True)\ntime.sleep(50)\n');
  await runButton(page).click();
  await until(async () => (await output(page).textContent()).includes('begun'), 'its first word');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await state(page).getByText('Cancelled').waitFor();
  await runButton(page).waitFor();
  check((await output(page).textContent()).includes('begun'), 'what it said stays');
  await picture(page, 'run-cancelled');
});

test('files, standard input and arguments', async ({ page }) => {
  await page.getByRole('button', { name: 'Add a file' }).click();
  await page.fill('#f-name', 'helper.py');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'helper.py' }).waitFor();
  await write(page, 'def twice(x):\n    return x + x\n');
  await page.getByRole('tab', { name: 'main.py' }).click();
  await options(page);
  await page.fill('#r-stdin', 'Ada\n');
  await page.fill('#r-args', 'one "two three"');
  await runs(page, 'import helper, sys\nprint(helper.twice(input()), sys.argv[1:])\n', 'good');
  check((await output(page).textContent()).includes("AdaAda ['one', 'two three']"), await output(page).textContent());
});

test('what was written is there after a reload', async ({ page }) => {
  await page.reload();
  await editor(page).waitFor();
  check((await code(page)).includes('helper.twice'), await code(page));
  await page.getByRole('tab', { name: 'helper.py' }).click();
  await until(async () => (await code(page)).includes('def twice'), 'the other file');
  await page.getByRole('tab', { name: 'main.py' }).click();
});

test('a link opens the same program elsewhere, does not run it, and leaves one’s own alone', async ({ browser, page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByText('The link is copied.').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  check(link.startsWith(`${url}/run#code=`) && link.length < 500, link);
  const tab = await openTab(browser, { storageState: await page.context().storageState() });
  await open(tab, '/run');
  await editor(tab).waitFor();
  await write(tab, 'print("my own")\n');
  await tab.evaluate((to) => { location.href = to; }, link);
  await tab.getByText('This program came with a link.').waitFor();
  await until(async () => (await code(tab)).includes('helper.twice'), 'the program of the link');
  check((await tab.inputValue('#r-stdin')) === 'Ada\n' || (await tab.inputValue('#r-stdin')) === 'Ada\n', 'the input of the link');
  check((await state(tab).textContent()) === 'Output', 'nothing ran');
  await picture(tab, 'run-link');
  await runButton(tab).click();
  await tab.locator('.run-state.good').waitFor();
  await tab.getByRole('button', { name: 'Back to mine' }).click();
  await until(async () => (await code(tab)).includes('my own'), 'the own program');
  await tab.goto(`${url}/run#code=damaged`);
  await tab.reload();
  await tab.getByText('The link is damaged').waitFor();
  check(!tab.noise.length, tab.noise.join('\n'));
  await tab.context().close();
});

test('the check marks the lines that it found', async ({ page }) => {
  await options(page);
  await page.selectOption('#r-safety', 'basic');
  await write(page, 'import os\nprint(1)\nos.system("ls")\n');
  await page.keyboard.press('Control+Enter');
  await page.locator('.run-problem', { hasText: 'The check found something' }).waitFor();
  await page.locator('cf-code-editor .cm-lint-marker-warning').waitFor();
  await picture(page, 'run-refused');
  await page.getByRole('button', { name: 'Line 3' }).click();
  await page.locator('cf-code-editor .cm-activeLine', { hasText: 'os.system' }).waitFor();
  await page.selectOption('#r-safety', 'off');
});

test('another language has its own files', async ({ page }) => {
  await page.selectOption('#run-language', 'javascript');
  await page.getByRole('tab', { name: 'main.js' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await page.locator('.run-state.good').waitFor();
  check((await output(page).textContent()).includes('squares'), await output(page).textContent());
  await page.selectOption('#run-language', 'python');
  await until(async () => (await code(page)).includes('os.system'), 'the Python program');
});

test('a file is removed and brought back', async ({ page }) => {
  await page.getByRole('tab', { name: 'helper.py' }).click();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Remove this file' }).click();
  await until(async () => (await page.getByRole('tab').count()) === 1, 'one file');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('tab', { name: 'helper.py' }).waitFor();
  await page.getByRole('tab', { name: 'main.py' }).click();
});

test('no engine: what it means and what to do', async ({ page }) => {
  await answer(page, '/api/v1/code/execute', 503, refused(503, 'CONTAINER_POOL_ERROR', 'The container engine does not answer.',
    { reason: 'no_engine', remedy: 'Start Docker on the server.', retry_after: 10, pool_status: { available_containers: 0 } }), { 'retry-after': '10' });
  await runButton(page).click();
  const problem = page.locator('.run-problem');
  await problem.getByText('Programs cannot be run right now').waitFor();
  await problem.getByText('Start Docker on the server.').waitFor();
  await problem.getByRole('link', { name: 'Look at the sandbox' }).waitFor();
  await picture(page, 'run-no-engine');
  await page.unroute('**/api/v1/code/execute');
  await write(page, 'print("here again")\n');
  await problem.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.run-state.good').waitFor();
});

test('too many runs: a countdown, then it works again', async ({ page }) => {
  await answer(page, '/api/v1/code/execute', 429, refused(429, 'RATE_LIMIT_EXCEEDED', 'Too many requests.', { retry_after: 2 }), { 'retry-after': '2' });
  await runButton(page).click();
  await page.getByText('You can run again in').waitFor();
  check(await page.getByRole('button', { name: /^In \d s$/ }).isDisabled(), 'the button waits');
  await picture(page, 'run-limit');
  await page.unroute('**/api/v1/code/execute');
  await runButton(page).waitFor();
  await runButton(page).click();
  await page.locator('.run-state.good').waitFor();
});

test('a connection that breaks in the middle is told', async ({ page }) => {
  await answer(page, '/api/v1/code/execute', 200, 'event: run\ndata: {"run_id":"x","language":"python"}\n\nevent: stdout\ndata: {"case":0,"text":"half"}\n\n',
    { 'content-type': 'text/event-stream' });
  await runButton(page).click();
  await page.locator('.run-problem', { hasText: 'The connection was lost' }).waitFor();
  check((await output(page).textContent()) === 'half', 'what came stays');
  await page.unroute('**/api/v1/code/execute');
  page.noise = page.noise.filter((line) => !/(503|429)/.test(line));
  check(!page.noise.length, page.noise.join('\n'));
});
