// A learner does a whole course: reads, runs, checks, asks for help, submits, and finds everything again.
import { readFileSync, readdirSync } from 'node:fs';
import { faults } from './accessible.mjs';
import { check, openTab, picture, test, until, url } from './harness.mjs';
import { call, open, signIn } from './steps.mjs';

export const LEARNER = { name: 'Mei Lin', email: 'mei@example.org', password: 'slow and steady' };
export const COURSE = 'python-first-steps';
const FOLDER = new URL(`../../../data/courses/${COURSE}/`, import.meta.url);

/** The exercises in order: [{id, title, solution}]. */
const exercises = readdirSync(FOLDER).filter((name) => /^\d/.test(name)).sort().flatMap((chapter) =>
  readdirSync(new URL(`${chapter}/`, FOLDER)).filter((name) => /^\d/.test(name)).sort().map((name) => {
    const read = (file) => readFileSync(new URL(`${chapter}/${name}/${file}`, FOLDER), 'utf8');
    const [, id] = /^id: (.*)$/m.exec(read('README.md'));
    const [, title] = /^title: (.*)$/m.exec(read('README.md'));
    return { id, title, solution: read('solution/main.py') };
  }));

const editor = (page) => page.locator('cf-code-editor .cm-content');
const code = (page) => editor(page).evaluate((e) => [...e.querySelectorAll('.cm-line')].map((l) => l.textContent).join('\n'));
const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.locator('.lesson-head h1', { hasText: name });

async function write(page, text) {
  await editor(page).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(text);
}

/** A tab of its own in which `who` is signed in; an administrator's `page` makes the account first. */
export async function arrive(browser, page, who) {
  await call(page, 'POST', '/api/v1/auths/add', { ...who, role: 'user' });
  const tab = await openTab(browser);
  await tab.goto(url);
  await signIn(tab, who);
  await tab.locator('.frame').waitFor();
  return tab;
}

let tab;

test('a learner finds the courses and starts with the first lesson', async ({ browser, page }) => {
  tab = await arrive(browser, page, LEARNER);
  await tab.getByRole('link', { name: 'Learn' }).click();
  await tab.locator('.course-card').nth(1).waitFor();
  await picture(tab, 'learn-catalogue');
  await tab.getByRole('link', { name: 'Python first steps' }).click();
  await until(async () => (await tab.locator('.lesson-row').count()) === 20, 'twenty exercises');
  check((await tab.getByRole('link', { name: 'Teaching' }).count()) === 0, 'a learner is not offered the teacher’s pages');
  await picture(tab, 'learn-course');
  await tab.getByRole('link', { name: 'Start', exact: true }).click();
  await heading(tab, 'Two lines on the screen').waitFor();
  await editor(tab).waitFor();
  check((await tab.locator('.lesson-text h2').textContent()) === 'Your task', 'the text is shown');
});

test('a program runs, and a check shows where the expected text and the actual part', async () => {
  await write(tab, 'print("Hello, world!")\nprint("I am learning python.")\n');
  await tab.keyboard.press('Control+Enter');
  await tab.locator('.run-state.good').waitFor();
  check((await tab.locator('.run-text').textContent()).includes('learning python'), 'the output is shown');
  await tab.keyboard.press('Control+Shift+Enter');
  await tab.locator('.summary', { hasText: '1 of 2 tests passed' }).waitFor();
  const marks = await tab.locator('.test-detail:visible mark').allTextContents();
  check(marks.join() === 'P,p', `what differs is marked: ${marks}`);
  await picture(tab, 'learn-check');
  check(!(await faults(tab)).length, (await faults(tab)).join('\n'));
});

test('a program that cannot be read is told with its line, and does not count', async () => {
  await write(tab, 'print("Hello, world!"\n');
  await button(tab, 'Submit').click();
  await tab.locator('.summary.warn', { hasText: 'This did not count as an attempt.' }).waitFor();
  check((await tab.locator('.summary-fault').textContent()).includes('never closed'), 'the message of the interpreter is shown');
  await tab.locator('cf-code-editor .cm-lint-marker-error').waitFor();
});

test('what was typed is there after a reload, also when the server could not take it', async () => {
  await write(tab, 'print("half")');
  await tab.locator('.lesson-kept', { hasText: 'Saved' }).waitFor();
  await tab.reload();
  await until(async () => (await code(tab)) === 'print("half")', 'the code of before');
  const before = tab.noise.length;
  await tab.route('**/mine', (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await write(tab, 'print("three quarters")');
  await tab.locator('.lesson-kept', { hasText: 'Kept in this browser' }).waitFor();
  await tab.unroute('**/mine');
  await tab.reload();
  await until(async () => (await code(tab)) === 'print("three quarters")', 'the code that never reached the server');
  await tab.locator('.lesson-kept', { hasText: 'Saved' }).waitFor();
  tab.noise.length = before; // the refused calls are told by the browser
  await tab.locator('.bench-bar cf-menu button').click();
  await tab.getByRole('menuitem', { name: 'Start over' }).click();
  await until(async () => (await code(tab)).startsWith('# Change the text'), 'the starting code');
  await tab.getByRole('button', { name: 'Undo' }).click();
  await until(async () => (await code(tab)) === 'print("three quarters")', 'the code to come back');
});

test('help: the mistake is recognised, then the teacher’s ladder, then the tutor', async () => {
  await write(tab, 'print("Hello, world! I am learning Python.")');
  await button(tab, 'Submit').click();
  await tab.locator('.summary.bad').waitFor();
  await tab.getByRole('button', { name: 'Give me a hint' }).first().click();
  await tab.locator('.hint', { hasText: 'Every print ends its line' }).waitFor();
  await button(tab, 'Another hint').click();
  await tab.locator('.hint', { hasText: 'Compare letter by letter' }).waitFor();
  await tab.getByText('2 more from your teacher').waitFor();
  await tab.fill('#tutor-ask', 'How do I begin?');
  await tab.keyboard.press('Enter');
  await tab.locator('.tutor-answer', { hasText: 'sorting first' }).waitFor();
  await button(tab, 'Ask').waitFor();
  await tab.locator('.own-key summary').click();
  await tab.fill('#own-key', 'sk-of-mei-lin');
  await tab.locator('.own-key').getByRole('button', { name: 'Save' }).click();
  await tab.getByText('Your key is stored.').waitFor();
  await tab.getByRole('button', { name: 'Remove my key' }).click();
  await tab.getByText('Your key is gone.').waitFor();
  await picture(tab, 'learn-help');
  check(!(await faults(tab)).length, (await faults(tab)).join('\n'));
  await tab.reload();
  await tab.getByRole('tab', { name: 'Help' }).click();
  await tab.locator('.tutor-answer', { hasText: 'sorting first' }).waitFor();
  check((await tab.locator('.hint').count()) === 2, 'the hints are still there');
});

test('the whole course is done, one exercise after the other', async () => {
  await open(tab, `/learn/${COURSE}/${exercises[0].id}`);
  for (const [at, { title, solution }] of exercises.entries()) {
    await heading(tab, title).waitFor();
    await editor(tab).waitFor();
    await write(tab, solution);
    await button(tab, 'Submit').click();
    await tab.locator('.summary.good', { hasText: /All \d+ tests passed/ }).waitFor();
    if (at < exercises.length - 1) await tab.locator('.summary').getByRole('button', { name: 'Next lesson' }).click();
  }
  await picture(tab, 'learn-passed');
  await tab.locator('.lesson-title a').click();
  await tab.getByText('20 of 20 lessons done').waitFor();
  await tab.getByText('35 of 35 points').waitFor();
  await picture(tab, 'learn-done');
  await tab.locator('.crumbs a').click();
  await tab.locator('.streak.lit', { hasText: '1 day in a row' }).waitFor();
});

test('earlier attempts can be looked at and worked on again', async () => {
  await open(tab, `/learn/${COURSE}/hello`);
  await tab.locator('.bench-bar cf-menu button').click();
  await tab.getByRole('menuitem', { name: 'My attempts' }).click();
  await tab.locator('.attempts summary').nth(1).click(); // newest first: this is the one with everything on one line
  await tab.locator('.attempts details[open] pre', { hasText: 'world! I am' }).waitFor();
  await picture(tab, 'learn-attempts');
  await tab.locator('.attempts details[open]').getByRole('button', { name: 'Work on this again' }).click();
  await until(async () => (await code(tab)).includes('world! I am'), 'the earlier code in the editor');
});

test('the agent course: its lessons by number, and the contents to choose from', async () => {
  await open(tab, '/learn/agents/4.1');
  await heading(tab, 'ReAct').waitFor();
  await tab.getByRole('button', { name: 'All lessons of this course' }).click();
  await until(async () => (await tab.locator('.lesson-contents .lesson-row').count()) === 18, 'eighteen lessons');
  await tab.locator('.lesson-contents a', { hasText: 'Reflection' }).click();
  await heading(tab, 'Reflection').waitFor();
  check(tab.url().endsWith('/learn/agents/4.3'), tab.url());
});

test('a lesson on a phone: text and code take turns, nothing sticks out', async () => {
  await tab.setViewportSize({ width: 390, height: 844 });
  await open(tab, `/learn/${COURSE}/till`);
  await tab.locator('.lesson-text p').first().waitFor();
  await picture(tab, 'learn-phone-text');
  await button(tab, 'Code').click();
  await button(tab, 'Check').click();
  await tab.locator('.summary.good').waitFor();
  await picture(tab, 'learn-phone-code');
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.querySelector('main').scrollWidth > innerWidth);
  check(!wide, 'the lesson is wider than the phone');
  check(!(await faults(tab)).length, (await faults(tab)).join('\n'));
});

test('the teacher’s pages are closed to learners', async () => {
  await tab.setViewportSize({ width: 1440, height: 900 });
  await open(tab, `/teach/${COURSE}`);
  await tab.getByRole('heading', { name: 'This page is for teachers' }).waitFor();
  check(!tab.noise.length, tab.noise.join('\n'));
});
