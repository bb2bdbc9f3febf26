// A teacher: the gradebook, who is stuck, hints given, a lesson that a save breaks, and grades after a corrected test.
import { readFileSync, writeFileSync } from 'node:fs';
import { faults } from './accessible.mjs';
import { check, picture, test, until } from './harness.mjs';
import { COURSE, LEARNER, arrive } from './learn.test.mjs';
import { call, open } from './steps.mjs';

const STRUGGLER = { name: 'Tom Otto', email: 'tom@example.org', password: 'again and again' };
const TESTS = `${process.env.CARAFE_DATA}/courses/${COURSE}/01-talking-to-the-computer/01-hello/tests/visible.json`;
const original = readFileSync(TESTS, 'utf8');
const button = (page, name) => page.getByRole('button', { name, exact: true });
const reread = (page) => Promise.all([page.waitForResponse('**/courses/reload'), button(page, 'Read the folder again').click()]);
const row = (page, name) => page.locator('.grid-row', { has: page.locator('.grid-name', { hasText: name }) });

test('the gradebook shows everybody’s points; a cell opens what was handed in', async ({ browser, page }) => {
  const tab = await arrive(browser, page, STRUGGLER);
  for (let i = 0; i < 5; i++) await call(tab, 'POST', `/api/v1/courses/${COURSE}/exercises/fizz/submit`, { files: { 'main.py': `def fizz(number):\n    return ${i}\n` } });
  await tab.context().close();
  await open(page, `/learn/${COURSE}`);
  await page.getByRole('link', { name: 'Teaching' }).click();
  await row(page, LEARNER.name).locator('.grid-sum', { hasText: '35' }).waitFor();
  await row(page, STRUGGLER.name).locator('.grid-cell.none').waitFor();
  await picture(page, 'teach-gradebook');
  await page.fill('input[type=search]', 'Tom');
  await until(async () => (await page.locator('.grid-body .grid-row').count()) === 1, 'only who was looked for');
  await page.locator('cf-grid').focus();
  for (let i = 0; i < 7; i++) await page.keyboard.press('ArrowRight');
  await page.locator('.grid-told', { hasText: 'Tom Otto, Fizz and Buzz: 0 of 2 points after 5 attempts' }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.attempts summary').first().click();
  await page.locator('.attempts pre', { hasText: 'return 4' }).waitFor();
  await page.fill('#x-attempts', '9');
  await button(page, 'Save').click();
  await page.getByText('The exception holds from now on.').waitFor();
  await button(page, 'Remove the exception').click();
  await page.getByText('The exception is gone.').waitFor();
  await picture(page, 'teach-person');
  check(!(await faults(page)).length, (await faults(page)).join('\n'));
  await page.keyboard.press('Escape');
  const csv = await page.evaluate(async () => (await fetch(document.querySelector('a[download]').href)).text());
  check(csv.includes(LEARNER.name) && csv.includes('35'), csv.slice(0, 400));
});

test('who is stuck is listed with a way to look; hints given are there to read', async ({ page }) => {
  await page.getByRole('link', { name: 'Stuck' }).click();
  await page.getByRole('row', { name: /Tom Otto.*Fizz and Buzz.*5/ }).waitFor();
  check((await page.locator('td', { hasText: LEARNER.name }).count()) === 0, 'who passed is not stuck');
  await picture(page, 'teach-stuck');
  await page.getByRole('link', { name: 'Hints given' }).click();
  const given = page.locator('.hint-list li', { hasText: LEARNER.name });
  await given.first().waitFor();
  check((await given.filter({ hasText: 'recognised mistake' }).count()) === 1, 'the recognised mistake is told');
  await picture(page, 'teach-hints');
});

test('a save that breaks a lesson is told by file and line, and learners keep the lesson as it was', async ({ page }) => {
  writeFileSync(TESTS, original.replace('"expect"', '"expect'));
  try {
    await page.getByRole('link', { name: 'Course check' }).click();
    await reread(page);
    await page.locator('.finding', { hasText: /01-hello\/tests\/visible\.json.*error.*line \d/s }).waitFor();
    await picture(page, 'teach-problems');
    const lesson = await call(page, 'GET', `/api/v1/courses/${COURSE}/lessons/hello`);
    check(lesson.status === 200 && lesson.body.tests.length === 2, JSON.stringify(lesson.body).slice(0, 300));
  } finally {
    writeFileSync(TESTS, original);
  }
  await reread(page);
  await page.getByRole('heading', { name: 'Nothing is wrong' }).waitFor();
});

test('after a corrected test the changes are shown first, and then applied', async ({ page }) => {
  writeFileSync(TESTS, original.replace('"Hello, world!\\nI am learning Python."', '"Hello, world!\\nI am learning to program."'));
  try {
    await reread(page);
    await page.getByRole('link', { name: 'Regrade' }).click();
    await page.selectOption('#g-exercise', 'hello');
    await button(page, 'Try out').click();
    const change = page.getByRole('row', { name: new RegExp(LEARNER.name) }).first();
    await change.waitFor();
    await picture(page, 'teach-regrade');
    check(!(await faults(page)).length, (await faults(page)).join('\n'));
    await button(page, 'Apply to the gradebook').click();
    await page.getByText('The new grades are in the gradebook.').waitFor();
    await page.getByRole('link', { name: 'Gradebook' }).click();
    await until(async () => /^34\.\d+$/.test(await row(page, LEARNER.name).locator('.grid-sum').textContent()), 'the lower sum');
  } finally {
    writeFileSync(TESTS, original);
  }
});

test('a gradebook of 1,000 learners and 100 exercises: only what is seen is fetched and drawn', async ({ page }) => {
  const asked = [];
  const exercises = Array.from({ length: 100 }, (_, i) => ({ id: `e${i}`, title: `Exercise number ${i + 1}`, points: 2 }));
  await page.route('**/gradebook?*', (route) => {
    const at = Number(new URL(route.request().url()).searchParams.get('page'));
    asked.push(at);
    const learners = Array.from({ length: 100 }, (_, i) => ({ user_id: (at - 1) * 100 + i, name: `Learner ${(at - 1) * 100 + i + 1}`, points: 100, max_points: 200,
      scores: Object.fromEntries(exercises.filter((_e, e) => (e + i) % 3).map((e, x) => [e.id, { points: x % 3, attempts: 1, passed: x % 3 === 2 }])) }));
    return route.fulfill({ contentType: 'application/json', body: JSON.stringify({ course: COURSE, exercises, total: 1000, page: at, limit: 100, learners }) });
  });
  await open(page, `/teach/${COURSE}`);
  await page.locator('.grid-name', { hasText: 'Learner 1' }).first().waitFor();
  const most = await page.evaluate(async () => {
    const grid = document.querySelector('cf-grid');
    let cells = 0;
    for (let step = 0; step <= 25; step++) {
      grid.scrollTop = (grid.scrollHeight * step) / 25;
      grid.scrollLeft = (grid.scrollWidth * step) / 25;
      await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
      cells = Math.max(cells, grid.querySelectorAll('.grid-cell').length);
    }
    return cells;
  });
  check(most < 1500, `${most} cells at once`);
  await page.locator('.grid-name', { hasText: 'Learner 1000' }).waitFor();
  await page.locator('.grid-head', { hasText: 'Exercise number 100' }).waitFor();
  await page.locator('cf-grid').focus();
  await page.keyboard.press('Control+Home');
  await page.locator('.grid-told', { hasText: 'Learner 1, Exercise number 1' }).waitFor();
  await page.keyboard.press('Control+End');
  await page.locator('.grid-told', { hasText: 'Learner 1000, Exercise number 100' }).waitFor();
  await picture(page, 'teach-gradebook-large');
  check(new Set(asked).size === asked.length, `each page was fetched once: ${asked}`);
  await page.unroute('**/gradebook?*');
});
