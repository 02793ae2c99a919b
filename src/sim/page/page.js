// The page of the demo: shows what it is told, and sends what is pressed and typed. It decides nothing.

import { composer } from './composer.js';
import { onDiscord, onTelegram } from './message.js';
import { el } from './words.js';

const ROOMS = ['discord', 'telegram', 'direct'];
const $ = (id) => document.getElementById(id);
const state = { head: null, spinning: [], dismissed: new Set(), picked: null, lastNote: null, told: {} };

async function post(path, body) {
  try {
    const answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const told = await answer.json();
    if (answer.ok) return told;
    toast(body.room || openRoom(), told.error || 'That did not work.', 'wrong');
  } catch {
    toast(body.room || openRoom(), 'The demo does not answer.', 'wrong');
  }
  return null;
}

const openRoom = () => document.body.dataset.tab;
const act = (body) => post('/act', body);

// ---- rooms

class Room {
  constructor(name) {
    this.name = name;
    this.section = $(name);
    this.list = this.section.querySelector('.messages');
    this.newer = this.section.querySelector('.newer');
    this.kept = new Map();
    this.composer = composer(name, (typing) => post('/suggest', typing), (room, text) => act({ do: 'say', room, text }));
    this.newer.addEventListener('click', () => { this.toEnd(); this.list.focus(); });
    this.list.addEventListener('scroll', () => { if (this.atEnd()) this.newer.hidden = true; });
    // A picture or a smaller window must not push the newest message out of sight.
    this.follow = true;
    new ResizeObserver(() => { if (this.follow) this.toEnd(); }).observe(this.list);
    this.list.addEventListener('scroll', () => { this.follow = this.atEnd(); });
  }

  atEnd() { return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60; }

  toEnd() { this.list.scrollTop = this.list.scrollHeight; this.newer.hidden = true; }

  press = (bubble, key, node) => {
    node.classList.add('spins');
    act({ do: 'press', room: this.name, message: bubble.id, button: key.press }).then((done) => { if (!done) node.classList.remove('spins'); });
  };

  dismiss = (bubble) => { state.dismissed.add(bubble.id); this.show(this.bubbles); };

  draw(bubble, before) {
    if (this.name === 'discord') return onDiscord(bubble, before, this.press, this.dismiss);
    return onTelegram(bubble, before, this.press, (words) => this.composer.send(words), this.name === 'telegram');
  }

  show(bubbles) {
    const first = this.bubbles === undefined;
    this.bubbles = bubbles;
    const end = first || this.follow;
    const focused = document.activeElement?.closest?.('[data-message]');
    const refocus = focused && this.list.contains(focused)
      ? [focused.dataset.message, document.activeElement.dataset.press] : null;
    const kept = new Map();
    const nodes = [];
    let news = false;
    let before = null;
    for (const bubble of bubbles.filter((one) => !state.dismissed.has(one.id))) {
      if (!before || before.day !== bubble.day) nodes.push(this.divider(bubble.day));
      const drawn = JSON.stringify([bubble, before && [before.by, before.day, before.time, before.only_you, before.service]]);
      const old = this.kept.get(bubble.id);
      let node = old?.node;
      if (!old || old.drawn !== drawn) {
        node = this.draw(bubble, before);
        if (!first) { node.classList.add(old ? 'changed' : 'new'); news = news || !old; }
      }
      kept.set(bubble.id, { drawn, node });
      nodes.push(node);
      before = bubble;
    }
    this.kept = kept;
    this.place(nodes);
    if (end) this.toEnd(); else if (news) this.newer.hidden = false;
    if (news && document.body.dataset.tab !== this.name) $(`tab-${this.name}`).dataset.news = '';
    if (refocus && !this.list.contains(document.activeElement)) {
      const again = this.kept.get(refocus[0])?.node;
      (again?.querySelector(refocus[1] ? `[data-press="${CSS.escape(refocus[1])}"]` : 'button') || this.list).focus({ preventScroll: true });
    }
    spin();
  }

  divider(day) {
    this.days = this.days || new Map();
    if (!this.days.has(day)) this.days.set(day, el('div', { class: 'day' }, el('span', {}, day)));
    return this.days.get(day);
  }

  // Nodes that stay are not touched: focus, selection and running animations stay with them.
  place(nodes) {
    const wanted = new Set(nodes);
    for (const node of [...this.list.children]) if (!wanted.has(node)) node.remove();
    nodes.forEach((node, n) => { if (this.list.children[n] !== node) this.list.insertBefore(node, this.list.children[n] || null); });
  }
}

function spin() {
  for (const node of document.querySelectorAll('.spins')) node.classList.remove('spins');
  for (const one of state.spinning) {
    if (one.message) {
      const at = document.querySelector(`[data-room="${one.room}"] [data-message="${CSS.escape(one.message)}"] [data-press="${CSS.escape(one.button)}"]`);
      at?.classList.add('spins');
    }
  }
}

const rooms = Object.fromEntries(ROOMS.map((name) => [name, new Room(name)]));

// ---- what only the visitor sees

function toast(room, text, kind) {
  const node = el('div', { class: `toast ${kind}` }, text);
  document.querySelector(`[data-room="${room}"] .toasts`).append(node);
  setTimeout(() => node.classList.add('going'), 5200);
  setTimeout(() => node.remove(), 5600);
}

const dialogs = [];

function nextDialog() {
  const dialog = $('dialog');
  if (dialog.open || dialogs.length === 0) return;
  const { content, closed } = dialogs[0];
  dialog.replaceChildren(content);
  dialog.onclose = () => { dialogs.shift(); closed(dialog.returnValue); dialog.returnValue = ''; nextDialog(); };
  dialog.showModal();
}

// Telegram shows it inside the app: the other rooms stay in sight, where what was done is seen.
function alertBox(room, text) {
  const button = el('button', { type: 'button' }, 'OK');
  const veil = el('div', { class: 'veil' }, el('div', { class: 'alert', role: 'alertdialog', 'aria-label': 'Plimsoll answers' }, el('p', {}, text), button));
  const close = () => { veil.remove(); rooms[room].list.focus({ preventScroll: true }); };
  button.addEventListener('click', close);
  veil.addEventListener('keydown', (event) => { if (event.key === 'Escape') close(); });
  $(room).append(veil);
  button.focus({ preventScroll: true });
}

const openForms = new Set();

function formBox(form) {
  if (openForms.has(form.id)) return;
  openForms.add(form.id);
  const field = (input) => el('label', {}, input.label,
    el(input.long ? 'textarea' : 'input', { name: input.id, placeholder: input.placeholder, required: input.required, value: input.long ? null : input.value }, input.long ? input.value : ''));
  const content = el('form', { method: 'dialog', class: 'modal' }, el('h2', {}, form.title), ...form.inputs.map(field),
    el('div', { class: 'row' }, el('button', { value: 'cancel', formnovalidate: true, class: 'quiet' }, 'Cancel'), el('button', { value: 'send' }, 'Submit')));
  const closed = (value) => {
    openForms.delete(form.id);
    if (value === 'send') act({ do: 'send_form', form: form.id, fields: Object.fromEntries(new FormData(content)) });
    else act({ do: 'drop_form', form: form.id });
  };
  dialogs.push({ content, closed });
  nextDialog();
}

function showPrivate(told) {
  state.spinning = told.spinning;
  spin();
  const newest = told.notes.reduce((last, note) => Math.max(last, note.id), 0);
  // What was said before the page was opened was said to somebody else.
  if (state.lastNote === null) state.lastNote = newest;
  for (const note of told.notes.filter((one) => one.id > state.lastNote)) {
    if (note.alert) alertBox(note.room, note.text); else toast(note.room, note.text, 'said');
  }
  state.lastNote = Math.max(state.lastNote, newest);
  told.forms.forEach(formBox);
}

// ---- clock, pace, story

const put = (id, text) => { if ($(id).textContent !== text) $(id).textContent = text; };

function showHead(head) {
  state.head = head;
  put('time', head.time);
  put('day', head.day);
  const going = { pause: 'time stands', real: 'like a clock on the wall', play: head.pace, skip: 'as fast as it goes' };
  put('slower', head.slower || going[head.speed]);
  $('slower').classList.toggle('slow', head.slower !== '');
  for (const node of document.querySelectorAll('[data-speed]')) node.setAttribute('aria-pressed', node.dataset.speed === head.speed ? 'true' : 'false');
  showStory(head);
}

function showStory(head) {
  const mark = JSON.stringify([head.beats, head.waits_for, state.picked]);
  if (mark === state.told.story) return;
  state.told.story = mark;
  const now = head.beats.find((beat) => beat.id === head.waits_for) || head.beats.find((beat) => beat.state === 'now')
    || [...head.beats].reverse().find((beat) => beat.state === 'done');
  const shown = head.beats.find((beat) => beat.id === state.picked) || now;
  const list = $('beats');
  if (list.children.length !== head.beats.length) list.replaceChildren(...head.beats.map((beat, n) => chip(beat, n)));
  head.beats.forEach((beat, n) => {
    const node = list.children[n];
    node.dataset.beat = beat.id;
    node.dataset.state = beat.state;
    node.classList.toggle('shown', shown === beat);
    const button = node.firstElementChild;
    button.setAttribute('aria-current', shown === beat ? 'step' : 'false');
    button.setAttribute('aria-label', `${beat.title}: ${{ waiting: 'still to come', now: 'happening now', done: 'done' }[beat.state]}`);
    button.lastElementChild.textContent = beat.title;
  });
  if (shown) {
    const hidden = shown.state === 'waiting';
    put('beat-title', shown.title);
    put('beat-happened', hidden ? 'Still to come.' : shown.happened);
    put('beat-try', hidden || shown.state === 'done' ? '' : shown.try_next);
  }
  $('continue').hidden = head.waits_for === null;
}

function chip(beat, n) {
  const button = el('button', { type: 'button' }, el('span', { class: 'dot', 'aria-hidden': 'true' }, `${n + 1}`), el('span', { class: 'label' }, beat.title));
  const node = el('li', {}, button);
  button.addEventListener('click', () => {
    state.picked = state.picked === node.dataset.beat ? null : node.dataset.beat;
    showStory(state.head);
  });
  return node;
}

for (const node of document.querySelectorAll('[data-speed]')) {
  node.addEventListener('click', () => act({ do: 'speed', speed: node.dataset.speed }));
}
$('continue').addEventListener('click', () => { state.picked = null; act({ do: 'continue' }); });

// ---- tabs on a phone

function openTab(name) {
  document.body.dataset.tab = name;
  for (const tab of document.querySelectorAll('[role=tab]')) {
    const here = tab.dataset.tab === name;
    tab.setAttribute('aria-selected', here ? 'true' : 'false');
    tab.tabIndex = here ? 0 : -1;
  }
  delete $(`tab-${name}`).dataset.news;
  if (rooms[name].follow) rooms[name].toEnd();
}

for (const tab of document.querySelectorAll('[role=tab]')) {
  tab.addEventListener('click', () => openTab(tab.dataset.tab));
  tab.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = ROOMS[(ROOMS.indexOf(tab.dataset.tab) + step + ROOMS.length) % ROOMS.length];
    openTab(next);
    $(`tab-${next}`).focus();
  });
}
openTab('telegram');

// ---- light and dark

const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = () => document.documentElement.dataset.theme || (dark.matches ? 'dark' : 'light');
function setTheme(wished) {
  // Without a wish the style follows the machine by itself.
  if (wished) document.documentElement.dataset.theme = wished;
  $('theme').setAttribute('aria-label', theme() === 'dark' ? 'Change to light' : 'Change to dark');
}
const remembered = () => { try { return localStorage.getItem('theme'); } catch { return null; } };
setTheme(remembered());
dark.addEventListener('change', () => setTheme(remembered()));
$('theme').addEventListener('click', () => {
  const next = theme() === 'dark' ? 'light' : 'dark';
  try { localStorage.setItem('theme', next); } catch { /* A browser that keeps nothing still shows it. */ }
  setTheme(next);
});

// ---- live

const live = new EventSource('/live');
// A demo that comes back is another world: what this page remembers is not true of it.
live.onopen = () => { if (!$('lost').hidden) location.reload(); };
live.onerror = () => { $('lost').hidden = false; };
live.onmessage = (event) => {
  const told = JSON.parse(event.data);
  for (const name of ROOMS) if (told[name]) rooms[name].show(told[name]);
  if (told.private) showPrivate(told.private);
  if (told.head) showHead(told.head);
  document.body.dataset.ready = '';
};
