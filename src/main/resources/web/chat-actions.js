// What can be done with a chat from more than one place.
import { html, state } from './state.js';
import { t } from './messages.js';
import { api } from './api.js';
import { go } from './router.js';
import { dialog, toast } from './overlays.js';

const address = (chat) => `/api/v1/chats/${encodeURIComponent(chat.id)}`;
const listChanged = (detail = {}) => dispatchEvent(new CustomEvent('carafe:chats', { detail }));

/** Deletes at once and offers to take it back for ten seconds. */
export async function deleteChat(chat) {
  try {
    await api('DELETE', address(chat));
  } catch (e) {
    return toast(e.message, { tone: 'bad' });
  }
  listChanged({ removed: chat.id });
  const open = state.route.id === chat.id;
  if (open) go('/');
  toast(t('chat.deleted', { title: chat.title }), { action: { label: t('app.undo'), run: () => restore(chat, open) } });
}

async function restore(chat, open) {
  try {
    await api('POST', `${address(chat)}/restore`);
    listChanged();
    if (open) go(`/c/${chat.id}`);
    toast(t('chat.restored'));
  } catch (e) {
    toast(e.message, { tone: 'bad' });
  }
}

/** Stores a new title; answers it, or undefined when nothing changed. */
export async function storeTitle(chat, title) {
  const clean = title.trim();
  if (!clean || clean === chat.title) return undefined;
  try {
    await api('POST', address(chat), { chat: { title: clean } });
  } catch (e) {
    toast(e.message, { tone: 'bad' });
    return undefined;
  }
  listChanged({ renamed: chat.id, title: clean });
  return clean;
}

/** Asks for a new title in a dialog. */
export async function renameChat(chat) {
  const title = await dialog(t('app.rename'), (close) => html`
    <form @submit=${(e) => { e.preventDefault(); close(e.target.elements.title.value); }}>
      <label class="field"><span>${t('chat.title')}</span><input name="title" autofocus maxlength="200" .value=${chat.title}></label>
      <footer><button type="button" @click=${() => close()}>${t('app.cancel')}</button><button class="primary">${t('app.save')}</button></footer>
    </form>`);
  return title === undefined ? undefined : storeTitle(chat, title);
}
