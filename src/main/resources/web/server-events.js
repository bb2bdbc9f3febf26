// What the server tells every tab: chats that changed, titles, answers that run.
import { remember, state } from './state.js';
import { probe } from './api.js';
import { href } from './router.js';

let source = null;

function tell(data) {
  if (data.type === 'chat:list') dispatchEvent(new CustomEvent('carafe:chats', { detail: {} }));
  if (data.type === 'chat:title') {
    dispatchEvent(new CustomEvent('carafe:chats', { detail: { renamed: data.chat_id, title: data.title } }));
    dispatchEvent(new CustomEvent('carafe:command', { detail: { name: 'title', chat_id: data.chat_id, title: data.title } }));
  }
  if (data.type === 'chat:active') dispatchEvent(new CustomEvent('carafe:chats', { detail: { busy: data.chat_id, active: data.active } }));
}

function open() {
  if (source || !state.user || state.user.role === 'pending') return;
  source = new EventSource('/api/v1/events');
  source.addEventListener('chat', (e) => tell(JSON.parse(e.data)));
  source.addEventListener('error', probe);
}

// A browser allows six connections to one host: a tab that nobody sees gives its own back.
function hide() {
  source?.close();
  source = null;
}

/** Listens while the tab is seen; coming back reads the list of chats anew. */
export function listen() {
  open();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return hide();
    open();
    dispatchEvent(new CustomEvent('carafe:chats', { detail: {} }));
  });
  addEventListener('pagehide', hide);
  addEventListener('carafe:back', () => {
    hide();
    open();
    dispatchEvent(new CustomEvent('carafe:chats', { detail: { fresh: true } })); // what ran is told anew or has ended
  });
}

/** Ends the session on the server and starts afresh. */
export async function leave() {
  hide();
  await fetch('/api/v1/auths/signout', { method: 'POST' });
  remember.set('known', null);
  location.assign(href('/'));
}
