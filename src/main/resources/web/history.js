// The tree of messages of one chat; what is shown is the path from the root to `currentId`.

/** Messages by id; each knows its parent and its children. Roots have no parent. */
export class History {
  constructor({ currentId = null, messages = {} } = {}) {
    this.currentId = currentId;
    this.messages = messages;
    for (const [id, message] of Object.entries(messages)) {
      message.id ??= id;
      message.state ??= message.done === false ? 'streaming' : message.error ? 'error' : 'done';
      if (message.error === true || typeof message.error === 'string') message.error = { content: String(message.error) };
    }
  }

  get(id) { return this.messages[id]; }

  last() { return this.messages[this.currentId]; }

  /** The shown messages, oldest first. */
  path() {
    if (this.cachedFor === this.currentId && this.cached) return this.cached;
    const path = [];
    const seen = new Set();
    for (let m = this.last(); m && !seen.has(m.id); m = this.messages[m.parentId]) {
      seen.add(m.id);
      path.push(m);
    }
    this.cachedFor = this.currentId;
    return (this.cached = path.reverse());
  }

  lastModel() { return this.path().findLast((m) => m.model)?.model ?? null; }

  /** The ids of the versions of a message, in order of birth. */
  siblings(id) {
    const parent = this.messages[this.messages[id].parentId];
    return parent ? parent.childrenIds.filter((c) => this.messages[c]) : this.roots();
  }

  roots() { return Object.values(this.messages).filter((m) => !m.parentId).map((m) => m.id); }

  /** Shows the branch of `id`: from there the newest answer each time. */
  show(id) {
    let message = this.messages[id];
    while (message.childrenIds?.length) message = this.messages[message.childrenIds.at(-1)] ?? { id: message.id };
    this.currentId = message.id;
  }

  /** Adds what a turn has begun: the message of the person (unless it is another answer) and the empty answer. */
  begin({ user_message_id: userId, message_id: id }, { parent_id: parentId = null, content }, model) {
    const now = Math.floor(Date.now() / 1000);
    if (content !== undefined && !this.messages[userId]) {
      this.add({ id: userId, parentId, role: 'user', content, timestamp: now, state: 'done' });
    }
    this.add({ id, parentId: userId, role: 'assistant', content: '', reasoning: '', model, timestamp: now, state: 'streaming' });
    this.currentId = id;
  }

  add(message) {
    this.messages[message.id] = { childrenIds: [], ...message };
    const siblings = this.messages[message.parentId]?.childrenIds;
    if (siblings && !siblings.includes(message.id)) siblings.push(message.id);
  }
}
