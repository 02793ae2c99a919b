// One message as its platform draws it.

import { discord, el, initials, telegram } from './words.js';

function picture(file) {
  const [width, height] = file.size || [null, null];
  return el('img', { src: file.url, alt: file.words || 'The chart that belongs to this message', width, height, decoding: 'async' });
}

function isPicture(file) {
  return file.size !== null;
}

function avatar(bubble) {
  if (bubble.bot) return el('span', { class: 'avatar bot', 'aria-hidden': 'true' });
  const hue = [...bubble.by].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  return el('span', { class: `avatar hue${hue}`, 'aria-hidden': 'true' }, initials(bubble.by));
}

function buttons(bubble, press) {
  if (bubble.buttons.length === 0) return null;
  const button = (key) => {
    if (key.look === 'link' && key.url) {
      return el('a', { class: 'button link', href: key.url, target: '_blank', rel: 'noopener noreferrer' }, key.label, ' ↗');
    }
    const node = el('button', { type: 'button', class: `button ${key.look}`, disabled: key.off, 'data-press': key.press }, el('span', {}, key.label));
    node.addEventListener('click', () => press(bubble, key, node));
    return node;
  };
  const rows = bubble.buttons.map((row) => el('div', { class: 'row' }, ...row.map(button)));
  return el('div', { class: 'buttons' }, ...rows);
}

function files(bubble) {
  return bubble.files.map((file) => (isPicture(file)
    ? el('div', { class: 'picture' }, picture(file))
    : el('a', { class: 'file', href: file.url, download: file.name }, file.name)));
}

// Discord: a flat list; a second message of the same person within the same minute has no head of its own.
export function onDiscord(bubble, before, press, dismiss) {
  const follows = before && !bubble.answers && !before.only_you && !bubble.only_you
    && before.by === bubble.by && before.day === bubble.day && before.time === bubble.time;
  const head = follows ? null : el('div', { class: 'head' },
    el('strong', { class: 'name' }, bubble.by),
    bubble.bot ? el('span', { class: 'app' }, 'APP') : null,
    el('time', {}, bubble.time));
  const said = el('div', { class: 'said' }, ...discord(bubble.text),
    bubble.edited ? el('span', { class: 'edited' }, ' (edited)') : null);
  const answers = bubble.answers ? el('div', { class: 'answers' },
    el('span', { class: 'avatar small', 'aria-hidden': 'true' }, initials(bubble.answers.by)),
    el('strong', {}, bubble.answers.by),
    bubble.answers.what ? el('span', {}, 'used ', el('span', { class: 'used' }, bubble.answers.what)) : el('span', {}, 'pressed a button')) : null;
  return el('article', { class: `message${follows ? ' follows' : ''}${bubble.only_you ? ' private' : ''}`, 'data-message': bubble.id },
    answers,
    follows ? null : avatar(bubble),
    el('div', { class: 'body' }, head,
      bubble.thinking ? el('div', { class: 'thinking' }, el('i'), el('i'), el('i'), ' Plimsoll is thinking…') : null,
      bubble.text || bubble.edited ? said : null,
      ...bubble.embeds.map(embed),
      ...files(bubble),
      buttons(bubble, press),
      bubble.only_you ? el('div', { class: 'only' }, 'Only you can see this · ',
        el('button', { type: 'button', onclick: () => dismiss(bubble) }, 'Dismiss message')) : null));
}

function embed(given) {
  const node = el('div', { class: 'embed' },
    given.title ? el('strong', {}, ...discord(given.title)) : null,
    given.text ? el('div', { class: 'description' }, ...discord(given.text)) : null,
    ...given.fields.map(([name, value]) => el('div', { class: 'part' }, el('strong', {}, ...discord(name)), el('div', {}, ...discord(value)))),
    given.picture ? el('div', { class: 'picture' }, picture(given.picture)) : null,
    given.footer ? el('footer', {}, given.footer) : null);
  if (Number.isInteger(given.colour)) node.style.setProperty('--embed', `#${given.colour.toString(16).padStart(6, '0')}`);
  return node;
}

// Telegram: bubbles, one's own to the right, the keyboard below.
export function onTelegram(bubble, before, press, onCommand, group) {
  if (bubble.service) return el('article', { class: 'service', 'data-message': bubble.id }, el('span', {}, bubble.text));
  const follows = before && !before.service && before.by === bubble.by && before.day === bubble.day;
  const shown = files(bubble);
  const name = group && !bubble.mine && !follows ? el('strong', { class: bubble.bot ? 'name bot' : 'name' }, bubble.by) : null;
  const stamp = el('span', { class: 'stamp' }, bubble.edited ? 'edited ' : '', bubble.time, bubble.mine ? ' ✓✓' : '');
  const width = bubble.files.find(isPicture) ? ' pictured' : '';
  return el('article', { class: `message${bubble.mine ? ' mine' : ''}${follows ? ' follows' : ''}${width}`, 'data-message': bubble.id },
    group && !bubble.mine ? avatar(bubble) : null,
    el('div', { class: 'body' },
      el('div', { class: 'bubble' }, name, ...shown,
        el('div', { class: 'said' }, ...telegram(bubble.text, bubble.marks, onCommand), stamp)),
      buttons(bubble, press)));
}
