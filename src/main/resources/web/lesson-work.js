// What a learner wrote for a lesson: on the server, and in the browser until the server has it.
import { remember } from './state.js';
import { api } from './api.js';

const SOON = 1200; // ms without a key before it is stored

/** The files of one lesson. `tell(state)` hears 'saving', 'saved' and 'kept' (only in this browser so far). */
export class Work {
  constructor(course, lesson, starter, tell) {
    Object.assign(this, { course, lesson, starter, tell, files: { ...starter }, wanted: false });
    this.path = `/api/v1/courses/${encodeURIComponent(course)}/lessons/${encodeURIComponent(lesson)}/mine`;
    this.key = `work.${course}/${lesson}`;
  }

  /** Takes what the server has; what never reached it is newer and goes there now. */
  adopt(mine) {
    const own = Object.entries(mine.files ?? {}).filter(([name]) => name in this.starter || !Object.keys(this.starter).length);
    this.files = { ...this.starter, ...Object.fromEntries(own) };
    const kept = this.keptHere();
    if (!kept) return;
    this.files = { ...this.files, ...kept };
    this.wanted = true;
    this.flush();
  }

  keptHere() {
    try {
      const kept = JSON.parse(remember.get(this.key));
      return kept && Object.values(kept).every((text) => typeof text === 'string') ? kept : null;
    } catch {
      return null; // written by another version
    }
  }

  get changed() {
    return Object.entries(this.files).some(([name, text]) => text !== this.starter[name]);
  }

  edit(name, text) {
    if (this.files[name] === text) return;
    this.files[name] = text;
    this.later();
  }

  replace(files) {
    this.files = { ...this.starter, ...files };
    this.later();
  }

  later() {
    this.wanted = true;
    remember.set(this.key, JSON.stringify(this.files));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SOON);
  }

  /** Stores what was changed; one call at a time, so that the last one wins. */
  async flush() {
    clearTimeout(this.timer);
    if (!this.wanted) return this.running;
    if (this.running) return this.running.then(() => this.flush());
    this.running = this.store();
    try {
      await this.running;
    } finally {
      this.running = null;
    }
  }

  async store() {
    this.wanted = false;
    this.tell('saving');
    try {
      await api('PUT', this.path, { files: { ...this.files } });
      if (this.wanted) return;
      remember.set(this.key, null);
      this.tell('saved');
    } catch (e) {
      this.wanted = true;
      this.tell('kept', e);
      if (e.status === 0 || e.status === 429) this.timer = setTimeout(() => this.flush(), 5000);
    }
  }

  /** The page goes away: the last words on their way out. */
  leave() {
    clearTimeout(this.timer);
    if (!this.wanted) return;
    const body = JSON.stringify({ files: this.files });
    if (body.length > 60_000) return; // more is not taken along; it is kept here and stored next time
    fetch(this.path, { method: 'PUT', keepalive: true, credentials: 'same-origin', headers: { 'Content-Type': 'application/json' }, body }).catch(() => undefined);
  }

  /** Back to the starter; answers what the server says, and what brings the old text back. */
  async reset() {
    const before = { ...this.files };
    clearTimeout(this.timer);
    await this.running;
    this.wanted = false;
    const mine = await api('DELETE', this.path);
    remember.set(this.key, null);
    this.files = { ...this.starter };
    return { mine, before };
  }
}
