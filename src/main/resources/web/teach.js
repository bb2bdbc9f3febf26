// For teachers: one course's gradebook, who is stuck, hints given, regrading, and what is wrong in its folder.
import { View, html, icon, nothing, style } from './state.js';
import { t } from './messages.js';
import './learn-messages.js';
import { api } from './api.js';
import { href } from './router.js';
import { coursePath, trouble } from './learn.js';

await Promise.all([style('pages.css'), style('learn.css'), style('teach.css')]);

const TABS = {
  gradebook: [() => import('./teach-gradebook.js'), (c) => html`<cf-gradebook .course=${c}></cf-gradebook>`],
  stuck: [() => import('./teach-stuck.js'), (c) => html`<cf-stuck .course=${c}></cf-stuck>`],
  hints: [() => import('./teach-hints.js'), (c) => html`<cf-hints-given .course=${c}></cf-hints-given>`],
  regrade: [() => import('./teach-regrade.js'), (c) => html`<cf-regrade .course=${c}></cf-regrade>`],
  problems: [() => import('./teach-problems.js'), (c) => html`<cf-course-problems .course=${c}></cf-course-problems>`],
};

class Teach extends View {
  static properties = { course: {}, tab: {}, found: { state: true }, problem: { state: true } };

  willUpdate(changed) {
    if (changed.has('tab')) TABS[this.tab][0]();
    if (changed.has('course')) this.load();
  }

  async load() {
    const { course } = this;
    try {
      const found = await api('GET', `/api/v1/courses/${encodeURIComponent(course)}`);
      if (course === this.course) Object.assign(this, { found, problem: null });
    } catch (e) {
      this.problem = e;
    }
  }

  render() {
    if (this.problem) return html`<div class="page">${trouble(this.problem, () => this.load())}</div>`;
    if (!this.found || this.found.id !== this.course) return nothing;
    if (!this.found.teacher) {
      return html`<div class="blank-state">${icon('lock', 'large')}<h1>${t('teach.refused')}</h1><p>${t('teach.refused.text')}</p>
        <a class="button primary" data-go href=${href(coursePath(this.course))}>${t('teach.course')}</a></div>`;
    }
    return html`<div class="page wide"><nav class="crumbs" aria-label=${t('learn.where')}><a data-go href=${href(coursePath(this.course))}>${this.found.title}</a></nav>
      ${TABS[this.tab][1](this.found)}</div>`;
  }
}
customElements.define('cf-teach', Teach);

/** The exercises of a course with their titles, in order. */
export const exercises = (course) => course.chapters.flatMap((chapter) => chapter.lessons).filter((l) => l.exercise);

export const empty = (name, title, text) => html`<div class="blank-state small">${icon(name, 'large')}<h2>${title}</h2><p>${text}</p></div>`;
