// The gradebook: pages of learners are fetched as they come into view.
import { View, html, icon, nothing } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { pageHead } from './forms.js';
import { number } from './time.js';
import { points, trouble } from './learn.js';
import { empty } from './teach.js';
import { openPerson } from './teach-person.js';
import './teach-grid.js';

const PAGE = 100;

class Gradebook extends View {
  static properties = { course: { attribute: false }, total: { state: true }, problem: { state: true }, told: { state: true }, query: { state: true } };

  willUpdate(changed) {
    if (!changed.has('course')) return;
    this.query = '';
    this.begin();
  }

  get base() { return `/api/v1/courses/${encodeURIComponent(this.course.id)}`; }
  get grid() { return this.querySelector('cf-grid'); }

  begin() {
    Object.assign(this, { pages: new Map(), asked: new Set(), problem: null, told: '', serial: (this.serial ?? 0) + 1 });
    this.fetch(1);
  }

  async fetch(page) {
    if (this.asked.has(page)) return;
    this.asked.add(page);
    const { serial, asked } = this;
    try {
      const got = await api('GET', `${this.base}/gradebook?page=${page}&limit=${PAGE}&query=${encodeURIComponent(this.query)}`);
      if (serial !== this.serial) return;
      this.pages.set(page, got.learners);
      Object.assign(this, { exercises: got.exercises, total: got.total, problem: null });
      await this.updateComplete;
      if (page === 1 || !this.shown) this.grid?.show({ exercises: got.exercises, total: got.total, row: (i) => this.row(i) });
      else this.grid?.refresh();
    } catch (e) {
      asked.delete(page);
      if (serial === this.serial) this.problem = e;
    }
  }

  row(i) {
    return this.pages.get(Math.floor(i / PAGE) + 1)?.[i % PAGE];
  }

  seen({ from, to }) {
    clearTimeout(this.soon);
    // who scrolls past a page does not need it
    this.soon = setTimeout(() => {
      for (let page = Math.floor(from / PAGE) + 1; page <= Math.floor(Math.max(from, to - 1) / PAGE) + 1; page++) this.fetch(page);
    }, 60);
  }

  find(text) {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      this.query = text.trim();
      this.begin();
    }, 200);
  }

  moved({ row, column }) {
    const learner = this.row(row);
    const exercise = this.exercises[column];
    if (!learner || !exercise) return;
    const score = learner.scores?.[exercise.id];
    this.told = score ? t('teach.cell', { name: learner.name, exercise: exercise.title, points: points(score.points), all: points(exercise.points), n: score.attempts ?? '–' })
      : t('teach.cell.none', { name: learner.name, exercise: exercise.title });
  }

  async open({ row, column }) {
    const learner = this.row(row);
    const exercise = this.exercises[column];
    if (!learner || !exercise) return;
    await openPerson(this.course.id, exercise, learner);
    this.grid?.focus();
  }

  render() {
    const none = this.total === 0;
    return html`${pageHead(t('teach.gradebook'), t('teach.gradebook.text'), html`<a class="button" href="${this.base}/gradebook.csv" download="${this.course.id}.csv">${icon('down')}${t('teach.csv')}</a>`)}
      <div class="toolbar"><span class="field-icon">${icon('search')}<input type="search" aria-label=${t('teach.find')} placeholder=${t('teach.find')} @input=${(e) => this.find(e.target.value)}></span>
        ${this.total === undefined ? nothing : html`<span class="minor">${t('teach.learners', { n: number(this.total) })}</span>`}</div>
      ${this.problem ? trouble(this.problem, () => this.begin()) : nothing}
      ${none ? this.query ? html`<p class="minor">${t('teach.nobody.found')}</p>` : empty('users', t('teach.nobody'), t('teach.nobody.text')) : nothing}
      <div class="grid-frame" ?hidden=${none || this.total === undefined}><cf-grid aria-label=${t('teach.gradebook')} @rows=${(e) => this.seen(e.detail)} @move=${(e) => this.moved(e.detail)} @open=${(e) => this.open(e.detail)}></cf-grid>
        <p class="grid-told minor" role="status">${this.told || ' '}</p></div>`;
  }
}
customElements.define('cf-gradebook', Gradebook);
