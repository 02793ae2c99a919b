// The line people type in, and the list of what can come next above it.

import { el } from './words.js';

// Typing asks for suggestions at most this often, in milliseconds.
const ASK_AFTER = 120;

export function composer(room, ask, say) {
  const form = document.querySelector(`[data-room="${room}"] .composer`);
  const input = form.querySelector('input');
  const list = form.querySelector('.suggestions');
  let items = [];
  let chosen = -1;
  let timer = 0;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    list.replaceChildren();
    items = [];
    chosen = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };

  const mark = (place) => {
    chosen = place;
    [...list.querySelectorAll('[role=option]')].forEach((node, n) => {
      node.setAttribute('aria-selected', n === place ? 'true' : 'false');
      if (n === place) { node.scrollIntoView({ block: 'nearest' }); input.setAttribute('aria-activedescendant', node.id); }
    });
  };

  const take = (item) => {
    input.value = item.text;
    input.focus();
    close();
    suggest();
  };

  const show = (told) => {
    // What was marked stays marked while the list around it changes.
    const marked = items[chosen]?.text;
    items = told.items;
    chosen = -1;
    if (items.length === 0 && !told.hint) { close(); return; }
    const option = (item, n) => {
      const node = el('li', { role: 'option', id: `${room}-option-${n}`, 'aria-selected': 'false' },
        el('b', {}, item.show), el('span', {}, item.about));
      // Before the input loses the focus, which would close the list.
      node.addEventListener('pointerdown', (event) => { event.preventDefault(); take(item); });
      return node;
    };
    list.replaceChildren(...(told.hint ? [el('li', { class: 'hint', role: 'presentation' }, told.hint)] : []), ...items.map(option));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    const again = items.findIndex((item) => item.text === marked);
    if (again >= 0) mark(again);
  };

  const suggest = () => {
    clearTimeout(timer);
    const text = input.value;
    asked += 1;
    const mine = asked;
    if (!text.startsWith('/')) { close(); return; }
    timer = setTimeout(async () => {
      const told = await ask({ room, text });
      if (told && mine === asked && document.activeElement === input) show(told);
    }, ASK_AFTER);
  };

  input.addEventListener('input', suggest);
  input.addEventListener('focus', suggest);
  input.addEventListener('blur', () => { asked += 1; close(); });
  input.addEventListener('keydown', (event) => {
    const open = !list.hidden && items.length > 0;
    if (event.key === 'ArrowDown' && open) { event.preventDefault(); mark((chosen + 1) % items.length); }
    else if (event.key === 'ArrowUp' && open) { event.preventDefault(); mark((chosen <= 0 ? items.length : chosen) - 1); }
    else if (event.key === 'Tab' && open && !event.shiftKey) { event.preventDefault(); take(items[Math.max(chosen, 0)]); }
    else if (event.key === 'Enter' && open && chosen >= 0) { event.preventDefault(); take(items[chosen]); }
    else if (event.key === 'Escape' && !list.hidden) { event.stopPropagation(); close(); }
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    clearTimeout(timer);
    asked += 1;
    close();
    if (await say(room, text)) input.value = '';
  });

  // A command in a message is sent on Telegram when it is touched.
  return { send: (text) => say(room, text) };
}
