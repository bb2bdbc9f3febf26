// Workflows: imported, run, asked, answered, replayed, edited, published, rolled back, cancelled and deleted.
import { readFileSync } from 'node:fs';
import { check, picture, test, until } from './harness.mjs';
import { call, open } from './steps.mjs';

const sample = JSON.parse(readFileSync(new URL('../../../data/workflows/support-triage.json', import.meta.url), 'utf8').replaceAll('your-model', 'fake-writer'));
const file = (name, text) => ({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
const row = (page, name) => page.locator('.flow-row', { hasText: name });
const step = (page, name) => page.locator('.flow-step', { has: page.locator('strong', { hasText: name }) });
const node = (page, name) => page.locator('.flow-node', { has: page.locator('strong').getByText(name, { exact: true }) });
const answer = (page) => page.locator('.flow-answer .prose');
const state = (page) => page.locator('.flow-head .status');
const title = (page, name) => page.locator('.flow-head h1', { hasText: name });
const here = (page) => new URL(page.url()).pathname;

async function write(page, change) {
  const text = await page.evaluate(() => document.querySelector('cf-flow-edit').text);
  await page.locator('cf-code-editor .cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(change(text));
}

async function start(page, id, values) {
  await open(page, `/workflows/${id}`);
  for (const [name, value] of Object.entries(values)) await page.fill(`#flow-in-${name}`, value);
  await page.locator('.flow-form').getByRole('button', { name: 'Run' }).click();
  await page.locator('cf-flow-run .flow-head').waitFor();
}

// as the console of other engines exports it
const EXPORTED = `flowMeta:
  name: Greeting
  description: Greets by name
  dslVersion: v1
flowData:
  nodes:
  - id: node-start::s
    type: start
    position: {x: 1, y: 2}
    data:
      inputs: []
      nodeParam: {}
      outputs:
      - {id: o1, name: who, required: true, schema: {type: string}}
  - id: node-end::e
    data:
      nodeParam: {outputMode: 1, template: 'Hello {{who}}!'}
      inputs:
      - id: i1
        name: who
        schema:
          type: string
          value: {type: ref, content: {id: o1, nodeId: 'node-start::s', name: who}}
      outputs: []
  edges:
  - {source: 'node-start::s', target: 'node-end::e'}
`;

let triage;
let run;

test('the list of workflows begins empty, with samples to begin with', async ({ page }) => {
  await open(page, '/');
  await page.getByRole('link', { name: 'Workflows' }).click();
  await page.getByText('You have no workflows yet').waitFor();
  await until(async () => (await page.locator('.flow-card').count()) === 6, 'six samples');
  await picture(page, 'workflows-empty');
});

test('a file that is no workflow is refused with what is wrong', async ({ page }) => {
  await page.setInputFiles('#flow-file', file('no.json', '{"nodes":[{"id":"spark-llm::a","data":{}}],"edges":[]}'));
  const toast = page.locator('.toast.bad', { hasText: 'node-start' });
  await toast.waitFor();
  check((await toast.textContent()).includes('required'), 'all that is wrong is named');
  check((await call(page, 'GET', '/api/v1/workflows')).body.workflows.length === 0, 'nothing is stored');
});

test('a workflow is imported, and its picture shows its steps', async ({ page }) => {
  await page.setInputFiles('#flow-file', file('support-triage.json', JSON.stringify(sample)));
  await title(page, 'Support triage').waitFor();
  triage = here(page).split('/').pop();
  await until(async () => (await page.locator('.flow-node').count()) === sample.data.nodes.length, 'a box for every step');
  check(await page.locator('.flow-line').count() === sample.data.edges.length, 'a line for every edge');
  await node(page, 'Draft').focus();
  await page.keyboard.press('Enter');
  await page.locator('.flow-detail', { hasText: 'The customer wrote' }).waitFor();
  await picture(page, 'workflow-page');
  await page.locator('.flow-detail').getByRole('button', { name: 'Close' }).click();
});

test('what a workflow needs is asked for before it runs', async ({ page }) => {
  await page.locator('.flow-form').getByRole('button', { name: 'Run' }).click();
  await page.getByText('This is needed.').waitFor();
  check(await page.evaluate(() => document.activeElement.id) === 'flow-in-message', 'the field has the focus');
});

test('a run tells its answer as it comes, and waits with a question', async ({ page }) => {
  await page.fill('#flow-in-message', 'You charged me twice, please be slow');
  await page.keyboard.press('Control+Enter');
  await page.locator('.flow-node.running').first().waitFor();
  await until(async () => (await answer(page).textContent()).includes('Merging'), 'words while it runs');
  await picture(page, 'workflow-running');
  await page.locator('.flow-question').waitFor();
  run = here(page);
  check((await page.locator('.flow-question h2').textContent()).includes('(Billing)'), 'the question names the kind');
  check(await page.locator('.flow-options button').count() === 2, 'two options');
  await node(page, 'What shall happen?').and(page.locator('.waiting')).waitFor();
  check((await step(page, 'Rules for technical').count()) === 0, 'a branch that was not taken has no step');
});

test('a question outlives a reload, with what was typed', async ({ page }) => {
  await page.fill('#flow-answer', 'Give it to Maria');
  await page.reload();
  await page.locator('.flow-question').waitFor();
  check(await page.inputValue('#flow-answer') === 'Give it to Maria', 'the words are still there');
  await picture(page, 'workflow-question');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.locator('.flow-question').scrollIntoViewIfNeeded();
  await picture(page, 'workflow-question-phone');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
});

test('the answer goes in, and the run goes on to its end', async ({ page }) => {
  await page.locator('.flow-question').getByRole('button', { name: 'Answer', exact: true }).click();
  await state(page).getByText('done').waitFor();
  await answer(page).getByText('Handed to a colleague (Billing).').waitFor();
  await answer(page).getByText('Note: Give it to Maria').waitFor();
  check(await page.locator('.flow-question').count() === 0, 'no question is left');
  await node(page, 'Ready to send').and(page.locator('.skipped')).waitFor();
  await step(page, 'Draft').last().locator('summary').click();
  await page.locator('.flow-step[open] .flow-values').getByText('You charged me twice').first().waitFor();
  await picture(page, 'workflow-done');
});

test('a replay calls nothing and says the same', async ({ page, upstream }) => {
  const said = await answer(page).textContent();
  const calls = upstream.calls();
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.locator('.flow-figures').getByRole('link', { name: 'Replay' }).waitFor();
  check(here(page) !== run, 'a run of its own');
  await state(page).getByText('done').waitFor();
  await until(async () => (await answer(page).textContent()) === said, 'the same answer');
  check(upstream.calls() === calls, 'no model was called');
});

test('a run begins again from one of its steps', async ({ page, upstream }) => {
  await open(page, run);
  const calls = upstream.calls();
  await step(page, 'Hand over').locator('summary').click();
  await page.getByRole('button', { name: 'Run again from “Hand over”' }).click();
  await page.locator('.flow-figures').getByRole('link', { name: 'Restart' }).waitFor();
  await state(page).getByText('done').waitFor();
  await answer(page).getByText('Note: Give it to Maria').waitFor();
  check(upstream.calls() === calls, 'what came before was not called again');
});

test('a run is cancelled', async ({ page }) => {
  await start(page, triage, { message: 'please be slow' });
  await until(async () => (await answer(page).textContent()).includes('Merging'), 'words while it runs');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await state(page).getByText('cancelled').waitFor();
  await open(page, `/workflows/${triage}/runs`);
  await until(async () => (await page.locator('tbody tr').count()) === 4, 'four runs in the list');
  check((await page.locator('tbody tr').first().textContent()).includes('cancelled'), 'the newest is first');
  await picture(page, 'workflow-runs');
});

test('a run that fails says why and what to do', async ({ page }) => {
  await start(page, triage, { message: 'please fail' });
  await page.locator('.flow-side .flow-told.bad').waitFor();
  await state(page).getByText('failed').waitFor();
  await node(page, 'Draft').and(page.locator('.failed')).waitFor();
  await picture(page, 'workflow-failed');
});

test('checks name all that is wrong, and lead to it', async ({ page }) => {
  await open(page, `/workflows/${triage}`);
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Published as v1.0.').waitFor();
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByText('Nothing is wrong').waitFor();
  await write(page, (text) => text.replace('"outputMode": 1,', '').replace('"id": "option-one-of::shorter"', '"id": "option-one-of::brief"'));
  const errors = page.locator('.flow-findings .error');
  await until(async () => (await errors.count()) >= 2, 'both mistakes');
  check(await page.getByRole('button', { name: 'Save' }).isDisabled(), 'what is wrong is not saved');
  await errors.filter({ hasText: 'outputMode' }).getByRole('button').click();
  await until(() => page.evaluate(() => document.querySelector('cf-code-editor').shadowRoot.querySelector('.cm-activeLine')?.textContent.includes('node-end::end')), 'the line of the end node');
  await picture(page, 'workflow-checks');
  await write(page, () => '{"nodes": [');
  await page.locator('.flow-findings', { hasText: 'Line 1 is no JSON' }).waitFor();
  await page.reload();
  await page.locator('.flow-findings', { hasText: 'Line 1 is no JSON' }).waitFor(); // what was typed is kept
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await page.getByText('Nothing is wrong').waitFor();
});

test('a change is saved, compared with the version, and taken back', async ({ page }) => {
  await write(page, (text) => text.replace('What shall happen with this draft', 'What now, with this draft'));
  await page.getByText('Not saved yet').waitFor();
  await page.getByText('Nothing is wrong').waitFor();
  await page.keyboard.press('Control+s');
  await page.locator('.toast', { hasText: 'Saved.' }).waitFor();
  await page.getByRole('link', { name: 'Versions' }).click();
  await page.locator('.flow-change .is', { hasText: 'What now' }).waitFor();
  check(await page.locator('.flow-diff > li').count() === 1, 'nothing else differs');
  await picture(page, 'workflow-versions');
  await page.getByRole('button', { name: 'Roll back to v1.0' }).click();
  await page.locator('dialog').getByRole('button', { name: 'Roll back' }).click();
  await page.getByText('These two are the same.').waitFor();
});

test('a sample is used with a model and its example', async ({ page }) => {
  await open(page, '/workflows');
  await page.getByRole('button', { name: 'Use “Report on a table”' }).click(); // needs no model, so nothing is asked
  await title(page, 'Report on a table').waitFor();
  check((await page.inputValue('#flow-in-table')).startsWith('city,visitors'), 'the example is in the form');
  await page.locator('.flow-form').getByRole('button', { name: 'Run' }).click();
  await state(page).getByText('done').waitFor();
  await answer(page).getByText('4 rows, 3 columns').waitFor();
  await picture(page, 'workflow-table');
  await open(page, '/workflows');
  await page.getByRole('button', { name: 'Use “Mood of reviews”' }).click();
  await page.locator('dialog').getByRole('combobox').selectOption('fake-other');
  await page.locator('dialog').getByRole('button', { name: 'Use', exact: true }).click();
  await title(page, 'Mood of reviews').waitFor();
  await node(page, 'Judge').waitFor(); // inside its container
  const { body } = await call(page, 'GET', `/api/v1/workflows/${here(page).split('/').pop()}`);
  check(body.data.nodes.some((n) => n.data.nodeParam.model === 'fake-other'), 'its steps call the chosen model');
});

test('what another console exported as YAML is imported and runs', async ({ page }) => {
  await open(page, '/workflows');
  await page.setInputFiles('#flow-file', file('greeting.yml', EXPORTED));
  await title(page, 'Greeting').waitFor();
  await page.fill('#flow-in-who', 'Ada');
  await page.keyboard.press('Enter');
  await state(page).getByText('done').waitFor();
  await until(async () => (await answer(page).textContent()).trim() === 'Hello Ada!', 'the answer');
});

test('a workflow is duplicated, renamed, and deleted with a way back', async ({ page }) => {
  await open(page, '/workflows');
  await row(page, 'Support triage').getByRole('button', { name: 'Actions for' }).click();
  await page.getByRole('menuitem', { name: 'Duplicate' }).click();
  await title(page, 'Copy of Support triage').waitFor();
  await page.getByRole('button', { name: 'Actions for' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.fill('#flow-name', 'Second triage');
  await page.keyboard.press('Enter');
  await title(page, 'Second triage').waitFor();
  await open(page, '/workflows');
  const away = async () => {
    await row(page, 'Second triage').getByRole('button', { name: 'Actions for' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await until(async () => !(await row(page, 'Second triage').count()), 'the row to go');
  };
  await away();
  await page.getByRole('button', { name: 'Undo' }).click();
  await row(page, 'Second triage').waitFor();
  await away();
  await page.getByRole('link', { name: 'Chat' }).click(); // leaving makes it final
  await until(async () => !(await call(page, 'GET', '/api/v1/workflows')).body.workflows.some((f) => f.name === 'Second triage'), 'it to be gone on the server');
});

test('a wrong address says so', async ({ page }) => {
  for (const path of ['/workflows/123', '/workflows/runs/none']) {
    await open(page, path);
    await page.getByText('There is no such workflow or run').waitFor();
  }
});

test('the browser complained of nothing but the refusals that were meant to come', async ({ page }) => {
  page.noise = page.noise.filter((line) => !/status of 4(04|22)/.test(line));
  check(!page.noise.length, page.noise.join('\n'));
});
