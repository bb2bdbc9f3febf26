// Learning: the catalogue of courses, and one course with its chapters. A lesson itself is in lesson.js.
import { View, html, icon, nothing, state, style } from './state.js';
import { t } from './messages.js';
import './learn-messages.js';
import { api } from './api.js';
import { href } from './router.js';
import { pageHead } from './forms.js';
import { ago, exact, number } from './time.js';

await Promise.all([style('pages.css'), style('learn.css')]);

/** A moment of the API (ISO 8601 or seconds) in seconds. */
export const seconds = (moment) => (typeof moment === 'number' ? moment : moment ? Date.parse(moment) / 1000 : 0);
export const coursePath = (course, lesson) => `/learn/${encodeURIComponent(course)}${lesson ? `/${encodeURIComponent(lesson)}` : ''}`;
const written = new Map(); // formatting is slow, and a gradebook has many numbers
export function points(n) {
  const key = `${document.documentElement.lang} ${n}`;
  if (!written.has(key)) {
    if (written.size > 2000) written.clear();
    written.set(key, number(n, 2));
  }
  return written.get(key);
}
/** "1 point", "2.5 points". */
export const worth = (n) => (n === 1 ? t('learn.point') : t('learn.points', { n: points(n) }));
/** Titles of courses that were seen, for pages that only know the id. */
export const titles = new Map();

/** What went wrong while loading, with the next step. */
export const trouble = (problem, again) => html`<div class="problem" role="alert">${icon('warn')}<div><strong>${t('err.load')}</strong><p>${problem.message}</p>
  <button @click=${again}>${t('app.retry')}</button></div></div>`;

export const bar = (done, all, label) => html`<span class="learn-bar"><progress max=${all || 1} value=${done} aria-label=${label}></progress></span>`;

export const level = (name) => (name ? html`<span class="learn-level ${name}">${t(`learn.level.${name}`)}</span>` : nothing);

class Learn extends View {
  static properties = { course: {}, lesson: {}, found: { state: true }, problem: { state: true } };

  willUpdate(changed) {
    if (this.lesson) {
      import('./lesson.js');
      return;
    }
    // back from a lesson the figures have changed
    if (changed.has('course') || changed.has('lesson') || !this.asked) this.load();
  }

  async load() {
    this.asked = true;
    const { course } = this;
    try {
      const found = await api('GET', course ? `/api/v1/courses/${encodeURIComponent(course)}` : '/api/v1/courses');
      if (course !== this.course) return;
      Object.assign(this, { found, problem: null });
      for (const c of found.courses ?? [found]) titles.set(c.id, c.title);
      document.title = `${course ? found.title : t('nav.learn')} · Carafe`;
    } catch (e) {
      this.problem = e;
    }
  }

  render() {
    if (this.lesson) return html`<cf-lesson .course=${this.course} .lesson=${this.lesson}></cf-lesson>`;
    if (this.problem?.status === 404) return this.renderNoCourse();
    const ready = this.found && (this.course ? this.found.id === this.course : this.found.courses);
    return html`<div class="page">${this.problem ? trouble(this.problem, () => this.load())
      : !ready ? nothing : this.course ? this.renderCourse(this.found) : this.renderCatalogue(this.found)}</div>`;
  }

  renderNoCourse() {
    return html`<div class="blank-state">${icon('learn', 'large')}<h1>${t('learn.nocourse')}</h1><p>${t('learn.nocourse.text')}</p>
      <a class="button primary" data-go href=${href('/learn')}>${t('learn.all')}</a></div>`;
  }

  renderCatalogue({ courses, streak }) {
    if (!courses.length) {
      return html`<div class="blank-state">${icon('learn', 'large')}<h1>${t('learn.empty')}</h1>
        <p>${t(state.user.role === 'admin' ? 'learn.empty.admin' : 'learn.empty.text')}</p></div>`;
    }
    return html`${pageHead(t('nav.learn'), t('learn.text'), this.renderStreak(streak))}
      <ul class="course-cards">${courses.map((c) => this.renderCard(c))}</ul>`;
  }

  renderStreak(streak) {
    if (!streak) return nothing;
    const { days, today } = streak;
    return html`<p class="streak ${today ? 'lit' : ''}" role="status">${icon('flame')}<span><strong>${days === 1 ? t('learn.streak.one') : t('learn.streak', { n: days })}</strong>
      <small>${t(today ? 'learn.streak.today' : days ? 'learn.streak.keep' : 'learn.streak.none')}</small></span></p>`;
  }

  renderCard(c) {
    const { completed = 0, points: mine = 0, started = 0 } = c.mine ?? {};
    const verb = completed >= c.lessons && c.lessons ? 'review' : started || completed ? 'continue' : 'start';
    return html`<li class="course-card"><h2><a data-go href=${href(coursePath(c.id))}>${c.title}</a></h2><p>${c.description}</p>
      <p class="minor course-facts"><span>${t('learn.lessons', { n: c.lessons })}</span>${c.minutes ? html`<span>${hours(c.minutes)}</span>` : nothing}<span>${worth(c.points)}</span></p>
      ${bar(completed, c.lessons, t('learn.done.label', { name: c.title }))}
      <p class="course-foot"><span class="minor">${t('learn.done', { n: completed, all: c.lessons })}${mine ? ` · ${worth(mine)}` : ''}</span>
        <span class="course-go" aria-hidden="true">${t(`learn.${verb}`)}${icon('right', 'small')}</span></p></li>`;
  }

  renderCourse(c) {
    const lessons = c.chapters.flatMap((chapter) => chapter.lessons);
    const done = lessons.filter((l) => l.mine?.completed).length;
    const got = lessons.reduce((sum, l) => sum + (l.mine?.points ?? 0), 0);
    const all = lessons.reduce((sum, l) => sum + (l.points ?? 0), 0);
    const next = lessons.find((l) => !l.mine?.completed && !l.mine?.locked) ?? lessons[0];
    return html`<nav class="crumbs" aria-label=${t('learn.where')}><a data-go href=${href('/learn')}>${t('nav.learn')}</a></nav>
      ${pageHead(c.title, c.description ?? '', html`<div class="row nowrap">
        ${c.teacher ? html`<a class="button" data-go href=${href(`/teach/${encodeURIComponent(c.id)}`)}>${icon('chart')}${t('nav.teach')}</a>` : nothing}
        ${next ? html`<a class="button primary" data-go href=${href(coursePath(c.id, next.id))}>${t(done === lessons.length ? 'learn.review' : done ? 'learn.continue' : 'learn.start')}</a>` : nothing}</div>`)}
      <section class="panel course-progress" aria-label=${t('learn.progress')}>${bar(done, lessons.length, t('learn.progress'))}
        <p><strong>${t('learn.done', { n: done, all: lessons.length })}</strong><span class="minor">${t('learn.points.of', { n: points(got), all: points(all) })}</span></p></section>
      ${c.chapters.map((chapter, i) => this.renderChapter(c, chapter, i))}`;
  }

  renderChapter(c, chapter, i) {
    const done = chapter.lessons.filter((l) => l.mine?.completed).length;
    return html`<section class="chapter" aria-labelledby="chapter-${i}"><header><h2 id="chapter-${i}">${chapter.title}</h2>
      <span class="minor">${t('learn.done.short', { n: done, all: chapter.lessons.length })}</span></header>
      <ol class="lesson-rows">${chapter.lessons.map((l) => lessonRow(c.id, l))}</ol></section>`;
  }
}
customElements.define('cf-learn', Learn);

const hours = (minutes) => (minutes < 90 ? t('learn.minutes', { n: minutes }) : t('learn.hours', { n: number(minutes / 60, 1) }));

const standing = (mine = {}) =>
  mine.locked ? 'locked' : mine.passed || mine.completed ? 'done' : mine.attempts ? 'tried' : 'open';

/** One lesson in a list: where one stands, and what it takes. `here` marks the one that is open. */
export function lessonRow(course, l, here) {
  const where = standing(l.mine);
  const due = seconds(l.due_at);
  return html`<li class="lesson-row ${where} ${here === l.id ? 'here' : ''}"><a data-go href=${href(coursePath(course, l.id))} aria-current=${here === l.id ? 'page' : nothing}>
    <span class="lesson-state">${icon(where === 'done' ? 'check' : where === 'locked' ? 'lock' : where === 'tried' ? 'edit' : l.exercise ? 'code' : 'text', 'small')}<span class="offscreen">${t(`learn.state.${where}`)}</span></span>
    <span class="lesson-name">${l.title}${due ? html`<small title=${exact(due)}>${t(due * 1000 < Date.now() ? 'learn.was.due' : 'learn.due', { when: ago(due) })}</small>` : nothing}</span>
    <span class="lesson-facts">${level(l.difficulty)}${l.minutes ? html`<span>${t('learn.minutes', { n: l.minutes })}</span>` : nothing}
      ${l.points ? html`<span class="figure">${t('learn.points.of', { n: points(l.mine?.points ?? 0), all: points(l.points) })}</span>` : nothing}</span></a></li>`;
}
