// A lesson: its text, and beside it the bench where the exercise is done.
import { View, html, icon, nothing, style } from './state.js';
import { t } from './messages.js';
import './learn-messages.js';
import { api } from './api.js';
import { go, href } from './router.js';
import { attempt } from './forms.js';
import { dialog } from './overlays.js';
import { ago, exact } from './time.js';
import { MarkdownView } from './markdown.js';
import { coursePath, lessonRow, level, points, seconds, titles, trouble, worth } from './learn.js';

await Promise.all([style('pages.css'), style('run.css'), style('learn.css')]);

class Lesson extends View {
  static properties = { course: {}, lesson: {}, data: { state: true }, mine: { state: true }, problem: { state: true }, side: { state: true }, kept: { state: true } };

  willUpdate(changed) {
    if (changed.has('course') || changed.has('lesson')) this.load();
  }

  get path() { return `/api/v1/courses/${encodeURIComponent(this.course)}/lessons/${encodeURIComponent(this.lesson)}`; }

  async load() {
    const { path } = this;
    Object.assign(this, { problem: null, side: 'text', kept: '' });
    try {
      const [data, mine] = await Promise.all([api('GET', path), api('GET', `${path}/mine`)]);
      if (path !== this.path) return;
      if (data.exercise || Object.keys(data.files ?? {}).length) await import('./lesson-bench.js');
      if (path !== this.path) return;
      Object.assign(this, { data, mine });
      document.title = `${data.title} · Carafe`;
      await this.updateComplete;
      const text = this.querySelector('.lesson-text');
      if (!text) return;
      new MarkdownView(text).set(data.content, true);
      this.querySelector('.lesson-read').scrollTop = 0;
    } catch (e) {
      if (path === this.path) this.problem = e;
    }
  }

  async done() {
    const stored = await attempt(() => api('PUT', `${this.path}/mine`, { completed: true }));
    if (!stored) return;
    this.mine = stored;
    if (this.data.next) go(coursePath(this.course, this.data.next));
  }

  async contents() {
    const course = await attempt(() => api('GET', `/api/v1/courses/${encodeURIComponent(this.course)}`));
    if (!course) return;
    await dialog(course.title, (close) => html`<div class="lesson-contents" @click=${(e) => { if (e.target.closest('a')) close(); }}>
      ${course.chapters.map((chapter) => html`<h3>${chapter.title}</h3><ol class="lesson-rows compact">${chapter.lessons.map((l) => lessonRow(this.course, l, this.lesson))}</ol>`)}</div>`, { wide: true });
  }

  render() {
    if (this.problem) return this.problem.status === 404 ? this.renderNowhere() : html`<div class="page">${trouble(this.problem, () => this.load())}</div>`;
    const { data, mine } = this;
    if (!data || data.id !== this.lesson) return nothing;
    const bench = data.exercise || Object.keys(data.files ?? {}).length > 0;
    return html`<div class="lesson ${bench ? 'has-bench' : ''} show-${this.side}">
      ${this.renderHead(bench)}
      <div class="lesson-split"><article class="lesson-read" tabindex="0" aria-label=${data.title}>
        <div class="lesson-column"><p class="lesson-meta">${this.renderMeta()}</p>
          ${mine.locked ? html`<div class="verdict warn" role="status">${icon('lock')}<span>${this.lockedWords()}</span></div>` : nothing}
          <div class="lesson-text prose"></div>
          ${data.data_files?.length ? this.renderFiles() : nothing}
          <footer class="lesson-end">${data.exercise ? nothing : html`<button class="primary" @click=${this.done}>${icon('check')}${t(mine.completed ? 'lesson.done.again' : data.next ? 'lesson.done.next' : 'lesson.done')}</button>`}
            ${data.next && (data.exercise || mine.completed) ? html`<a class="button" data-go href=${href(coursePath(this.course, data.next))}>${t('lesson.next')}${icon('right')}</a>` : nothing}</footer></div></article>
      ${bench ? html`<cf-lesson-bench .data=${data} .mine=${mine} @mine=${(e) => (this.mine = { ...this.mine, ...e.detail })} @kept=${(e) => (this.kept = e.detail)}></cf-lesson-bench>` : nothing}</div></div>`;
  }

  renderHead(bench) {
    const { data } = this;
    const step = (id, name, label) => (id
      ? html`<a class="button quiet icon-only" data-go href=${href(coursePath(this.course, id))} aria-label=${label} title=${label}>${icon(name)}</a>`
      : html`<span class="button quiet icon-only" aria-hidden="true">${icon(name)}</span>`);
    return html`<header class="lesson-head"><button class="quiet icon-only" aria-label=${t('lesson.contents')} title=${t('lesson.contents')} @click=${this.contents}>${icon('list')}</button>
      <div class="lesson-title"><a data-go class="minor" href=${href(coursePath(this.course))}>${titles.get(this.course) ?? t('lesson.course')}</a><h1>${data.title}</h1></div>
      ${bench ? html`<div class="lesson-sides" role="group" aria-label=${t('lesson.sides')}>${['text', 'bench'].map((s) => html`
        <button aria-pressed=${this.side === s} @click=${() => (this.side = s)}>${t(`lesson.side.${s}`)}</button>`)}</div>` : nothing}
      <span class="grow"></span><span class="lesson-kept minor" role="status">${this.kept ? t(`lesson.${this.kept}`) : nothing}</span>
      ${step(data.previous, 'left', t('lesson.previous'))}${step(data.next, 'right', t('lesson.next'))}</header>`;
  }

  renderMeta() {
    const { data, mine } = this;
    const due = seconds(mine.due_at ?? data.due_at);
    const late = data.late && due && due * 1000 < Date.now() ? t('lesson.late', { n: Math.round((mine.credit_now ?? data.late.credit) * 100) }) : '';
    return html`${level(data.difficulty)}${data.minutes ? html`<span>${t('learn.minutes', { n: data.minutes })}</span>` : nothing}
      ${data.exercise ? html`<span>${mine.best ? t('learn.points.of', { n: points(mine.best.points), all: points(data.points) }) : worth(data.points)}</span>` : nothing}
      ${mine.completed ? html`<span class="lesson-passed">${icon('check', 'small')}${t('learn.state.done')}</span>` : nothing}
      ${mine.attempts?.allowed ? html`<span>${t('lesson.attempts.left', { n: mine.attempts.left })}</span>` : nothing}
      ${due ? html`<span title=${exact(due)}>${t(due * 1000 < Date.now() ? 'learn.was.due' : 'learn.due', { when: ago(due) })}${late ? ` · ${late}` : ''}</span>` : nothing}`;
  }

  lockedWords() {
    const opens = seconds(this.mine.opens_at);
    if (opens * 1000 > Date.now()) return t('lesson.locked.until', { when: exact(opens) });
    return this.mine.missing?.length ? t('lesson.locked.first', { names: this.mine.missing.join(', ') }) : t('lesson.locked');
  }

  renderFiles() {
    return html`<h2>${t('lesson.files')}</h2><ul class="lesson-files">${this.data.data_files.map((name) => html`<li>${icon('text', 'small')}
      <a href="/api/v1/courses/${encodeURIComponent(this.course)}/files/${encodeURIComponent(this.lesson)}/${encodeURIComponent(name)}" download=${name}>${name}</a></li>`)}</ul>`;
  }

  renderNowhere() {
    return html`<div class="blank-state">${icon('learn', 'large')}<h1>${t('lesson.nowhere')}</h1><p>${t('lesson.nowhere.text')}</p>
      <a class="button primary" data-go href=${href(coursePath(this.course))}>${t('lesson.course')}</a></div>`;
  }
}
customElements.define('cf-lesson', Lesson);
